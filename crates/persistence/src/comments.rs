//! What people say about records: the verbs over `record_comments`.

use crate::connection::MultiBackend;
use crate::tables::record_comments;
use crate::{Error, Transaction, View, stored};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{
    Action, Comment, CommentId, CommentText, Listing, Page, Record, RecordId, Timestamp, UserId,
};
use serde::Serialize;

#[derive(Queryable, Selectable)]
#[diesel(table_name = record_comments, check_for_backend(MultiBackend))]
struct Row {
    id: i64,
    record_id: i64,
    author_id: Option<i64>,
    version: i64,
    text: String,
    date_created: NaiveDateTime,
    date_changed: NaiveDateTime,
}

impl TryFrom<Row> for Comment {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: CommentId(row.id),
            record: RecordId(row.record_id),
            author: row.author_id.map(UserId),
            version: row.version,
            text: stored("record_comments.text", row.text)?,
            date_created: row.date_created.and_utc(),
            date_changed: row.date_changed.and_utc(),
        })
    }
}

// Without defaults, PostgreSQL keeps the statement prepared.
#[derive(Insertable)]
#[diesel(table_name = record_comments, treat_none_as_default_value = false)]
struct NewRow<'a> {
    record_id: i64,
    author_id: Option<i64>,
    version: i64,
    text: &'a str,
    date_created: NaiveDateTime,
    date_changed: NaiveDateTime,
    date_removed: Option<NaiveDateTime>,
}

/// What the journal keeps of a comment.
#[derive(Serialize)]
struct State<'a> {
    record: RecordId,
    author: Option<UserId>,
    version: i64,
    text: &'a CommentText,
    date_created: Timestamp,
    date_changed: Timestamp,
    removed: bool,
}

/// Says something about a record, in the actor's name.
///
/// ```
/// # use omicron_domain::{Actor, RecordId};
/// # use omicron_persistence::{Database, Error, Options, comments, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(record) = records::lock(tx, RecordId(7))? else { return Ok(()) };
///     comments::add(tx, &record, &"Looks fine.".parse().unwrap()).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if the record is not there.
pub fn add(
    tx: &mut Transaction<'_>,
    record: &Record,
    text: &CommentText,
) -> Result<Comment, Error> {
    let now = tx.now();
    let author = tx.actor().user;
    let row = NewRow {
        record_id: record.id.0,
        author_id: author.map(|id| id.0),
        version: 1,
        text: text.as_str(),
        date_created: now.naive_utc(),
        date_changed: now.naive_utc(),
        date_removed: None,
    };
    let id: i64 = diesel::insert_into(record_comments::table)
        .values(row)
        .returning(record_comments::id)
        .get_result(tx.connection())?;
    let comment = Comment {
        id: CommentId(id),
        record: record.id,
        author,
        version: 1,
        text: text.clone(),
        date_created: now,
        date_changed: now,
    };
    recorded(tx, record, &comment, Action::CommentAdded)?;
    Ok(comment)
}

/// Puts a comment differently, as its next version.
///
/// ```
/// # use omicron_domain::{Actor, CommentId, RecordId};
/// # use omicron_persistence::{Database, Error, Options, comments, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(record) = records::lock(tx, RecordId(7))? else { return Ok(()) };
///     let Some(comment) = comments::find(tx.view(), record.id, CommentId(1))? else { return Ok(()) };
///     comments::change(tx, &record, &comment, &"Looks good.".parse().unwrap()).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn change(
    tx: &mut Transaction<'_>,
    record: &Record,
    before: &Comment,
    text: &CommentText,
) -> Result<Comment, Error> {
    let comment = next(tx, Comment { text: text.clone(), ..before.clone() });
    update(tx, &comment, None)?;
    recorded(tx, record, &comment, Action::CommentChanged)?;
    Ok(comment)
}

/// Withdraws a comment: it is shown no more, and the history keeps it.
///
/// ```
/// # use omicron_domain::{Actor, CommentId, RecordId};
/// # use omicron_persistence::{Database, Error, Options, comments, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(record) = records::lock(tx, RecordId(7))? else { return Ok(()) };
///     let Some(comment) = comments::find(tx.view(), record.id, CommentId(1))? else { return Ok(()) };
///     comments::remove(tx, &record, &comment)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn remove(tx: &mut Transaction<'_>, record: &Record, before: &Comment) -> Result<(), Error> {
    let comment = next(tx, before.clone());
    let removed = tx.now().naive_utc();
    update(tx, &comment, Some(removed))?;
    recorded(tx, record, &comment, Action::CommentRemoved)
}

/// One comment on a record, unless it was withdrawn; whether the viewer may see the record is asked
/// with the record.
///
/// ```
/// # use omicron_domain::{CommentId, RecordId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, comments};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let first = db.read(Viewer::Everything, |view| comments::find(view, RecordId(7), CommentId(1)))?;
/// assert!(first.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find(
    view: &mut View<'_>,
    record: RecordId,
    id: CommentId,
) -> Result<Option<Comment>, Error> {
    let row: Option<Row> = record_comments::table
        .filter(record_comments::record_id.eq(record.0))
        .filter(record_comments::id.eq(id.0))
        .filter(record_comments::date_removed.is_null())
        .select(Row::as_select())
        .get_result(view.connection)
        .optional()?;
    row.map(Comment::try_from).transpose()
}

/// What was said about a record that the viewer has been shown, oldest first, without what was
/// withdrawn.
///
/// ```
/// # use omicron_domain::{Page, RecordId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, comments};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let page = Page::default();
/// let said = db.read(Viewer::Everything, |view| comments::list(view, RecordId(7), page))?;
/// assert!(said.items.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list(view: &mut View<'_>, record: RecordId, page: Page) -> Result<Listing<Comment>, Error> {
    let all = || {
        record_comments::table
            .filter(record_comments::record_id.eq(record.0))
            .filter(record_comments::date_removed.is_null())
    };
    let rows: Vec<Row> = all()
        .filter(record_comments::id.gt(page.after_id()))
        .order(record_comments::id)
        .limit(page.limit())
        .offset(page.offset())
        .select(Row::as_select())
        .load(view.connection)?;
    let count = || all().count().get_result(view.connection);
    let total = page.is_counted().then(count).transpose()?;
    let items = rows.into_iter().map(Comment::try_from).collect::<Result<_, _>>()?;
    Ok(Listing { items, total })
}

fn next(tx: &Transaction<'_>, comment: Comment) -> Comment {
    let date_changed = tx.now().max(comment.date_changed);
    Comment { version: comment.version + 1, date_changed, ..comment }
}

fn update(
    tx: &mut Transaction<'_>,
    comment: &Comment,
    date_removed: Option<NaiveDateTime>,
) -> Result<(), Error> {
    diesel::update(record_comments::table.find(comment.id.0))
        .set((
            record_comments::version.eq(comment.version),
            record_comments::text.eq(comment.text.as_str()),
            record_comments::date_changed.eq(comment.date_changed.naive_utc()),
            record_comments::date_removed.eq(date_removed),
        ))
        .execute(tx.connection())?;
    Ok(())
}

fn recorded(
    tx: &mut Transaction<'_>,
    record: &Record,
    comment: &Comment,
    action: Action,
) -> Result<(), Error> {
    let state = State {
        record: record.id,
        author: comment.author,
        version: comment.version,
        text: &comment.text,
        date_created: comment.date_created,
        date_changed: comment.date_changed,
        removed: action == Action::CommentRemoved,
    };
    tx.record(action, comment.id, Some(record.project), &state)
}
