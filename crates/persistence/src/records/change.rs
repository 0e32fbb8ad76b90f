//! Changes of records: each makes a version, and an event with all of it.

use super::state::text_of;
use crate::connection::{AnyConnection, either};
use crate::tables::{record_links, record_people, record_tags, records};
use crate::{Error, Transaction};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{
    Action, CommentText, Content, ProjectId, Record, RecordId, RecordKind, Subject,
};

/// A record that is about to be begun.
///
/// ```
/// # fn show(new: &omicron_persistence::records::NewRecord) {
/// println!("a new {}: {}", new.kind, new.content.title);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// In which project.
    pub project: ProjectId,
    /// What it is.
    pub kind: RecordKind,
    /// What it says.
    pub content: Content,
}

// Without defaults, PostgreSQL keeps the statement prepared.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = records, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    project_id: i64,
    kind: &'static str,
    version: i64,
    title_key: String,
    status: String,
    template_id: Option<i64>,
    template_line: Option<i64>,
    date_changed: NaiveDateTime,
    date_trashed: Option<NaiveDateTime>,
    state: String,
}

impl Row {
    fn of(record: &Record, reason: Option<&CommentText>) -> Result<Self, Error> {
        let content = &record.content;
        Ok(Self {
            project_id: record.project.0,
            kind: record.kind.as_str(),
            version: record.version,
            title_key: content.title.key(),
            status: content.status.as_str().to_owned(),
            template_id: content.template.map(|version| version.template.0),
            template_line: content.template.map(|version| version.line),
            date_changed: record.date_changed.naive_utc(),
            date_trashed: record.date_trashed.map(|date| date.naive_utc()),
            state: text_of(record, reason)?,
        })
    }
}

/// Begins a record.
///
/// ```
/// use omicron_domain::{Actor, Content, Lifecycle, ProjectId, RecordKind};
/// use omicron_persistence::{Database, Error, Options, records};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let kind = RecordKind::Sample;
/// let content = Content {
///     title: "Ingot 7".parse().unwrap(),
///     status: Lifecycle::of(kind).first().clone(),
///     template: None,
///     data: "{}".to_owned(),
///     body: "".parse().unwrap(),
///     tags: vec![],
///     people: vec![],
///     links: vec![],
///     start: None,
///     end: None,
/// };
/// let new = records::NewRecord { project: ProjectId(404), kind, content };
/// let error = db.write(&Actor::command_line(), |tx| records::create(tx, &new)).unwrap_err();
/// assert!(matches!(error, Error::Gone)); // there is no such project
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if the project, the template, a person or a link's target is not there.
pub fn create(tx: &mut Transaction<'_>, new: &NewRecord) -> Result<Record, Error> {
    let now = tx.now();
    let mut record = Record {
        id: RecordId(0),
        project: new.project,
        kind: new.kind,
        version: 1,
        content: new.content.clone().in_order(),
        date_created: now,
        date_changed: now,
        date_trashed: None,
    };
    let row = Row::of(&record, None)?;
    let state = row.state.clone();
    let insert = diesel::insert_into(records::table).values(row).returning(records::id);
    let id: i64 = either!(tx.connection(), connection => insert.get_result(connection))?;
    record.id = RecordId(id);
    insert_tags(tx, &record)?;
    insert_people(tx, &record)?;
    insert_links(tx, &record)?;
    recorded(tx, &record, Action::RecordCreated, &state)?;
    Ok(record)
}

/// Gives a record that was [locked](super::lock) new content, as its next version.
///
/// ```
/// # use omicron_domain::{Action, Actor, RecordId};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(record) = records::lock(tx, RecordId(7))? else { return Ok(()) };
///     let mut content = record.content.clone();
///     content.title = "Ingot 7b".parse().unwrap();
///     records::store(tx, &record, content, Action::RecordChanged).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if the template, a person or a link's target is not there.
pub fn store(
    tx: &mut Transaction<'_>,
    before: &Record,
    content: Content,
    action: Action,
) -> Result<Record, Error> {
    let content = content.in_order();
    let record = next(tx, before, Record { content, ..before.clone() });
    let (old, new) = (&before.content, &record.content);
    if old.tags != new.tags {
        diesel::delete(record_tags::table.filter(record_tags::record_id.eq(record.id.0)))
            .execute(tx.connection())?;
        insert_tags(tx, &record)?;
    }
    if old.people != new.people {
        diesel::delete(record_people::table.filter(record_people::record_id.eq(record.id.0)))
            .execute(tx.connection())?;
        insert_people(tx, &record)?;
    }
    if old.links != new.links {
        diesel::delete(record_links::table.filter(record_links::source_id.eq(record.id.0)))
            .execute(tx.connection())?;
        insert_links(tx, &record)?;
    }
    update(tx, record, action, None)
}

