//! Verdicts that are remembered for a while, so that the next request need not ask again.

use crate::Caller;
use crate::secret::hmac_sha256;
use crate::{Password, Secret};
use omicron_domain::{Timestamp, TokenId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How long another server's change of a token or its owner may go unseen.
const TOKEN_MEMORY: Duration = Duration::from_secs(1);
/// How long a password need not be hashed again for the same stored hash, which is read anew.
const PASSWORD_MEMORY: Duration = Duration::from_mins(1);
/// With more entries than this, all are forgotten: nobody fills the memory.
const MOST: usize = 10_000;

/// Who it is, when the token ends, and when the database was asked.
type Remembered = (Caller, Option<Timestamp>, Instant);

/// Who a token stands for. A change made by this process ends it at once.
#[derive(Default)]
pub(crate) struct TokenMemory {
    callers: RwLock<HashMap<[u8; 32], Remembered>>,
    generation: AtomicU64,
}

impl TokenMemory {
    /// The caller of a token that was live a moment ago, and still is.
    pub(crate) fn recall(&self, hash: &[u8; 32], now: Timestamp) -> Option<Caller> {
        let callers = self.callers.read().unwrap_or_else(PoisonError::into_inner);
        let (caller, expiration_date, asked) = callers.get(hash)?;
        let lives = expiration_date.is_none_or(|end| now < end);
        (asked.elapsed() < TOKEN_MEMORY && lives).then(|| caller.clone())
    }

    /// To be asked for before the database is: what was read before a change is not remembered
    /// after it.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    pub(crate) fn remember(
        &self,
        hash: [u8; 32],
        caller: &Caller,
        expires: Option<Timestamp>,
        generation: u64,
    ) {
        let mut callers = self.callers.write().unwrap_or_else(PoisonError::into_inner);
        if self.generation() != generation {
            return;
        }
        if callers.len() >= MOST {
            callers.clear();
        }
        callers.insert(hash, (caller.clone(), expires, Instant::now()));
    }

    pub(crate) fn forget(&self) {
        let mut callers = self.callers.write().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::SeqCst);
        callers.clear();
    }
}

/// Which passwords matched which stored hashes. Neither is kept: only a keyed hash of both.
pub(crate) struct PasswordMemory {
    key: Secret,
    matches: Mutex<HashMap<[u8; 32], Instant>>,
}

impl PasswordMemory {
    pub(crate) fn new(key: Secret) -> Self {
        Self { key, matches: Mutex::default() }
    }

    pub(crate) fn recall(&self, password: &Password, hash: &str) -> bool {
        let known = lock(&self.matches).get(&self.key(password, hash)).copied();
        known.is_some_and(|compared| compared.elapsed() < PASSWORD_MEMORY)
    }

    pub(crate) fn remember(&self, password: &Password, hash: &str) {
        let key = self.key(password, hash);
        let mut matches = lock(&self.matches);
        if matches.len() >= MOST {
            matches.clear();
        }
        matches.insert(key, Instant::now());
    }

    fn key(&self, password: &Password, hash: &str) -> [u8; 32] {
        // A digest first, so that the key's hash takes the same for every password.
        let password = hmac_sha256(b"omicron remembered", &[password.bytes()]);
        self.key.hash(&[&password, hash.as_bytes()])
    }
}

/// When tokens were last used, until it is written down.
#[derive(Default)]
pub(crate) struct LastUse(Mutex<HashMap<TokenId, Timestamp>>);

impl LastUse {
    pub(crate) fn note(&self, id: TokenId, time: Timestamp) {
        lock(&self.0).insert(id, time);
    }

    pub(crate) fn take(&self) -> Vec<(TokenId, Timestamp)> {
        lock(&self.0).drain().collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
