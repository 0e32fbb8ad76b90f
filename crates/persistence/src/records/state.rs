//! What is kept of a record: in its row and, the same text, in the journal.

use crate::connection::MultiBackend;
use crate::tables::records;
use crate::{Error, Event, journal};
use diesel::prelude::*;
use omicron_domain::{Content, ProjectId, Record, RecordId, RecordKind, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct State {
    kind: RecordKind,
    project: ProjectId,
    version: i64,
    content: Content,
    date_created: Timestamp,
    date_changed: Timestamp,
    date_trashed: Option<Timestamp>,
}

/// The text that is kept of a record.
pub(super) fn text_of(record: &Record) -> Result<String, Error> {
    let Record { project, kind, version, date_created, date_changed, date_trashed, .. } = *record;
    let content = record.content.clone();
    let state = State { kind, project, version, content, date_created, date_changed, date_trashed };
    journal::canonical(&state)
}

fn read(id: RecordId, text: &str) -> Result<Record, Error> {
    let State { kind, project, version, content, date_created, date_changed, date_trashed } =
        serde_json::from_str(text).map_err(|error| corrupt(Box::new(error)))?;
    Ok(Record { id, project, kind, version, content, date_created, date_changed, date_trashed })
}

fn corrupt(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Corrupt("records.state", error)
}

/// A record's row.
#[derive(Queryable, Selectable)]
#[diesel(table_name = records, check_for_backend(MultiBackend))]
pub(super) struct RecordRow {
    id: i64,
    state: String,
}

impl TryFrom<RecordRow> for Record {
    type Error = Error;

    fn try_from(row: RecordRow) -> Result<Self, Error> {
        read(RecordId(row.id), &row.state)
    }
}

/// The record as an event of its history left it; `None` if that was erased.
///
/// ```
/// # use omicron_domain::{RecordId, Viewer};
/// # use omicron_persistence::{Database, Error, Event, records};
/// # fn show(event: &Event) -> Result<(), Error> {
/// if let Some(record) = records::of_event(RecordId(12), event)? {
///     println!("v{}: {}", record.version, record.content.title);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::Corrupt`] if the event is none of a record.
pub fn of_event(id: RecordId, event: &Event) -> Result<Option<Record>, Error> {
    event.payload.as_deref().map(|payload| read(id, payload)).transpose()
}
