//! Proofs that others can check without the database: small files, and the public key.

use crate::positions::leaf::Row;
use crate::positions::tree::{Tree, broken, unsigned};
use crate::tables::{event_payloads, events, positions, subject_versions};
use crate::{Error, View, checkpoints};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::Subject;
use omicron_tlog::{ConsistencyProof, InclusionProof, Payload, hex};

/// The position of a version of a subject, from 1 on; `None` if it has none, or not yet.
///
/// ```
/// # use omicron_domain::{RecordId, RecordKind, Subject, Viewer};
/// # use omicron_persistence::{Database, Error, Options, proofs};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let sample = Subject::Record(RecordKind::Sample, RecordId(12));
/// let position = db.read(Viewer::Everything, |view| proofs::position_of(view, sample, 1))?;
/// assert_eq!(position, None);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn position_of(
    view: &mut View<'_>,
    subject: Subject,
    version: i64,
) -> Result<Option<i64>, Error> {
    let subject = subject.to_string();
    let Some((kind, id)) = subject.split_once(':') else { return Ok(None) };
    let Ok(id) = id.parse::<i64>() else { return Ok(None) };
    if version < 1 {
        return Ok(None);
    }
    Ok(subject_versions::table
        .filter(subject_versions::kind.eq(kind))
        .filter(subject_versions::id.eq(id))
        .order(subject_versions::from_position)
        .offset(version - 1)
        .select(subject_versions::from_position)
        .first(view.connection)
        .optional()?)
}

/// How many versions of a subject have positions so far.
///
/// ```
/// # use omicron_domain::{RecordId, RecordKind, Subject, Viewer};
/// # use omicron_persistence::{Database, Error, Options, proofs};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let sample = Subject::Record(RecordKind::Sample, RecordId(12));
/// assert_eq!(db.read(Viewer::Everything, |view| proofs::versions(view, sample))?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn versions(view: &mut View<'_>, subject: Subject) -> Result<i64, Error> {
    Ok(subject_versions::table
        .filter(subject_versions::kind.eq(subject.kind()))
        .filter(subject_versions::id.eq(subject.id()))
        .count()
        .get_result(view.connection)?)
}

/// That what has this position is part of the journal, against the last checkpoint; `None` if that
/// does not vouch for it yet. What was erased is not in it.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, proofs};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.read(Viewer::Everything, |view| proofs::inclusion(view, 1))?, None);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Corrupt`] if the journal is not what it was; those of the database.
pub fn inclusion(view: &mut View<'_>, position: i64) -> Result<Option<InclusionProof>, Error> {
    let Some(checkpoint) = checkpoints::latest(view)? else { return Ok(None) };
    if !(1..=checkpoint.size).contains(&position) {
        return Ok(None);
    }
    let (seq, sealed_at): (i64, NaiveDateTime) = positions::table
        .find(position)
        .select((positions::seq, positions::sealed_at))
        .first(view.connection)
        .map_err(lost)?;
    let event: Row =
        events::table.find(seq).select(Row::as_select()).first(view.connection).map_err(lost)?;
    let payload: Option<(Vec<u8>, String)> = event_payloads::table
        .find(seq)
        .select((event_payloads::salt, event_payloads::payload))
        .first(view.connection)
        .optional()?;
    let (index, size) = (unsigned(position - 1)?, unsigned(checkpoint.size)?);
    let path = omicron_tlog::inclusion_path(&mut Tree(view.connection), index, size);
    Ok(Some(InclusionProof {
        checkpoint: checkpoint.note,
        entry: event.entry(position, sealed_at),
        payload: payload.map(|(salt, text)| Payload { salt: hex(&salt), text }),
        path: path.map_err(broken)?,
    }))
}

/// That the second checkpoint goes on where the first one ends; `None` if one of them is not kept.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, proofs};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.read(Viewer::Everything, |view| proofs::consistency(view, 1, 2))?, None);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Corrupt`] if the journal is not what it was; those of the database.
pub fn consistency(
    view: &mut View<'_>,
    first: i64,
    second: i64,
) -> Result<Option<ConsistencyProof>, Error> {
    let (first, second) = (first.min(second), first.max(second));
    let Some(old) = checkpoints::of_size(view, first)? else { return Ok(None) };
    let Some(new) = checkpoints::of_size(view, second)? else { return Ok(None) };
    let (from, to) = (unsigned(first)?, unsigned(second)?);
    let path = omicron_tlog::consistency_path(&mut Tree(view.connection), from, to);
    Ok(Some(ConsistencyProof { first: old.note, second: new.note, path: path.map_err(broken)? }))
}

/// That what a checkpoint vouches for is not there.
fn lost(error: diesel::result::Error) -> Error {
    match error {
        diesel::result::Error::NotFound => Error::Corrupt("the journal", Box::new(error)),
        other => other.into(),
    }
}