/// Puts a record that was [locked](super::lock) into the trash, or takes it out, as its next version.
///
/// ```
/// # use omicron_domain::{Actor, RecordId};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(record) = records::lock(tx, RecordId(7))? else { return Ok(()) };
///     records::set_trashed(tx, &record, true).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn set_trashed(
    tx: &mut Transaction<'_>,
    before: &Record,
    trashed: bool,
) -> Result<Record, Error> {
    let date_trashed = trashed.then(|| tx.now());
    let record = next(tx, before, Record { date_trashed, ..before.clone() });
    let action = if trashed { Action::RecordTrashed } else { Action::RecordRestored };
    update(tx, record, action, None)
}

/// Lets a record that was [locked](super::lock) and is signed be changed again: its next version says
/// the same and has no signatures.
///
/// ```
/// # use omicron_domain::{Actor, RecordId};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(record) = records::lock(tx, RecordId(7))? else { return Ok(()) };
///     records::unlock(tx, &record, &"The mass was misread.".parse().unwrap()).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn unlock(
    tx: &mut Transaction<'_>,
    before: &Record,
    reason: &CommentText,
) -> Result<Record, Error> {
    let record = next(tx, before, before.clone());
    update(tx, record, Action::RecordUnlocked, Some(reason))
}

/// The same as its next version. Time never runs backwards in a record.
fn next(tx: &Transaction<'_>, before: &Record, record: Record) -> Record {
    let date_changed = tx.now().max(before.date_changed);
    Record { version: before.version + 1, date_changed, ..record }
}

fn update(
    tx: &mut Transaction<'_>,
    record: Record,
    action: Action,
    reason: Option<&CommentText>,
) -> Result<Record, Error> {
    let row = Row::of(&record, reason)?;
    let state = row.state.clone();
    let update = diesel::update(records::table.filter(records::id.eq(record.id.0))).set(row);
    either!(tx.connection(), connection => update.execute(connection))?;
    recorded(tx, &record, action, &state)?;
    Ok(record)
}

fn recorded(
    tx: &mut Transaction<'_>,
    record: &Record,
    action: Action,
    state: &str,
) -> Result<(), Error> {
    let subject = Subject::Record(record.kind, record.id);
    tx.record_text(action, subject, Some(record.project), state)
}

/// Inserts several rows: in one round trip where there is one.
macro_rules! insert_rows {
    ($tx:expr, $table:expr, $rows:expr) => {{
        let rows = $rows;
        match $tx.connection() {
            _ if rows.is_empty() => Ok(()),
            AnyConnection::Sqlite(connection) => rows.into_iter().try_for_each(|row| {
                diesel::insert_into($table).values(row).execute(connection).map(drop)
            }),
            AnyConnection::Postgres(connection) => {
                diesel::insert_into($table).values(rows).execute(connection).map(drop)
            }
        }
        .map_err(Error::from)
    }};
}

fn insert_tags(tx: &mut Transaction<'_>, record: &Record) -> Result<(), Error> {
    let row = |tag: &omicron_domain::Tag| {
        (record_tags::record_id.eq(record.id.0), record_tags::tag_key.eq(tag.key()))
    };
    let rows: Vec<_> = record.content.tags.iter().map(row).collect();
    insert_rows!(tx, record_tags::table, rows)
}

fn insert_people(tx: &mut Transaction<'_>, record: &Record) -> Result<(), Error> {
    let row = |person: &omicron_domain::UserId| {
        (record_people::record_id.eq(record.id.0), record_people::user_id.eq(person.0))
    };
    let rows: Vec<_> = record.content.people.iter().map(row).collect();
    insert_rows!(tx, record_people::table, rows)
}

fn insert_links(tx: &mut Transaction<'_>, record: &Record) -> Result<(), Error> {
    let row = |link: &omicron_domain::Link| {
        (
            record_links::source_id.eq(record.id.0),
            record_links::relation.eq(link.relation.as_str()),
            record_links::target_id.eq(link.target.0),
        )
    };
    let rows: Vec<_> = record.content.links.iter().map(row).collect();
    insert_rows!(tx, record_links::table, rows)
}
