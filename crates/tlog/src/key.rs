//! Keys of Ed25519 in the text forms of signed notes.

use crate::hex;
use base64::prelude::{BASE64_STANDARD, Engine};
use ed25519_dalek::{Signature, Signer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// What the text of a private key begins with, lest it be taken for a public one.
const PRIVATE: &str = "PRIVATE+KEY+";
/// The number of Ed25519 among the algorithms of signed notes.
const ED25519: u8 = 1;

/// A public key, written `name+hash+key` like those of Go's checksum database.
///
/// ```
/// use omicron_tlog::VerifierKey;
///
/// let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
/// let key: VerifierKey = text.parse()?;
/// assert_eq!(key.name(), "PeterNeumann");
/// assert_eq!(key.hash(), [0xc7, 0x4f, 0x20, 0xa3]);
/// assert_eq!(key.to_string(), text);
/// # Ok::<(), omicron_tlog::KeyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifierKey {
    /// Whose key it is, such as `lab.example.org/journal`.
    ///
    /// ```
    /// # fn show(key: &omicron_tlog::VerifierKey) {
    /// println!("signed by {}", key.name());
    /// # }
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What tells keys of one name apart: the first bytes of SHA-256 of the name and the key.
    ///
    /// ```
    /// # fn compare(old: &omicron_tlog::VerifierKey, new: &omicron_tlog::VerifierKey) {
    /// assert_ne!(old.hash(), new.hash());
    /// # }
    /// ```
    #[must_use]
    pub fn hash(&self) -> [u8; 4] {
        let all = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        [all[0], all[1], all[2], all[3]]
    }

    /// Whether it is the signature of the message by this key.
    pub(crate) fn verifies(&self, message: &str, signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .and_then(|signature| self.key.verify_strict(message.as_bytes(), &signature))
            .is_ok()
    }

    /// The key, if the text of the hash that stood beside it is right.
    fn with_hash(self, hash: &str) -> Result<Self, KeyError> {
        if hex::hex(&self.hash()) == hash { Ok(self) } else { Err(KeyError::Hash) }
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, hash, bytes) = decode(text)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Point)?;
        Self { name: name.to_owned(), key }.with_hash(hash)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(self, self.key.as_bytes()))
    }
}

/// A private key, written `PRIVATE+KEY+name+hash+seed`.
///
/// ```
/// use omicron_tlog::SigningKey;
///
/// let key = SigningKey::new("lab.example.org/journal", [7; 32])?; // 32 random bytes in earnest
/// assert!(!format!("{key:?}").contains("BwcH"));
///
/// let file = key.to_secret_text();
/// assert_eq!(file.parse::<SigningKey>()?.verifier(), key.verifier());
/// # Ok::<(), omicron_tlog::KeyError>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    verifier: VerifierKey,
}

impl SigningKey {
    /// The key of a name that a seed of 32 random bytes gives.
    ///
    /// ```
    /// use omicron_tlog::{KeyError, SigningKey};
    /// assert_eq!(SigningKey::new("our lab", [7; 32]).unwrap_err(), KeyError::Name);
    /// ```
    ///
    /// # Errors
    /// [`KeyError::Name`] if the name is empty or holds white space, a control character or a `+`.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        let verifier = VerifierKey { name: name.to_owned(), key: key.verifying_key() };
        Ok(Self { key, verifier })
    }

    /// The public key, which checks what this one signs.
    ///
    /// ```
    /// let key = omicron_tlog::SigningKey::new("lab", [7; 32])?;
    /// assert!(key.verifier().to_string().starts_with("lab+"));
    /// # Ok::<(), omicron_tlog::KeyError>(())
    /// ```
    #[must_use]
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The text that is kept in a file which nobody else can read.
    ///
    /// ```
    /// let key = omicron_tlog::SigningKey::new("lab", [7; 32])?;
    /// assert!(key.to_secret_text().starts_with("PRIVATE+KEY+lab+"));
    /// # Ok::<(), omicron_tlog::KeyError>(())
    /// ```
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        format!("{PRIVATE}{}", encode(&self.verifier, self.key.as_bytes()))
    }

    pub(crate) fn sign(&self, message: &str) -> Vec<u8> {
        self.key.sign(message.as_bytes()).to_bytes().to_vec()
    }
}

impl FromStr for SigningKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, hash, seed) = decode(text.strip_prefix(PRIVATE).ok_or(KeyError::NotPrivate)?)?;
        let Self { key, verifier } = Self::new(name, seed)?;
        Ok(Self { key, verifier: verifier.with_hash(hash)? })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifier)
    }
}

/// A text is no key. What the text is, is not said: it may be secret.
///
/// ```
/// use omicron_tlog::{KeyError, VerifierKey};
/// assert_eq!("lab".parse::<VerifierKey>(), Err(KeyError::Form));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not made of the parts that a key has.
    #[error("a key is written name+hash+base64")]
    Form,
    /// A public key, perhaps, where a private one is needed.
    #[error("a private key begins with {PRIVATE}")]
    NotPrivate,
    /// No name that can stand before a signature.
    #[error("a key's name must not be empty, and must not hold white space or a +")]
    Name,
    /// A key of something else than Ed25519.
    #[error("algorithm {0} is not known, only 1, which is Ed25519")]
    Algorithm(u8),
    /// 32 bytes which are no public key.
    #[error("the key is not one of Ed25519")]
    Point,
    /// The key was changed, or its name.
    #[error("the key and its hash do not belong together")]
    Hash,
}

/// Whether it can stand before a signature: one word, and no part of a key.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

fn encode(key: &VerifierKey, bytes: &[u8; 32]) -> String {
    let data = BASE64_STANDARD.encode([&[ED25519], bytes.as_slice()].concat());
    format!("{}+{}+{data}", key.name, hex::hex(&key.hash()))
}

/// Name, hash and key or seed.
fn decode(text: &str) -> Result<(&str, &str, [u8; 32]), KeyError> {
    let mut parts = text.splitn(3, '+'); // there may be more of them in base64
    let (Some(name), Some(hash), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form);
    };
    let data = BASE64_STANDARD.decode(data).map_err(|_| KeyError::Form)?;
    let (&algorithm, bytes) = data.split_first().ok_or(KeyError::Form)?;
    if algorithm != ED25519 {
        return Err(KeyError::Algorithm(algorithm));
    }
    if !is_name(name) {
        return Err(KeyError::Name);
    }
    Ok((name, hash, bytes.try_into().map_err(|_| KeyError::Form)?))
}
