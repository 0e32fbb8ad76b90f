//! Randomness, from the system's generator and nowhere else.

use crate::Error;

/// Bytes that nobody can guess.
///
/// ```
/// let salt: [u8; 16] = omicron_persistence::random_bytes()?;
/// assert_ne!(salt, omicron_persistence::random_bytes()?);
/// # Ok::<(), omicron_persistence::Error>(())
/// ```
///
/// # Errors
/// [`Error::Unavailable`] if the system has no randomness to give.
#[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
pub fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Unavailable(Box::new(error)))?;
    Ok(bytes)
}
