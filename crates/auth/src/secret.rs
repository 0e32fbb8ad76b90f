//! The server's own secret, under which tokens are hashed.

use hmac::{Hmac, KeyInit, Mac};
use omicron_persistence::{Error, random_bytes};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;

/// `TOKEN_SECRET_KEY`: whoever changes it ends every token.
///
/// ```
/// use omicron_auth::Secret;
///
/// assert!(Secret::new(&"correct horse battery staple, twice".into()).is_ok());
/// assert!(Secret::new(&"short".into()).is_err());
/// ```
#[derive(Clone)]
pub struct Secret(SecretSlice<u8>);

/// The secret could be guessed.
///
/// ```
/// let refused = omicron_auth::Secret::new(&"short".into()).err().unwrap();
/// assert!(refused.to_string().contains("32"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have at least 32 characters; `openssl rand -hex 32` makes a good one")]
pub struct TooShort;

impl Secret {
    /// A secret that someone has chosen.
    ///
    /// # Errors
    /// [`TooShort`] for fewer than 32 characters.
    pub fn new(text: &SecretString) -> Result<Self, TooShort> {
        let bytes = text.expose_secret().as_bytes();
        if text.expose_secret().chars().count() < 32 {
            return Err(TooShort);
        }
        Ok(Self(bytes.to_vec().into()))
    }

    /// A secret that nobody has chosen: for tests, and for memories that end with the process.
    ///
    /// # Errors
    /// That the system has no randomness to give.
    pub fn generate() -> Result<Self, Error> {
        Ok(Self(random_bytes::<32>()?.to_vec().into()))
    }

    /// HMAC-SHA-256 of all the parts, each of which is told from the next.
    pub(crate) fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        hmac_sha256(self.0.expose_secret(), parts)
    }
}

/// HMAC-SHA-256 of parts, with the length of each before it: `a`, `bc` is not `ab`, `c`.
pub(crate) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length")
    };
    for part in parts {
        if parts.len() > 1 {
            mac.update(&(part.len() as u64).to_be_bytes());
        }
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
