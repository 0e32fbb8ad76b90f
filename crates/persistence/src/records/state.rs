//! What is kept of a record: in its row and, the same text, in the journal.

use crate::connection::MultiBackend;
use crate::tables::records;
use crate::{Error, Event, journal};
use diesel::prelude::*;
use omicron_domain::{
    Action, CommentText, Content, ProjectId, Record, RecordId, RecordKind, Timestamp,
};
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
    /// Why this version was made, where that has to be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<CommentText>,
}

/// The text that is kept of a record, and of why it came to this version.
pub(super) fn text_of(record: &Record, reason: Option<&CommentText>) -> Result<String, Error> {
    let Record { project, kind, version, date_created, date_changed, date_trashed, .. } = *record;
    let (content, reason) = (record.content.clone(), reason.cloned());
    journal::canonical(&State {
        kind,
        project,
        version,
        content,
        date_created,
        date_changed,
        date_trashed,
        reason,
    })
}

fn read(id: RecordId, text: &str) -> Result<Record, Error> {
    let State { kind, project, version, content, date_created, date_changed, date_trashed, .. } =
        state(text)?;
    Ok(Record { id, project, kind, version, content, date_created, date_changed, date_trashed })
}

fn state(text: &str) -> Result<State, Error> {
    serde_json::from_str(text).map_err(|error| corrupt(Box::new(error)))
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

/// Why a record was unlocked, if that is what an event of its history says.
///
/// ```
/// # use omicron_persistence::{Error, Event, records};
/// # fn show(event: &Event) -> Result<(), Error> {
/// if let Some(reason) = records::reason_of(event)? {
///     println!("unlocked: {reason}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::Corrupt`] if what is stored is none of a record.
pub fn reason_of(event: &Event) -> Result<Option<CommentText>, Error> {
    match event.payload.as_deref() {
        Some(payload) if event.action == Action::RecordUnlocked.as_str() => {
            Ok(state(payload)?.reason)
        }
        _ => Ok(None),
    }
}
