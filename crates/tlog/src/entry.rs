//! What a leaf of the tree vouches for: a row of the journal at its position.

use crate::{Hash, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;

/// An event at its position in the journal; the leaf of the tree is the hash of all of it.
///
/// The payload is not in it: it may be erased by law, and its hash stands for it.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use omicron_tlog::Entry;
///
/// let entry: Entry = serde_json::from_str(
///     r#"{
///         "position": 3, "sealed_at": "2026-11-24T12:00:00.170000Z",
///         "seq": 7, "at": "2026-11-24T12:00:00.120000Z",
///         "actor": 1, "credential": "token:5", "request_id": null,
///         "action": "project.changed", "project": 12, "subject": "project:12",
///         "payload_hash": "abababababababababababababababababababababababababababababababab",
///         "format": 1
///     }"#,
/// )?;
/// assert_eq!(
///     entry.leaf()?.to_string(),
///     "6693238e5be1afa9ba06edcb31a3fd33052c4bf068a2450c79d76a7e5573f494"
/// );
/// # Ok(())
/// # }
/// ```
// The members are in the order of their names, as canonical JSON has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What was done, such as `project.changed`.
    pub action: String,
    /// Who did it: the id of a user.
    #[serde(deserialize_with = "Option::deserialize")]
    pub actor: Option<i64>,
    /// When it happened, written like `sealed_at`.
    pub at: String,
    /// What they showed to do it, such as `token:5`.
    #[serde(deserialize_with = "Option::deserialize")]
    pub credential: Option<String>,
    /// The version of the payload's form.
    pub format: i16,
    /// [`Payload::hash`] of the state it left.
    pub payload_hash: String,
    /// Its place in the journal, from 1 on.
    pub position: i64,
    /// In which project.
    #[serde(deserialize_with = "Option::deserialize")]
    pub project: Option<i64>,
    /// In which request.
    #[serde(deserialize_with = "Option::deserialize")]
    pub request_id: Option<String>,
    /// When it was given its place: RFC 3339 in UTC, six digits after the second, `Z`.
    pub sealed_at: String,
    /// The number of the event.
    pub seq: i64,
    /// To what, such as `project:12`.
    pub subject: String,
}

/// The integers that canonical JSON can tell from their neighbours.
const EXACT: RangeInclusive<i64> = 1 - (1 << 53)..=(1 << 53) - 1;

impl Entry {
    /// The bytes that are hashed: the entry as an object of JSON by RFC 8785 (members in the order
    /// of their names, no white space).
    ///
    /// ```
    /// # fn show(entry: &omicron_tlog::Entry) -> Result<(), Box<dyn std::error::Error>> {
    /// println!("{}", String::from_utf8(entry.canonical()?)?); // {"action":"project.changed",...
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`EntryError::Integer`] if a number is so large that canonical JSON, whose numbers are
    /// floating, would write another one the same.
    pub fn canonical(&self) -> Result<Vec<u8>, EntryError> {
        let integers = [Some(self.position), Some(self.seq), self.actor, self.project];
        match integers.into_iter().flatten().find(|integer| !EXACT.contains(integer)) {
            Some(integer) => Err(EntryError::Integer(integer)),
            // Of sorted members that are texts and exact integers, compact JSON is the canonical one.
            None => serde_json::to_vec(self).map_err(EntryError::Json),
        }
    }

    /// The leaf of the tree: [`Hash::leaf`] of [`canonical`](Self::canonical).
    ///
    /// ```
    /// # fn check(entry: &omicron_tlog::Entry) -> Result<(), Box<dyn std::error::Error>> {
    /// assert_eq!(entry.leaf()?, omicron_tlog::Hash::leaf(&entry.canonical()?));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`canonical`](Self::canonical).
    pub fn leaf(&self) -> Result<Hash, EntryError> {
        Ok(Hash::leaf(&self.canonical()?))
    }
}

/// The state that an event left, with the salt that keeps anyone from guessing it by its hash once
/// it is erased.
///
/// ```
/// use omicron_tlog::Payload;
///
/// let payload = Payload { salt: "00112233445566778899aabbccddeeff".into(), text: "{}".into() };
/// assert_eq!(
///     payload.hash()?,
///     "47435fefaec3a3da881d44f3d604457e4c633e056c5bcaa6990aba8d97bf5d4f"
/// );
/// # Ok::<(), omicron_tlog::EntryError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// 16 random bytes in small hexadecimal digits.
    pub salt: String,
    /// Canonical JSON, exactly the text that was hashed.
    pub text: String,
}

impl Payload {
    /// SHA-256 of the bytes of the salt and the text, in small hexadecimal digits.
    ///
    /// The salt has one length, or the same bytes could be cut into another salt and another text.
    ///
    /// ```
    /// use omicron_tlog::{EntryError, Payload};
    ///
    /// let payload = Payload { salt: "ab".into(), text: "{}".into() };
    /// assert!(matches!(payload.hash(), Err(EntryError::Salt)));
    /// ```
    ///
    /// # Errors
    /// [`EntryError::Salt`] if the salt is not 16 bytes.
    pub fn hash(&self) -> Result<String, EntryError> {
        let salt: [u8; 16] = hex::decode(&self.salt).ok_or(EntryError::Salt)?;
        Ok(hex::hex(&Sha256::new().chain_update(salt).chain_update(&self.text).finalize()))
    }
}

/// An entry or its payload cannot be hashed.
///
/// ```
/// let error = omicron_tlog::EntryError::Integer(i64::MAX);
/// assert_eq!(error.to_string(), "9223372036854775807 is too large for canonical JSON");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// A number that canonical JSON would round.
    #[error("{0} is too large for canonical JSON")]
    Integer(i64),
    /// The salt is not what salts are.
    #[error("the salt must be 32 small hexadecimal digits")]
    Salt,
    /// The entry cannot be written as canonical JSON.
    #[error("the entry cannot be written as canonical JSON")]
    Json(#[source] serde_json::Error),
}
