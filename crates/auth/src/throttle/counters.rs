//! Failures within a minute, and the pauses that they bring.

use super::Network;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The time within which failures count.
const WINDOW: Duration = Duration::from_mins(1);
/// The first pause; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// After so long without a failure, the next pause is a first one again.
const FORGIVEN: Duration = Duration::from_mins(15);
/// The most that is kept count of.
const MOST: usize = 10_000;

/// Whose failures are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// An account, from where it is not known.
    Account(u64),
    /// An address, for accounts that are not known there.
    Address(Network),
    /// An account at an address where it is known.
    Pair(u64, Network),
    /// An address, for all accounts that are known there.
    Known(Network),
    /// An address, for tokens.
    Tokens(Network),
}

#[derive(Default)]
pub(super) struct Counters(HashMap<Key, Counter>);

struct Counter {
    /// When the present window began.
    since: Instant,
    current: u32,
    /// Failures in the window before.
    previous: u32,
    /// How many pauses there were.
    pauses: u32,
    /// When the last failure was, or the last pause ended.
    until: Instant,
}

impl Counters {
    /// How much longer there is a pause.
    pub(super) fn pause(&self, key: &Key, now: Instant) -> Option<Duration> {
        let counter = self.0.get(key).filter(|counter| counter.pauses > 0)?;
        let left = counter.until.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }

    pub(super) fn fail(&mut self, key: Key, limit: u32, now: Instant) {
        if !self.0.contains_key(&key) && self.0.len() >= MOST {
            self.make_room(now);
        }
        let new = Counter { since: now, current: 0, previous: 0, pauses: 0, until: now };
        self.0.entry(key).or_insert(new).fail(limit, now);
    }

    fn make_room(&mut self, now: Instant) {
        self.0.retain(|_, counter| now.saturating_duration_since(counter.until) < FORGIVEN);
        if self.0.len() >= MOST {
            // Several at once, so that this is seldom; those in a pause last.
            let ends = self.0.iter().map(|(key, counter)| (counter.until, *key));
            let mut oldest: Vec<_> = ends.collect();
            oldest.select_nth_unstable_by_key(MOST / 8, |(until, _)| *until);
            for (_, key) in &oldest[..MOST / 8] {
                self.0.remove(key);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Counter {
    fn fail(&mut self, limit: u32, now: Instant) {
        if now < self.until {
            // It had begun before the pause did.
            return;
        }
        if now.saturating_duration_since(self.until) >= FORGIVEN {
            self.pauses = 0;
        }
        self.advance(now);
        self.current = self.current.saturating_add(1);
        self.until = now;
        if self.pauses > 0 || self.recent(now) >= f64::from(limit) {
            let pause = FIRST_PAUSE.saturating_mul(1 << self.pauses.min(8)).min(LONGEST_PAUSE);
            self.until = now + pause;
            self.pauses = self.pauses.saturating_add(1);
        }
    }

    fn advance(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.since);
        if passed >= 2 * WINDOW {
            (self.since, self.current, self.previous) = (now, 0, 0);
        } else if passed >= WINDOW {
            (self.since, self.previous, self.current) = (self.since + WINDOW, self.current, 0);
        }
    }

    /// Failures within the last minute, taking those of the window before as evenly spread.
    fn recent(&self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.since).as_secs_f64();
        let share = (1.0 - passed / WINDOW.as_secs_f64()).clamp(0.0, 1.0);
        f64::from(self.current) + f64::from(self.previous) * share
    }
}
