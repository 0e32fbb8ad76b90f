//! Changes of single records. What is signed is changed by none of them until it is unlocked.

use super::desk::Desk;
use super::history::{at_version, changes_since};
use super::{Base, Change, Location, Shown, one_shown};
use crate::Error;
use crate::projects::{Which, held};
use omicron_auth::Caller;
use omicron_domain::{
    Action, CommentText, Content, Permission, ProjectId, Record, RecordKind, Status,
};
use omicron_persistence::records::NewRecord;
use omicron_persistence::{Transaction, records, signatures};

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
/// Those of [`create`]; [`Error::NotFound`] of the record, [`Error::Outdated`], [`Error::Trashed`],
/// [`Error::Signed`].
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
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Archived`], [`Error::Outdated`],
/// [`Error::Signed`].
pub fn set_trashed(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    location: &Location,
    base: &Base,
    trashed: bool,
) -> Result<Shown, Error> {
    let desk = Desk::open(tx, caller, &location.project)?;
    let record = located_in(tx, desk.place.id, location)?;
    based(tx, &record, base)?;
    if record.date_trashed.is_some() == trashed {
        return one_shown(tx.view(), record);
    }
    unsigned(tx, &record)?;
    let record = records::set_trashed(tx, &record, trashed)?;
    one_shown(tx.view(), record)
}

/// Lets a record that is signed be changed again, for a reason that stays in its history: as a new
/// version that says the same, so that the signatures stay with the one they were given for.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Archived`], [`Error::Outdated`];
/// [`Error::NotSigned`] if there is nothing to unlock.
pub fn unlock(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    location: &Location,
    base: &Base,
    reason: &CommentText,
) -> Result<Shown, Error> {
    let place = held(tx, caller, &location.project, Permission::UnlockRecords)?;
    let record = located_in(tx, place.id, location)?;
    based(tx, &record, base)?;
    if !signatures::is_signed(tx.view(), &record)? {
        return Err(Error::NotSigned);
    }
    let record = records::unlock(tx, &record, reason)?;
    one_shown(tx.view(), record)
}

/// The record, as nobody else changes it, if the caller has seen its present version.
fn present(
    tx: &mut Transaction<'_>,
    desk: &Desk<'_>,
    location: &Location,
    base: &Base,
) -> Result<Record, Error> {
    let record = located_in(tx, desk.place.id, location)?;
    based(tx, &record, base)?;
    if record.date_trashed.is_some() {
        return Err(Error::Trashed);
    }
    unsigned(tx, &record)?;
    Ok(record)
}

/// That nobody has signed the record as it is.
fn unsigned(tx: &mut Transaction<'_>, record: &Record) -> Result<(), Error> {
    if signatures::is_signed(tx.view(), record)? { Err(Error::Signed) } else { Ok(()) }
}

/// The record, if it is where the request says; nobody else changes it until this transaction ends.
pub(crate) fn located_in(
    tx: &mut Transaction<'_>,
    project: ProjectId,
    location: &Location,
) -> Result<Record, Error> {
    let here = |record: &Record| record.kind == location.kind && record.project == project;
    let found = records::lock(tx, location.id)?.filter(here);
    found.ok_or(Error::NotFound(location.kind.as_str()))
}

/// That the change is made on what the caller has seen; else, what has changed since.
pub(crate) fn based(tx: &mut Transaction<'_>, record: &Record, base: &Base) -> Result<(), Error> {
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
