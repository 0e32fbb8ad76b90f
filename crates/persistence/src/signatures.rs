//! People's signatures of records: the verbs over `record_signatures`.
//!
//! A signature holds the hash that the journal keeps of the version, and is in the journal itself: so
//! it can be neither moved to another record nor outlive a change of what was signed.

mod sign;
mod state;
mod verify;

use crate::connection::MultiBackend;
use crate::tables::{record_signatures, subject_versions};
use crate::{Error, View};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{
    Listing, Page, Record, RecordId, Signature, SignatureId, UnknownMeaning, UserId,
};
use std::collections::HashMap;

pub use sign::sign;
pub use verify::Verified;

#[derive(Queryable, Selectable)]
#[diesel(table_name = record_signatures, check_for_backend(MultiBackend))]
struct Row {
    id: i64,
    record_id: i64,
    version: i64,
    signer_id: i64,
    meaning: String,
    date_signed: NaiveDateTime,
    event: i64,
    hash: Vec<u8>,
}

impl TryFrom<Row> for Signature {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let corrupt =
            |error: UnknownMeaning| Error::Corrupt("record_signatures.meaning", Box::new(error));
        Ok(Self {
            id: SignatureId(row.id),
            record: RecordId(row.record_id),
            version: row.version,
            signer: UserId(row.signer_id),
            meaning: row.meaning.parse().map_err(corrupt)?,
            date_signed: row.date_signed.and_utc(),
            event: row.event,
            hash: row.hash,
        })
    }
}

/// Whether a record that the viewer has been shown is signed in the version that it has.
///
/// ```
/// # use omicron_domain::{RecordId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records, signatures};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.read(Viewer::Everything, |view| {
///     let Some(record) = records::find(view, RecordId(7))? else { return Ok(false) };
///     signatures::is_signed(view, &record)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn is_signed(view: &mut View<'_>, record: &Record) -> Result<bool, Error> {
    let first: Option<i64> = record_signatures::table
        .filter(record_signatures::record_id.eq(record.id.0))
        .filter(record_signatures::version.eq(record.version))
        .select(record_signatures::id)
        .first(view.connection)
        .optional()?;
    Ok(first.is_some())
}

/// How many ids go into one statement.
const PART: usize = 1000;

/// Which versions of records that the viewer has been shown are signed, none of them later than the
/// version that is shown; with a position, only those that were signed by then. A record that nobody
/// has signed is not among them.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, signatures};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let none = db.read(Viewer::Everything, |view| signatures::versions(view, &[], None))?;
/// assert!(none.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn versions(
    view: &mut View<'_>,
    records: &[Record],
    position: Option<i64>,
) -> Result<HashMap<RecordId, Vec<i64>>, Error> {
    let shown: HashMap<i64, i64> =
        records.iter().map(|record| (record.id.0, record.version)).collect();
    let ids: Vec<i64> = shown.keys().copied().collect();
    let mut signed: HashMap<RecordId, Vec<i64>> = HashMap::new();
    for part in ids.chunks(PART) {
        let mut found: Vec<(i64, i64, i64)> = record_signatures::table
            .filter(record_signatures::record_id.eq_any(part))
            .order(record_signatures::id)
            .select((
                record_signatures::id,
                record_signatures::record_id,
                record_signatures::version,
            ))
            .load(view.connection)?;
        if let Some(position) = position {
            let ids: Vec<i64> = found.iter().map(|(id, ..)| *id).collect();
            let given = given_by(view, &ids, position)?;
            found.retain(|(id, ..)| given.contains(id));
        }
        for (_, record, version) in found {
            let versions = signed.entry(RecordId(record)).or_default();
            if shown.get(&record).is_some_and(|shown| version <= *shown) {
                versions.push(version);
            }
        }
    }
    for versions in signed.values_mut() {
        versions.sort_unstable();
        versions.dedup();
    }
    Ok(signed)
}

/// Those of the signatures that had been given by a position.
fn given_by(view: &mut View<'_>, ids: &[i64], position: i64) -> Result<Vec<i64>, Error> {
    let mut given = Vec::with_capacity(ids.len());
    for part in ids.chunks(PART) {
        let part: Vec<i64> = subject_versions::table
            .filter(subject_versions::kind.eq("signature"))
            .filter(subject_versions::id.eq_any(part))
            .filter(subject_versions::from_position.le(position))
            .select(subject_versions::id)
            .load(view.connection)?;
        given.extend(part);
    }
    Ok(given)
}

/// The signatures of a record that the viewer has been shown, of all its versions, oldest first.
///
/// ```
/// # use omicron_domain::{Page, RecordId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records, signatures};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.read(Viewer::Everything, |view| {
///     let Some(record) = records::find(view, RecordId(7))? else { return Ok(()) };
///     let all = signatures::list(view, &record, Page::default())?;
///     assert!(all.items.iter().all(|one| one.intact));
///     Ok::<_, Error>(())
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list(view: &mut View<'_>, record: &Record, page: Page) -> Result<Listing<Verified>, Error> {
    let all = || record_signatures::table.filter(record_signatures::record_id.eq(record.id.0));
    let rows: Vec<Row> = all()
        .filter(record_signatures::id.gt(page.after_id()))
        .order(record_signatures::id)
        .limit(page.limit())
        .offset(page.offset())
        .select(Row::as_select())
        .load(view.connection)?;
    let count = || all().count().get_result(view.connection);
    let total = page.is_counted().then(count).transpose()?;
    Ok(Listing { items: verify::verified(view, record, rows)?, total })
}

/// One signature of a record that the viewer has been shown.
///
/// ```
/// # use omicron_domain::{RecordId, SignatureId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records, signatures};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.read(Viewer::Everything, |view| {
///     let Some(record) = records::find(view, RecordId(7))? else { return Ok(None) };
///     signatures::find(view, &record, SignatureId(1))
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find(
    view: &mut View<'_>,
    record: &Record,
    id: SignatureId,
) -> Result<Option<Verified>, Error> {
    let row: Option<Row> = record_signatures::table
        .filter(record_signatures::record_id.eq(record.id.0))
        .filter(record_signatures::id.eq(id.0))
        .select(Row::as_select())
        .get_result(view.connection)
        .optional()?;
    Ok(verify::verified(view, record, row.into_iter().collect())?.pop())
}
