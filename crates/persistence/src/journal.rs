//! The journal: an event for each change, in the change's own transaction.
//!
//! An event holds ids only. The state that the change left is kept beside it as canonical JSON
//! (RFC 8785), with a random salt: the event holds `SHA-256(salt ‖ payload)`, so that a payload can
//! be erased by law and guessed by nobody, while the event still stands.

use crate::connection::MultiBackend;
use crate::tables::{event_payloads, events};
use crate::{Error, Transaction, View, random_bytes};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{Action, ProjectId, RequestId, Subject, Timestamp, UserId};
use serde::Serialize;
use sha2::{Digest, Sha256};

mod insert;

use insert::insert;

/// The version of what payloads look like; older ones are brought forward on reading.
const FORMAT: i16 = 1;

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct NewEvent {
    at: NaiveDateTime,
    actor: Option<i64>,
    credential: Option<String>,
    request_id: Option<String>,
    action: &'static str,
    project: Option<i64>,
    subject: String,
    payload_hash: Vec<u8>,
    format: i16,
}

/// A state as the journal keeps it: canonical JSON.
pub(crate) fn canonical(state: &impl Serialize) -> Result<String, Error> {
    serde_json_canonicalizer::to_string(state)
        .map_err(|error| Error::Corrupt("the journal's payload", Box::new(error)))
}

pub(crate) fn append(
    tx: &mut Transaction<'_>,
    action: Action,
    subject: Subject,
    project: Option<ProjectId>,
    payload: &str,
) -> Result<(), Error> {
    let salt: [u8; 16] = random_bytes()?;
    let event = NewEvent {
        at: tx.now().naive_utc(),
        actor: tx.actor().user.map(|id| id.0),
        credential: tx.actor().credential.map(|credential| credential.to_string()),
        request_id: tx.actor().request_id.as_ref().map(kept_id),
        action: action.as_str(),
        project: project.map(|id| id.0),
        subject: subject.to_string(),
        payload_hash: hash(&salt, payload),
        format: FORMAT,
    };
    insert(tx.connection(), event, &salt, payload)
}

/// The events whose payloads hold a person's name or address: all others know people by id.
pub(crate) fn events_that_name(tx: &mut Transaction<'_>, user: UserId) -> Result<Vec<i64>, Error> {
    let named = events::table
        .inner_join(event_payloads::table)
        .filter(events::subject.eq(Subject::from(user).to_string()))
        .order(events::seq)
        .select(events::seq);
    Ok(named.load(tx.connection())?)
}

/// Erases what an event has kept, and says so; the event itself stands.
pub(crate) fn erase_payload(tx: &mut Transaction<'_>, seq: i64) -> Result<(), Error> {
    append(tx, Action::PayloadErased, Subject::Event(seq), None, "null")?;
    diesel::delete(event_payloads::table.find(seq)).execute(tx.connection())?;
    Ok(())
}

/// A request's id as the journal keeps it for ever: one that a client chose may say anything, even
/// someone's name, unless it is a UUID. Of any other, a digest is kept, which the log leads to.
fn kept_id(id: &RequestId) -> String {
    let text = id.as_str();
    let is_uuid = text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if is_uuid {
        return text.to_owned();
    }
    format!("sha256:{}", omicron_tlog::hex(&Sha256::digest(text)[..16]))
}

/// What an event holds of its payload.
pub(crate) fn hash(salt: &[u8], payload: impl AsRef<[u8]>) -> Vec<u8> {
    Sha256::new().chain_update(salt).chain_update(payload).finalize().to_vec()
}

/// One line of the journal.
///
/// ```
/// # fn show(event: &omicron_persistence::Event) {
/// println!("{} {} by {:?}", event.action, event.subject, event.actor);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The order in which events were written; it has gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who, if it was a person.
    pub actor: Option<UserId>,
    /// By what right: the text of a [`Credential`](omicron_domain::Credential).
    pub credential: Option<String>,
    /// In which request: its id if that is a UUID, and else `sha256:` and the beginning of its
    /// digest.
    pub request_id: Option<String>,
    /// What: the text of an [`Action`].
    pub action: String,
    /// In which project.
    pub project: Option<ProjectId>,
    /// To what: the text of a [`Subject`].
    pub subject: String,
    /// The state that the change left, as JSON; `None` once it was erased.
    pub payload: Option<String>,
    /// The hash of the payload and its salt, which stands for it in the journal for good.
    pub payload_hash: Vec<u8>,
    /// Whether the payload is the one that was written; true for an erased one.
    pub intact: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(MultiBackend))]
struct EventRow {
    seq: i64,
    at: NaiveDateTime,
    actor: Option<i64>,
    credential: Option<String>,
    request_id: Option<String>,
    action: String,
    project: Option<i64>,
    subject: String,
    payload_hash: Vec<u8>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = event_payloads, check_for_backend(MultiBackend))]
