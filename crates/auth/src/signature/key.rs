//! The key that a token's owner signs with.

use super::{BadSignature, TAG};
use crate::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use omicron_domain::TokenId;
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;
use std::str::FromStr;

/// Told apart from every other use of the server's secret.
const DOMAIN: &[u8] = b"omicron signing key 1";

/// A token's signing key: derived from the server's secret whenever it is needed, kept nowhere.
///
/// ```
/// use omicron_auth::signature::SigningKey;
///
/// let key: SigningKey = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=".parse()?;
/// assert_eq!(key.expose(), "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=");
/// assert_eq!(format!("{key:?}"), "SigningKey(***)");
/// let signature = key.sign(b"what is signed");
/// assert!(key.verify(b"what is signed", signature.bytes()));
/// assert!(!key.verify(b"what is not", signature.bytes()));
/// # Ok::<(), omicron_auth::signature::BadSignature>(())
/// ```
pub struct SigningKey(SecretSlice<u8>);

/// The signature of one request.
///
/// ```
/// # use omicron_auth::signature::{BadSignature, SigningKey};
/// # let key: SigningKey = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=".parse()?;
/// assert!(key.sign(b"base").header().starts_with("omicron=:"));
/// # Ok::<(), BadSignature>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 32]);

impl Signature {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value of the header `Signature`, under the label `omicron`.
    #[must_use]
    pub fn header(&self) -> String {
        format!("{TAG}=:{}:", STANDARD.encode(self.0))
    }
}

impl SigningKey {
    /// The key of the token with this id. What the database keeps of the token goes into it too:
    /// a restored backup gives ids again, and the old holder of an id must not sign for the new.
    pub(crate) fn derive(secret: &Secret, id: TokenId, token_hash: &[u8; 32]) -> Self {
        let key = secret.hash(&[DOMAIN, &id.0.to_be_bytes(), token_hash]);
        Self(key.to_vec().into())
    }

    /// The key in base64, to be shown to the token's owner and to nobody else.
    #[must_use]
    pub fn expose(&self) -> String {
        STANDARD.encode(self.0.expose_secret())
    }

    /// Signs a base.
    #[must_use]
    pub fn sign(&self, base: &[u8]) -> Signature {
        Signature(self.mac(base).finalize().into_bytes().into())
    }

    /// Whether a signature of this base was made with this key; takes the same time for all of the
    /// same length.
    #[must_use]
    pub fn verify(&self, base: &[u8], signature: &[u8]) -> bool {
        self.mac(base).verify_slice(signature).is_ok()
    }

    fn mac(&self, base: &[u8]) -> Hmac<Sha256> {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(base);
        mac
    }
}

impl FromStr for SigningKey {
    type Err = BadSignature;

    fn from_str(text: &str) -> Result<Self, BadSignature> {
        let bytes = STANDARD.decode(text).map_err(|_| BadSignature::Malformed("the key"))?;
        Ok(Self(bytes.into()))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(***)")
    }
}
