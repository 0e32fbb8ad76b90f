//! Passwords: what may be one, and how they are hashed and compared.

use crate::memory::PasswordMemory;
use crate::secret::hmac_sha256;
use crate::{Attempt, Error};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use omicron_persistence::{Error as Database, Lane};
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashSet;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// A password: any text of 1 to 1024 bytes.
///
/// ```
/// use omicron_auth::{InvalidPassword, Password};
///
/// assert!("tiger".parse::<Password>().is_ok());
/// assert_eq!("".parse::<Password>().err(), Some(InvalidPassword::Empty));
/// ```
#[derive(Debug, Clone)]
pub struct Password(SecretString);

/// Why a text can't be a password.
///
/// ```
/// let policy = omicron_auth::PasswordPolicy { min_length: 8, refuse_common: true };
/// let refused = policy.check(&"password1".parse().unwrap()).unwrap_err();
/// assert!(refused.to_string().contains("commonest"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPassword {
    /// Nothing.
    #[error("must not be empty")]
    Empty,
    /// More than 1024 bytes.
    #[error("must be at most 1024 bytes long")]
    TooLong,
    /// Fewer characters than the server asks for.
    #[error("must be at least {0} characters long")]
    TooShort(usize),
    /// The character U+0000.
    #[error("must not hold the character U+0000")]
    Nul,
    /// One of those that are tried first.
    #[error("is among the commonest passwords: choose another one")]
    Common,
}

impl FromStr for Password {
    type Err = InvalidPassword;

    fn from_str(text: &str) -> Result<Self, InvalidPassword> {
        match text {
            "" => Err(InvalidPassword::Empty),
            _ if text.len() > 1024 => Err(InvalidPassword::TooLong),
            _ if text.contains('\0') => Err(InvalidPassword::Nul),
            _ => Ok(Self(text.to_owned().into())),
        }
    }
}

impl Password {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    /// bcrypt reads 72 bytes and stops at a NUL, so it is given a digest in text, which is
    /// shorter and stands for every byte.
    fn digest(&self) -> String {
        STANDARD.encode(hmac_sha256(b"omicron password 1", &[self.bytes()]))
    }
}

/// What the server asks of new passwords.
///
/// ```
/// use omicron_auth::PasswordPolicy;
/// let policy = PasswordPolicy { min_length: 8, refuse_common: true };
/// assert!(policy.check(&"tiger".parse().unwrap()).is_err());
/// assert!(policy.check(&"a striped cat".parse().unwrap()).is_ok());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct PasswordPolicy {
    /// The fewest characters.
    pub min_length: usize,
    /// Whether the commonest passwords are refused, in any case.
    pub refuse_common: bool,
}

/// By how often they turned up in leaks: the 3,000 commonest, and the 3,000 commonest of those
/// that have eight characters or more. From the frequency lists of zxcvbn (MIT).
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common-passwords.txt").lines().collect());

impl PasswordPolicy {
    /// Whether a new password is good enough.
    ///
    /// # Errors
    /// [`InvalidPassword::TooShort`], [`InvalidPassword::Common`].
    pub fn check(self, password: &Password) -> Result<(), InvalidPassword> {
        let text = password.0.expose_secret();
        if text.chars().count() < self.min_length {
            return Err(InvalidPassword::TooShort(self.min_length));
        }
        if self.refuse_common && COMMON.contains(text.to_lowercase().as_str()) {
            return Err(InvalidPassword::Common);
        }
        Ok(())
    }
}

/// The threads that hash passwords: few, so that they never take the machine from the others.
///
/// ```
/// use omicron_auth::{Error, Passwords};
///
/// let passwords = Passwords::start(4)?;
/// let hash = passwords.hash_blocking(&"tiger".parse().unwrap())?;
/// assert!(hash.starts_with("$2b$04$"));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Passwords {
    lane: Lane,
    cost: u32,
    /// Compared with when there is no such user, so that this takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    /// Starts the threads, for hashes of this cost: one fewer than the cores, at least one.
    ///
    /// # Errors
    /// [`Database::Unavailable`] if the system gives no more threads.
    pub fn start(cost: u32) -> Result<Self, Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let slots = (cores - 1).max(1);
        let lane = Lane::start("bcrypt", slots, slots * 16, Duration::from_secs(5))
            .map_err(|error| Database::Unavailable(Box::new(error)))?;
        let decoy = format!("$2b${cost:02}$abcdefghijklmnopqrstuu{}", "a".repeat(31)).into();
        Ok(Self { lane, cost, decoy })
    }

    /// What is kept of a new password.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn hash(&self, password: &Password) -> Result<String, Error> {
        let (digest, cost) = (password.digest(), self.cost);
        self.lane.run(move || bcrypt::hash(digest, cost)).await?.map_err(Error::Bcrypt)
    }

    /// As [`Passwords::hash`], for callers that may block.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub fn hash_blocking(&self, password: &Password) -> Result<String, Error> {
        let (digest, cost) = (password.digest(), self.cost);
        self.lane.run_blocking(move || bcrypt::hash(digest, cost))?.map_err(Error::Bcrypt)
    }

    /// Whether a hash that matches was made with less work than new ones are.
    pub(crate) fn is_outdated(&self, hash: &str) -> bool {
        let cost = hash.split('$').nth(2).and_then(|cost| cost.parse::<u32>().ok());
        cost.is_some_and(|cost| cost < self.cost)
    }

    /// Whether the password is the one of this hash; with no hash, no, after the same time. A
    /// match is remembered.
    pub(crate) async fn verify(
        &self,
        password: &Password,
        hash: Option<&str>,
        matches: &Arc<PasswordMemory>,
        attempt: Attempt,
    ) -> Verdict {
        let comparison = self.comparison(password, hash, matches);
        self.lane.run(move || attempt.compare(comparison)).await?
    }

    pub(crate) fn verify_blocking(
        &self,
        password: &Password,
        hash: Option<&str>,
        matches: &Arc<PasswordMemory>,
    ) -> Verdict {
        let job = self.comparison(password, hash, matches);
        self.lane.run_blocking(job)?
    }

    fn comparison(
        &self,
        password: &Password,
        hash: Option<&str>,
        matches: &Arc<PasswordMemory>,
    ) -> impl FnOnce() -> Verdict + Send + 'static {
        // An account that nobody can log in with has no hash but a mark.
        let stored = hash.filter(|hash| hash.starts_with("$2"));
        let known = stored.is_some();
        let hash = stored.unwrap_or(&self.decoy).to_owned();
        let (password, matches) = (password.clone(), Arc::clone(matches));
        move || {
            // Someone who sends many requests at once has them all wait here for the first.
            if matches.recall(&password, &hash) {
                return Ok(true);
            }
            let same = bcrypt::verify(password.digest(), &hash).map_err(Error::Bcrypt)?;
            if same && known {
                matches.remember(&password, &hash);
            }
            Ok(same && known)
        }
    }
}

type Verdict = Result<bool, Error>;
