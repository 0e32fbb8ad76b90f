//! That a record's history is the one that was signed.

use super::{Location, located};
use crate::Error;
use omicron_domain::Subject;
use omicron_persistence::{View, proofs};
use omicron_tlog::Proof;

/// The proof that a version of a record, or its last one, is in the journal.
///
/// # Errors
/// [`Error::NotFound`] of the record or the version; [`Error::Unsigned`] of one that was made a moment
/// ago.
pub fn proof(
    view: &mut View<'_>,
    location: &Location,
    version: Option<i64>,
) -> Result<Proof, Error> {
    let record = located(view, location)?;
    let version = version.unwrap_or(record.version);
    if !(1..=record.version).contains(&version) {
        return Err(Error::NotFound("version"));
    }
    let subject = Subject::Record(record.kind, record.id);
    let position = proofs::position_of(view, subject, version)?.ok_or(Error::Unsigned)?;
    let proof = proofs::inclusion(view, position)?.ok_or(Error::Unsigned)?;
    Ok(Proof::Inclusion(proof))
}
