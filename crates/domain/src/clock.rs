//! Time as something that is passed in.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use std::sync::Mutex;

/// A moment in UTC, of microseconds: what both databases can keep.
///
/// ```
/// let epoch = omicron_domain::Timestamp::UNIX_EPOCH;
/// assert_eq!(epoch.to_rfc3339(), "1970-01-01T00:00:00+00:00");
/// ```
pub type Timestamp = DateTime<Utc>;

/// Where the time comes from.
///
/// ```
/// use omicron_domain::{Clock, SystemClock};
/// assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1000, 0);
/// ```
pub trait Clock: Send + Sync {
    /// The present moment, in whole microseconds.
    fn now(&self) -> Timestamp;
}

/// The clock of the system.
///
/// ```
/// use omicron_domain::{Clock, SystemClock};
/// assert!(SystemClock.now() > omicron_domain::Timestamp::UNIX_EPOCH);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    fn now(&self) -> Timestamp {
        // PostgreSQL keeps microseconds, SQLite whatever it is given.
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands still until it is told to go on; for tests and simulations.
///
/// ```
/// use omicron_domain::{Clock, ManualClock, Timestamp};
///
/// let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
/// clock.advance(chrono::TimeDelta::seconds(5));
/// assert_eq!(clock.now().timestamp(), 5);
/// ```
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn at(start: Timestamp) -> Self {
        Self(Mutex::new(start))
    }

    /// Moves the clock, forwards or back.
    pub fn advance(&self, by: TimeDelta) {
        *self.lock() += by;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Timestamp> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.lock()
    }
}
