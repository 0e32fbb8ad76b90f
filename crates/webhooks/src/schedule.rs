//! When something is tried again.

use chrono::TimeDelta;

/// Seconds after the first failed attempt, the second, and so on: nearly three days together.
const PAUSES: [i64; 10] = [5, 30, 120, 600, 1800, 7200, 21_600, 43_200, 86_400, 86_400];

/// How long to wait after so many attempts in vain; `None` once it is time to give up.
///
/// ```
/// use chrono::TimeDelta;
/// use omicron_webhooks::pause_after;
///
/// assert_eq!(pause_after(1), Some(TimeDelta::seconds(5)));
/// assert_eq!(pause_after(10), Some(TimeDelta::days(1)));
/// assert_eq!(pause_after(11), None);
/// ```
#[must_use]
pub fn pause_after(attempts: i16) -> Option<TimeDelta> {
    let place = usize::try_from(attempts).ok()?.checked_sub(1)?;
    PAUSES.get(place).map(|seconds| TimeDelta::seconds(*seconds))
}