struct PayloadRow {
    salt: Vec<u8>,
    payload: String,
}

/// What happened to one thing, oldest first: at most 1000 events that follow `after`.
///
/// ```
/// use omicron_domain::{Actor, NewUser, Viewer};
/// use omicron_persistence::{Database, Error, Options, events_of, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// # let new = NewUser {
/// #     username: "ann".parse().unwrap(), email: "ann@example.org".parse().unwrap(),
/// #     password_hash: "!".to_owned(), administrator: false, approved: true,
/// # };
/// let ann = db.write(&Actor::command_line(), |tx| users::create(tx, &new))?;
/// let history = db.read(Viewer::Everything, |view| events_of(view, ann.id, 0))?;
/// assert_eq!(history[0].action, "user.registered");
/// assert!(history[0].intact);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn events_of(
    view: &mut View<'_>,
    subject: impl Into<Subject>,
    after: i64,
) -> Result<Vec<Event>, Error> {
    let rows: Vec<(EventRow, Option<PayloadRow>)> = events::table
        .left_join(event_payloads::table)
        .filter(events::subject.eq(subject.into().to_string()))
        .filter(events::seq.gt(after))
        .order(events::seq)
        .limit(1000)
        .select((EventRow::as_select(), Option::<PayloadRow>::as_select()))
        .load(view.connection)?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// What happened to one thing, without the first `skipped` events, at most `limit`.
pub(crate) fn some_of(
    view: &mut View<'_>,
    subject: Subject,
    skipped: i64,
    limit: i64,
) -> Result<Vec<Event>, Error> {
    let rows: Vec<(EventRow, Option<PayloadRow>)> = events::table
        .left_join(event_payloads::table)
        .filter(events::subject.eq(subject.to_string()))
        .order(events::seq)
        .offset(skipped)
        .limit(limit)
        .select((EventRow::as_select(), Option::<PayloadRow>::as_select()))
        .load(view.connection)?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// What happened to each of several things, oldest first.
pub(crate) fn all_of(view: &mut View<'_>, subjects: &[Subject]) -> Result<Vec<Event>, Error> {
    let subjects: Vec<String> = subjects.iter().map(Subject::to_string).collect();
    let rows: Vec<(EventRow, Option<PayloadRow>)> = events::table
        .left_join(event_payloads::table)
        .filter(events::subject.eq_any(subjects))
        .order(events::seq)
        .select((EventRow::as_select(), Option::<PayloadRow>::as_select()))
        .load(view.connection)?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// What the journal keeps of a version of something that the viewer has been shown, if each change of
/// it makes a version; `None` if there is no such version, or it was erased.
///
/// ```
/// # use omicron_domain::{Subject, TemplateId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, state_of_version};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let melt = Subject::from(TemplateId(3));
/// assert!(db.read(Viewer::Everything, |view| state_of_version(view, melt, 1))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn state_of_version(
    view: &mut View<'_>,
    subject: Subject,
    version: i64,
) -> Result<Option<serde_json::Value>, Error> {
    if version < 1 {
        return Ok(None);
    }
    let event = some_of(view, subject, version - 1, 1)?.pop();
    let payload = event.and_then(|event| event.payload);
    let state = payload.map(|text| serde_json::from_str::<serde_json::Value>(&text)).transpose();
    let state = state.map_err(|error| Error::Corrupt("event_payloads.payload", error.into()))?;
    Ok(state.filter(|state| state.get("version").is_some_and(|its| *its == version)))
}

/// The events with these numbers, in no order.
pub(crate) fn events_numbered(view: &mut View<'_>, seqs: &[i64]) -> Result<Vec<Event>, Error> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(EventRow, Option<PayloadRow>)> = events::table
        .left_join(event_payloads::table)
        .filter(events::seq.eq_any(seqs))
        .select((EventRow::as_select(), Option::<PayloadRow>::as_select()))
        .load(view.connection)?;
    Ok(rows.into_iter().map(Event::from).collect())
}

impl From<(EventRow, Option<PayloadRow>)> for Event {
    fn from((row, payload): (EventRow, Option<PayloadRow>)) -> Self {
        let intact =
            payload.as_ref().is_none_or(|kept| hash(&kept.salt, &kept.payload) == row.payload_hash);
        Self {
            seq: row.seq,
            at: row.at.and_utc(),
            actor: row.actor.map(UserId),
            credential: row.credential,
            request_id: row.request_id,
            action: row.action,
            project: row.project.map(ProjectId),
            subject: row.subject,
            payload: payload.map(|kept| kept.payload),
            payload_hash: row.payload_hash,
            intact,
        }
    }
}
