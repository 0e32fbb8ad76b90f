//! The digest of a body (RFC 9530).

use super::BadSignature;
use sfv::{Dictionary, ListEntry, Parser};
use sha2::{Digest as _, Sha256, Sha512};
use std::str::FromStr;

/// What `Content-Digest` says of a body, by the algorithms that are still safe.
///
/// ```
/// use omicron_auth::signature::ContentDigest;
///
/// let digest = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
/// let digest: ContentDigest = digest.parse()?;
/// assert!(digest.fits(br#"{"hello": "world"}"#));
/// assert!(!digest.fits(br#"{"hello": "World"}"#));
/// # Ok::<(), omicron_auth::signature::BadSignature>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentDigest {
    sha256: Option<Vec<u8>>,
    sha512: Option<Vec<u8>>,
}

impl ContentDigest {
    /// Whether this is the body, by each of the digests.
    #[must_use]
    pub fn fits(&self, body: &[u8]) -> bool {
        let fits256 = |digest: &Vec<u8>| Sha256::digest(body)[..] == digest[..];
        let fits512 = |digest: &Vec<u8>| Sha512::digest(body)[..] == digest[..];
        self.sha256.as_ref().is_none_or(fits256) && self.sha512.as_ref().is_none_or(fits512)
    }

    pub(super) fn read(header: &[u8]) -> Result<Self, BadSignature> {
        const MALFORMED: BadSignature = BadSignature::Malformed("Content-Digest");
        let digests: Dictionary = Parser::new(header).parse().map_err(|_| MALFORMED)?;
        let bytes = |algorithm, length| match digests.get(sfv::key_ref(algorithm)) {
            None => Ok(None),
            Some(ListEntry::Item(item)) => {
                let bytes = item.bare_item.as_byte_sequence().ok_or(MALFORMED)?;
                if bytes.len() == length { Ok(Some(bytes.to_vec())) } else { Err(MALFORMED) }
            }
            Some(ListEntry::InnerList(_)) => Err(MALFORMED),
        };
        let digest = Self { sha256: bytes("sha-256", 32)?, sha512: bytes("sha-512", 64)? };
        // Without either, every body would fit.
        if digest == (Self { sha256: None, sha512: None }) {
            return Err(BadSignature::Unsupported(
                "a Content-Digest with neither sha-256 nor sha-512".to_owned(),
            ));
        }
        Ok(digest)
    }
}

impl FromStr for ContentDigest {
    type Err = BadSignature;

    fn from_str(header: &str) -> Result<Self, BadSignature> {
        Self::read(header.as_bytes())
    }
}
