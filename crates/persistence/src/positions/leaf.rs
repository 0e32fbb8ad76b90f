//! The leaf of an event in the Merkle tree: what its position vouches for.

use crate::Error;
use crate::connection::MultiBackend;
use crate::tables::events;
use chrono::{NaiveDateTime, SecondsFormat};
use diesel::prelude::*;
use omicron_tlog::{Entry, Hash, hex};

/// An event's row, all of it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(MultiBackend))]
pub(crate) struct Row {
    pub(super) seq: i64,
    pub(super) at: NaiveDateTime,
    pub(super) actor: Option<i64>,
    credential: Option<String>,
    pub(super) request_id: Option<String>,
    action: String,
    pub(super) project: Option<i64>,
    subject: String,
    payload_hash: Vec<u8>,
    format: i16,
}

impl Row {
    /// What the leaf of the event vouches for: its row, its position, and when that was given. The
    /// payload is not in it: it may be erased, and its hash stands for it.
    pub(crate) fn entry(&self, position: i64, sealed_at: NaiveDateTime) -> Entry {
        Entry {
            position,
            sealed_at: text_of(sealed_at),
            seq: self.seq,
            at: text_of(self.at),
            actor: self.actor,
            credential: self.credential.clone(),
            request_id: self.request_id.clone(),
            action: self.action.clone(),
            project: self.project,
            subject: self.subject.clone(),
            payload_hash: hex(&self.payload_hash),
            format: self.format,
        }
    }

    /// The kind and the id of the subject, if its states are there to be travelled to: an event that
    /// speaks of another event is about no state.
    pub(super) fn versioned(&self) -> Option<(&str, i64)> {
        versioned(&self.subject)
    }
}

/// The same of any subject.
pub(crate) fn versioned(subject: &str) -> Option<(&str, i64)> {
    let (kind, id) = subject.split_once(':')?;
    if kind == "event" {
        return None;
    }
    Some((kind, id.parse().ok()?))
}

/// The hash of a leaf.
pub(crate) fn leaf_of(entry: &Entry) -> Result<Hash, Error> {
    entry.leaf().map_err(|error| Error::Corrupt("events", Box::new(error)))
}

/// A time as it is hashed: RFC 3339 in UTC, with six digits after the second and a `Z`.
pub(crate) fn text_of(time: NaiveDateTime) -> String {
    time.and_utc().to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(microseconds: i64) -> NaiveDateTime {
        chrono::DateTime::from_timestamp_micros(microseconds).unwrap().naive_utc()
    }

    fn row() -> Row {
        Row {
            seq: 7,
            at: time(1_795_521_600_120_000),
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
        let leaf = leaf_of(&row().entry(3, time(1_795_521_600_170_000))).unwrap();
        let expected = "6693238e5be1afa9ba06edcb31a3fd33052c4bf068a2450c79d76a7e5573f494";
        assert_eq!(leaf.to_string(), expected);
    }

    #[test]
    fn events_about_events_have_no_state() {
        assert_eq!(row().versioned(), Some(("project", 12)));
        for subject in ["event:3", "nothing", "project:x"] {
            assert_eq!(Row { subject: subject.to_owned(), ..row() }.versioned(), None, "{subject}");
        }
    }
}
