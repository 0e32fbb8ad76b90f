//! Hashes of leaves and nodes, by RFC 6962.

use crate::hex;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use std::fmt;

/// A hash of the tree: SHA-256, told apart by a first byte for leaves and one for nodes.
///
/// It is shown in hexadecimal digits, and written as standard base64 in JSON and in checkpoints.
///
/// ```
/// use omicron_tlog::Hash;
///
/// let hash = Hash::leaf(b"");
/// assert_eq!(
///     hash.to_string(),
///     "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
/// );
/// assert_eq!(Hash::try_from(hash.as_ref()), Ok(hash));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The root of the tree without leaves: SHA-256 of nothing.
    ///
    /// ```
    /// assert!(omicron_tlog::Hash::EMPTY.to_string().starts_with("e3b0c442"));
    /// ```
    pub const EMPTY: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);

    /// The hash of a leaf: SHA-256 of a zero byte and what the leaf holds.
    ///
    /// ```
    /// use omicron_tlog::Hash;
    /// assert_ne!(Hash::leaf(b""), Hash::EMPTY);
    /// ```
    #[must_use]
    pub fn leaf(bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(bytes).finalize().into())
    }

    /// The hash of a node: SHA-256 of a one and the hashes of its two children.
    ///
    /// ```
    /// use omicron_tlog::Hash;
    ///
    /// let (left, right) = (Hash::leaf(b"left"), Hash::leaf(b"right"));
    /// assert_ne!(Hash::node(left, right), Hash::node(right, left));
    /// ```
    #[must_use]
    pub fn node(left: Self, right: Self) -> Self {
        let node = Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0);
        Self(node.finalize().into())
    }

    /// The 44 characters that stand for it in JSON and in checkpoints.
    pub(crate) fn to_base64(self) -> String {
        BASE64_STANDARD.encode(self.0)
    }

    pub(crate) fn from_base64(text: &str) -> Result<Self, HashError> {
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| HashError::Base64)?;
        Self::try_from(bytes.as_slice())
    }
}

/// What was to be a hash is none.
///
/// ```
/// use omicron_tlog::{Hash, HashError};
/// assert_eq!(Hash::try_from([0; 20].as_slice()), Err(HashError::Length(20)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too few bytes, or too many.
    #[error("a hash has 32 bytes, not {0}")]
    Length(usize),
    /// The text is no base64, or not written as it must be.
    #[error("a hash is written as 44 characters of base64")]
    Base64,
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = HashError;

    fn try_from(bytes: &[u8]) -> Result<Self, HashError> {
        Ok(Self(bytes.try_into().map_err(|_| HashError::Length(bytes.len()))?))
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64())
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_base64(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
