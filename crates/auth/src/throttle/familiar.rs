//! From where accounts were lately opened.

use super::Network;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long an account is remembered at an address.
const REMEMBERED: Duration = Duration::from_hours(7 * 24);
/// The most accounts.
const MOST: usize = 10_000;
/// The most addresses of one account: nobody fills the memory with their own.
const PLACES: usize = 16;

/// Who has shown a good credential from where.
#[derive(Default)]
pub(super) struct Familiar(HashMap<u64, Vec<(Network, Instant)>>);

impl Familiar {
    pub(super) fn knows(&self, who: u64, place: Network, now: Instant) -> bool {
        let mut places = self.0.get(&who).into_iter().flatten();
        places.any(|(known, seen)| *known == place && is_recent(*seen, now))
    }

    pub(super) fn note(&mut self, who: u64, place: Network, now: Instant) {
        if !self.0.contains_key(&who) && self.0.len() >= MOST {
            self.make_room(now);
        }
        let places = self.0.entry(who).or_default();
        if let Some((_, seen)) = places.iter_mut().find(|(known, _)| *known == place) {
            *seen = now;
            return;
        }
        if places.len() >= PLACES {
            let oldest = (0..places.len()).min_by_key(|&index| places[index].1);
            oldest.map(|index| places.swap_remove(index));
        }
        places.push((place, now));
    }

    fn make_room(&mut self, now: Instant) {
        let latest = |places: &[(Network, Instant)]| places.iter().map(|(_, seen)| *seen).max();
        self.0.retain(|_, places| latest(places).is_some_and(|seen| is_recent(seen, now)));
        if self.0.len() >= MOST {
            // Several at once, so that this is seldom.
            let mut oldest: Vec<_> = self.0.iter().map(|(who, all)| (latest(all), *who)).collect();
            oldest.select_nth_unstable(MOST / 8);
            for (_, who) in &oldest[..MOST / 8] {
                self.0.remove(who);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}

fn is_recent(seen: Instant, now: Instant) -> bool {
    now.saturating_duration_since(seen) < REMEMBERED
}
