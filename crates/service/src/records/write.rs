//! Changes of single records.

use super::desk::Desk;
use super::history::{at_version, changes_since};
use super::{Base, Change, Location, Shown, one_shown};
use crate::Error;
use crate::projects::Which;
use omicron_auth::Caller;
use omicron_domain::{Action, Content, Record, RecordKind, Status};
use omicron_persistence::records::NewRecord;
use omicron_persistence::{Transaction, records};

/// Begins a record.
///
/// # Errors
/// [`Error::NotFound`] of the project, [`Error::Forbidden`], [`Error::Archived`]; [`Error::Invalid`]
/// tells everything that is wrong with it.
pub fn create(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    project: &Which,
    kind: RecordKind,
    draft: &Change,
) -> Result<Shown, Error> {
    let mut desk = Desk::open(tx, caller, project)?;
    let content = desk.settle(tx, kind, None, draft)?.map_err(Error::Invalid)?;
    let project = desk.place.id;
    let record = records::create(tx, &NewRecord { project, kind, content })?;
    one_shown(tx.view(), record)
}

/// Changes a record. If it says already what it is to say, it stays as it is.
///
/// # Errors
/// Those of [`create`]; [`Error::NotFound`] of the record, [`Error::Outdated`], [`Error::Trashed`].
pub fn change(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    location: &Location,
    base: &Base,
    change: &Change,
) -> Result<Shown, Error> {
    let mut desk = Desk::open(tx, caller, &location.project)?;
    let record = present(tx, &desk, location, base)?;
    let content = desk.settle(tx, record.kind, Some(&record), change)?.map_err(Error::Invalid)?;
    stored(tx, record, content, Action::RecordChanged)
}

/// Makes a record say again what it said in an older version. Its status stays, since statuses follow
/// their lifecycle, or becomes another one that is asked for: that has to be, where the template of then
/// has another lifecycle.
///
/// # Errors
/// Those of [`change`], since what was right then need not be now; [`Error::NotFound`] of the version.
pub fn revert(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    location: &Location,
    base: &Base,
    (version, status): (i64, Option<Status>),
) -> Result<Shown, Error> {
    let mut desk = Desk::open(tx, caller, &location.project)?;
    let record = present(tx, &desk, location, base)?;
    let old = at_version(tx.view(), &record, version)?.content;
    let restored = Content { status: record.content.status.clone(), ..old };
    let restored = Record { content: restored, ..record.clone() };
    let content =
        desk.settle(tx, record.kind, Some(&restored), &Change { status, ..Change::default() })?;
    stored(tx, record, content.map_err(Error::Invalid)?, Action::RecordReverted)
}

/// Puts a record into the trash, or takes it out; what is so already stays so.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Archived`], [`Error::Outdated`].
pub fn set_trashed(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    location: &Location,
    base: &Base,
    trashed: bool,
) -> Result<Shown, Error> {
    let desk = Desk::open(tx, caller, &location.project)?;
    let record = locked(tx, &desk, location)?;
    based(tx, &record, base)?;
    if record.date_trashed.is_some() == trashed {
        return one_shown(tx.view(), record);
    }
    let record = records::set_trashed(tx, &record, trashed)?;
    one_shown(tx.view(), record)
}

/// The record, as nobody else changes it, if the caller has seen its present version.
fn present(
    tx: &mut Transaction<'_>,
    desk: &Desk<'_>,
    location: &Location,
    base: &Base,
) -> Result<Record, Error> {
    let record = locked(tx, desk, location)?;
    based(tx, &record, base)?;
    if record.date_trashed.is_some() {
        return Err(Error::Trashed);
    }
    Ok(record)
}

fn locked(tx: &mut Transaction<'_>, desk: &Desk<'_>, location: &Location) -> Result<Record, Error> {
    let here = |record: &Record| record.kind == location.kind && record.project == desk.place.id;
    let found = records::lock(tx, location.id)?.filter(here);
    found.ok_or(Error::NotFound(location.kind.as_str()))
}

/// That the change is made on what the caller has seen; else, what has changed since.
pub(super) fn based(tx: &mut Transaction<'_>, record: &Record, base: &Base) -> Result<(), Error> {
    base.check_since(record.version, |seen| changes_since(tx.view(), record, seen))
}

fn stored(
    tx: &mut Transaction<'_>,
    record: Record,
    content: Content,
    action: Action,
) -> Result<Shown, Error> {
    let record = if content == record.content {
        record
    } else {
        records::store(tx, &record, content, action)?
    };
    one_shown(tx.view(), record)
}
