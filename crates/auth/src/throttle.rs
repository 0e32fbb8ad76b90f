//! Who guesses is made to wait, and nobody else.
//!
//! Wrong passwords are counted by account and by address. More than a few within a minute bring a
//! pause, and each further one after it a longer pause. Where an account was lately opened from, it
//! can still be opened: there its own counters hold, which strangers can't fill.

mod counters;
mod familiar;
mod network;

pub use network::Network;

use crate::Error;
use counters::{Counters, Key};
use familiar::Familiar;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// How many times as many of those who are known there may fail from one address.
const FAMILIAR: u32 = 10;
/// How many times as many wrong tokens may come from one address: they can't be guessed.
const TOKENS: u32 = 30;

/// Counts wrong credentials, within this process and in bounded memory. Clones share the counts.
///
/// ```
/// use omicron_auth::Throttle;
/// use std::time::{Duration, Instant};
///
/// let throttle = Throttle::new(10);
/// let (thief, now) = (throttle.login("ann", [192, 0, 2, 1].into()), Instant::now());
/// for _ in 0..10 {
///     assert!(thief.admit(now).is_ok());
///     thief.note(false, now);
/// }
/// assert!(thief.admit(now).is_err());
/// assert!(thief.admit(now + Duration::from_secs(60)).is_ok());
/// ```
#[derive(Clone)]
pub struct Throttle(Arc<Shared>);

struct Shared {
    /// Failures within a minute that are too many; 0 for no limit.
    limit: u32,
    /// Names that are tried may be of any length, so a keyed digest stands for each.
    hasher: RandomState,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    counters: Counters,
    familiar: Familiar,
}

impl Throttle {
    /// So many failures a minute, for each account and for each address, bring a pause; 0 for no
    /// limit.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        Self(Arc::new(Shared { limit, hasher: RandomState::new(), seen: Mutex::default() }))
    }

    /// A password for this account, from this address. There need not be such an account: nothing
    /// here depends on it.
    #[must_use]
    pub fn login(&self, username: &str, from: IpAddr) -> Attempt {
        let account = match username.parse::<omicron_domain::Username>() {
            Ok(name) => self.digest("account", name.key().as_bytes()),
            Err(_) => self.digest("account", username.as_bytes()),
        };
        let from = Network::from(from);
        Attempt {
            throttle: self.clone(),
            who: account,
            place: from,
            strange: [Some((Key::Account(account), 1)), Some((Key::Address(from), 1))],
            familiar: [Some((Key::Pair(account, from), 1)), Some((Key::Known(from), FAMILIAR))],
        }
    }

    /// A token, or whatever else can't be guessed, from this address. One that was good lately is
    /// never refused here: others may share its address.
    #[must_use]
    pub fn token(&self, hash: &[u8], from: IpAddr) -> Attempt {
        Attempt {
            throttle: self.clone(),
            who: self.digest("token", hash),
            // A token is as good from anywhere.
            place: Network::from(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            strange: [Some((Key::Tokens(Network::from(from)), TOKENS)), None],
            familiar: [None, None],
        }
    }

    fn digest(&self, kind: &str, bytes: &[u8]) -> u64 {
        self.0.hasher.hash_one((kind, bytes))
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Someone shows a credential.
///
/// ```
/// let throttle = omicron_auth::Throttle::new(0);
/// let attempt = throttle.login("ann", [127, 0, 0, 1].into());
/// assert!(attempt.admit(std::time::Instant::now()).is_ok());
/// ```
#[derive(Clone)]
pub struct Attempt {
    throttle: Throttle,
    who: u64,
    place: Network,
    /// What counts, and how many times the limit it may.
    strange: Counted,
    familiar: Counted,
}

type Counted = [Option<(Key, u32)>; 2];

impl Attempt {
    /// Whether the credential may be looked at now.
    ///
    /// # Errors
    /// [`Error::Throttled`], with how long to wait.
    pub fn admit(&self, now: Instant) -> Result<(), Error> {
        if self.throttle.0.limit == 0 {
            return Ok(());
        }
        let pause = self.throttle.seen(|seen| {
            let keys = self.counted(seen, now).into_iter().flatten();
            keys.filter_map(|(key, _)| seen.counters.pause(&key, now)).max()
        });
        pause.map_or(Ok(()), |pause| Err(Error::Throttled(pause)))
    }

    /// Whether it was good. A good one takes no failure back: else a thief who has an account, or
    /// shares an address with a busy script, could guess for ever.
    pub fn note(&self, good: bool, now: Instant) {
        let limit = self.throttle.0.limit;
        if limit == 0 {
            return;
        }
        self.throttle.seen(|seen| {
            if good {
                return seen.familiar.note(self.who, self.place, now);
            }
            for (key, times) in self.counted(seen, now).into_iter().flatten() {
                seen.counters.fail(key, limit.saturating_mul(times), now);
            }
        });
    }

    /// Compares within the limits: asked again right before, since much may have failed while the
    /// attempt waited for its turn.
    pub(crate) fn compare(
        &self,
        comparison: impl FnOnce() -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        self.admit(Instant::now())?;
        let good = comparison()?;
        self.note(good, Instant::now());
        Ok(good)
    }

    fn counted(&self, seen: &Seen, now: Instant) -> Counted {
        let known = seen.familiar.knows(self.who, self.place, now);
        if known { self.familiar } else { self.strange }
    }
}

#[cfg(test)]
mod tests;
