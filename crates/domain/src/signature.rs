//! Signatures: what people stand for with their names.

use crate::{RecordId, SignatureId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What someone says of a record by signing it.
///
/// ```
/// use omicron_domain::Meaning;
/// assert_eq!("approved".parse(), Ok(Meaning::Approved));
/// assert!("liked".parse::<Meaning>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// They have written it.
    Authored,
    /// They have looked it through.
    Reviewed,
    /// They answer for its being used.
    Approved,
    /// They were there when it was done.
    Witnessed,
}

/// There is no meaning of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be authored, reviewed, approved or witnessed")]
pub struct UnknownMeaning;

impl Meaning {
    /// Every meaning there is.
    pub const ALL: [Self; 4] = [Self::Authored, Self::Reviewed, Self::Approved, Self::Witnessed];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authored => "authored",
            Self::Reviewed => "reviewed",
            Self::Approved => "approved",
            Self::Witnessed => "witnessed",
        }
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Meaning {
    type Err = UnknownMeaning;

    fn from_str(text: &str) -> Result<Self, UnknownMeaning> {
        Self::ALL.into_iter().find(|meaning| meaning.as_str() == text).ok_or(UnknownMeaning)
    }
}

/// That someone stands for one version of a record, and in which way.
///
/// ```
/// # fn show(signature: &omicron_domain::Signature) {
/// println!("{} by {} on {}", signature.meaning, signature.signer, signature.date_signed);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Its id.
    pub id: SignatureId,
    /// Of which record.
    pub record: RecordId,
    /// Of which of its versions.
    pub version: i64,
    /// Who signs.
    pub signer: UserId,
    /// What they say by it.
    pub meaning: Meaning,
    /// When.
    pub date_signed: Timestamp,
    /// The number of the event in the journal that made the version.
    pub event: i64,
    /// The hash of the version that the journal keeps with that event.
    pub hash: Vec<u8>,
}

impl Signature {
    /// The hash, in small hexadecimal digits.
    ///
    /// ```
    /// # fn show(signature: &omicron_domain::Signature) {
    /// println!("{} signs {}", signature.signer, signature.digest());
    /// # }
    /// ```
    #[must_use]
    pub fn digest(&self) -> String {
        self.hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }
}
