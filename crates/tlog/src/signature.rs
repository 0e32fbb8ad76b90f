//! The lines below a note: `— name base64(hash of the key ‖ signature)`.

use crate::key::is_name;
use crate::{SigningKey, VerifierKey};
use base64::prelude::{BASE64_STANDARD, Engine};
use std::fmt;

/// What is said to be somebody's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    name: String,
    key_hash: [u8; 4],
    bytes: Vec<u8>,
}

impl Signature {
    pub(crate) fn new(key: &SigningKey, text: &str) -> Self {
        let verifier = key.verifier();
        Self { name: verifier.name().to_owned(), key_hash: verifier.hash(), bytes: key.sign(text) }
    }

    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (name, data) = line.strip_prefix("— ")?.split_once(' ')?;
        let data = BASE64_STANDARD.decode(data).ok()?;
        let (&key_hash, bytes) = data.split_first_chunk()?;
        let is_signature = is_name(name) && !bytes.is_empty();
        is_signature.then(|| Self { name: name.to_owned(), key_hash, bytes: bytes.to_owned() })
    }

    /// Whether it says that it is of this key.
    pub(crate) fn claims(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.key_hash == key.hash()
    }

    /// Whether it is of this key.
    pub(crate) fn holds(&self, key: &VerifierKey, text: &str) -> bool {
        key.verifies(text, &self.bytes)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = BASE64_STANDARD.encode([self.key_hash.as_slice(), &self.bytes].concat());
        write!(f, "— {} {data}", self.name)
    }
}
