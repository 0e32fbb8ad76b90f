//! The leaf of an event in the Merkle tree: what its position vouches for.

use crate::Error;
use crate::connection::MultiBackend;
use crate::tables::events;
use chrono::{NaiveDateTime, SecondsFormat};
use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// An event's row, all of it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(MultiBackend))]
pub(super) struct Row {
    pub(super) seq: i64,
    at: NaiveDateTime,
    actor: Option<i64>,
    credential: Option<String>,
    request_id: Option<String>,
    action: String,
    pub(super) project: Option<i64>,
    pub(super) subject: String,
    payload_hash: Vec<u8>,
    format: i16,
}

/// The row as it is hashed: once written, this form never changes.
#[derive(Serialize)]
struct Canonical<'a> {
    seq: i64,
    at: String,
    actor: Option<i64>,
    credential: Option<&'a str>,
    request_id: Option<&'a str>,
    action: &'a str,
    project: Option<i64>,
    subject: &'a str,
    payload_hash: String,
    format: i16,
}

impl Row {
    /// The canonical bytes of the event: its row as an object of JSON, by RFC 8785 (members in the
    /// order of their names, no white space). The time is RFC 3339 in UTC with six digits after the
    /// second and a `Z`, the hash of the payload is in small hexadecimal digits, what is absent is
    /// `null`. The payload itself is not in it: it may be erased, and its hash stands for it.
    pub(super) fn canonical(&self) -> Result<Vec<u8>, Error> {
        let canonical = Canonical {
            seq: self.seq,
            at: self.at.and_utc().to_rfc3339_opts(SecondsFormat::Micros, true),
            actor: self.actor,
            credential: self.credential.as_deref(),
            request_id: self.request_id.as_deref(),
            action: &self.action,
            project: self.project,
            subject: &self.subject,
            payload_hash: hex(&self.payload_hash),
            format: self.format,
        };
        serde_json_canonicalizer::to_vec(&canonical)
            .map_err(|error| Error::Corrupt("events", Box::new(error)))
    }

    /// The hash of a leaf by RFC 6962: SHA-256 of a zero byte and the canonical bytes.
    pub(super) fn leaf(&self) -> Result<Vec<u8>, Error> {
        Ok(Sha256::new().chain_update([0]).chain_update(self.canonical()?).finalize().to_vec())
    }

    /// The kind and the id of the subject, if its states are there to be travelled to: an event that
    /// speaks of another event is about no state.
    pub(super) fn versioned(&self) -> Option<(&str, i64)> {
        let (kind, id) = self.subject.split_once(':')?;
        if kind == "event" {
            return None;
        }
        Some((kind, id.parse().ok()?))
    }
}

/// The bytes in small hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            seq: 7,
            at: chrono::DateTime::from_timestamp(1_795_521_600, 120_000_000).unwrap().naive_utc(),
            actor: Some(1),
            credential: Some("token:5".to_owned()),
            request_id: None,
            action: "project.changed".to_owned(),
            project: Some(12),
            subject: "project:12".to_owned(),
            payload_hash: vec![0xab; 32],
            format: 1,
        }
    }

    /// What others must come to as well; `docs/decisions/0016-positions.md` has it, too.
    #[test]
    fn the_test_vector() {
        let canonical = concat!(
            r#"{"action":"project.changed","actor":1,"at":"2026-11-24T12:00:00.120000Z","#,
            r#""credential":"token:5","format":1,"#,
            r#""payload_hash":"abababababababababababababababababababababababababababababababab","#,
            r#""project":12,"request_id":null,"seq":7,"subject":"project:12"}"#
        );
        assert_eq!(String::from_utf8(row().canonical().unwrap()).unwrap(), canonical);
        let leaf = "dbbe0dacc7031ef5b56e4287439f4ff522b82273f914b45e51b4174e9b6492f4";
        assert_eq!(hex(&row().leaf().unwrap()), leaf);
    }

    #[test]
    fn events_about_events_have_no_state() {
        assert_eq!(row().versioned(), Some(("project", 12)));
        for subject in ["event:3", "nothing", "project:x"] {
            assert_eq!(Row { subject: subject.to_owned(), ..row() }.versioned(), None, "{subject}");
        }
    }
}
