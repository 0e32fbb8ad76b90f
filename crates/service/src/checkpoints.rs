//! What is proven of the journal as a whole.

use crate::Error;
use omicron_persistence::{View, proofs};
use omicron_tlog::Proof;

/// That between the checkpoints of two sizes the journal was only added to.
///
/// # Errors
/// [`Error::NotFound`] if one of them was never signed.
pub fn consistency(view: &mut View<'_>, from: i64, to: i64) -> Result<Proof, Error> {
    let proof = proofs::consistency(view, from, to)?;
    proof.map(Proof::Consistency).ok_or(Error::NotFound("checkpoint"))
}
