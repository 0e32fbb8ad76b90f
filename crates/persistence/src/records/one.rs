//! Single records, as the viewer sees them.

use super::state::RecordRow;
use crate::connection::{AnyConnection, columns, either};
use crate::sight::{Eyes, sees_record};
use crate::tables::{records, templates};
use crate::{Error, Event, Transaction, View, journal};
use diesel::prelude::*;
use omicron_domain::{ProjectId, Record, RecordId, RecordKind, Subject};

/// The record of this id, in the trash or not, if the viewer may see it.
///
/// ```
/// # use omicron_domain::{RecordId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Everything, |view| records::find(view, RecordId(7)))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find(view: &mut View<'_>, id: RecordId) -> Result<Option<Record>, Error> {
    let row = records::table
        .filter(records::id.eq(id.0))
        .filter(sees_record(Eyes::from(view.viewer())))
        .select(columns::<RecordRow>());
    let row: Option<RecordRow> =
        either!(view.connection, connection => row.get_result(connection)).optional()?;
    row.map(Record::try_from).transpose()
}

/// Those of these records that the viewer may see, by id.
///
/// ```
/// # use omicron_domain::{RecordId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let ids = [RecordId(7), RecordId(8)];
/// assert!(db.read(Viewer::Everything, |view| records::find_all(view, &ids))?.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find_all(view: &mut View<'_>, ids: &[RecordId]) -> Result<Vec<Record>, Error> {
    let eyes = Eyes::from(view.viewer());
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(super::list::PART) {
        let rows: Vec<RecordRow> = records::table
            .filter(records::id.eq_any(part.iter().map(|id| id.0)))
            .filter(sees_record(eyes))
            .order(records::id)
            .select(RecordRow::as_select())
            .load(view.connection)?;
        for row in rows {
            found.push(row.try_into()?);
        }
    }
    found.sort_unstable_by_key(|record: &Record| record.id);
    Ok(found)
}

/// As [`find`], and nobody else changes it until this transaction ends.
///
/// ```
/// # use omicron_domain::{Actor, RecordId};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| records::lock(tx, RecordId(7)))?;
/// assert!(nothing.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn lock(tx: &mut Transaction<'_>, id: RecordId) -> Result<Option<Record>, Error> {
    let locked = records::table.filter(records::id.eq(id.0)).select(records::id);
    // What is locked is what stands there: the state is read after it.
    if let AnyConnection::Postgres(connection) = tx.connection() {
        let _: Option<i64> = locked.for_no_key_update().get_result(connection).optional()?;
    }
    find(tx.view(), id)
}

/// Whether a project holds anything that would be lost with it: records, in the trash or not, or
/// templates.
///
/// ```
/// # use omicron_domain::{ProjectId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(!db.read(Viewer::Everything, |view| records::any_in(view, ProjectId(1)))?);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn any_in(view: &mut View<'_>, project: ProjectId) -> Result<bool, Error> {
    let record: Option<i64> = records::table
        .filter(records::project_id.eq(project.0))
        .select(records::id)
        .first(view.connection)
        .optional()?;
    let template: Option<i64> = templates::table
        .filter(templates::project_id.eq(project.0))
        .select(templates::id)
        .first(view.connection)
        .optional()?;
    Ok(record.is_some() || template.is_some())
}

/// What happened to a record that the viewer has been shown: as many events as versions, the first of
/// them that of version `after + 1`, at most `limit`.
///
/// ```
/// # use omicron_domain::{RecordId, RecordKind, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let history = db.read(Viewer::Everything, |view| {
///     records::history(view, RecordKind::Sample, RecordId(7), 0, 100)
/// })?;
/// assert!(history.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn history(
    view: &mut View<'_>,
    kind: RecordKind,
    id: RecordId,
    after: i64,
    limit: i64,
) -> Result<Vec<Event>, Error> {
    journal::some_of(view, Subject::Record(kind, id), after, limit)
}
