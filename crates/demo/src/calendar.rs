//! The hours at which people work.

use crate::random::Random;
use chrono::{Datelike, TimeDelta, Timelike, Weekday};
use omicron_domain::Timestamp;

/// How long the history of a lab is: two years of whole weeks.
pub(crate) const WEEKS: i64 = 104;

/// The Monday with which the week of this moment began: a lab that ends with one is the same lab
/// whenever it is made.
pub(crate) fn monday(at: Timestamp) -> Timestamp {
    let day = at - TimeDelta::days(i64::from(at.weekday().num_days_from_monday()));
    day - TimeDelta::microseconds(
        i64::from(day.num_seconds_from_midnight()) * 1_000_000
            + i64::from(day.timestamp_subsec_micros()),
    )
}

/// So many minutes later, or more; never at night, and never on a Sunday.
pub(crate) fn later(at: Timestamp, minutes: (i64, i64), random: &mut Random) -> Timestamp {
    let seconds = random.between(minutes.0 * 60, minutes.1 * 60);
    let mut at = at + TimeDelta::seconds(seconds);
    let hour = at.hour();
    let morning = |at: Timestamp, random: &mut Random| {
        at - TimeDelta::seconds(i64::from(at.num_seconds_from_midnight()))
            + TimeDelta::seconds(random.between(7 * 3600 + 1800, 10 * 3600))
    };
    if hour < 7 {
        at = morning(at, random);
    } else if hour >= 19 {
        at = morning(at + TimeDelta::days(1), random);
    }
    match at.weekday() {
        Weekday::Sun => at + TimeDelta::days(1),
        // Some look at their furnace even then.
        Weekday::Sat if !random.chance(10) => at + TimeDelta::days(2),
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::{later, monday};
    use crate::random::Random;
    use chrono::{Datelike, Timelike, Weekday};
    use omicron_domain::Timestamp;

    #[test]
    fn nobody_works_at_night_or_on_sundays_and_time_goes_on() {
        let mut random = Random::seeded(3);
        let mut at = Timestamp::UNIX_EPOCH;
        for _ in 0..2000 {
            let next = later(at, (5, 900), &mut random);
            assert!(next > at && (7..19).contains(&next.hour()), "{at} {next}");
            assert_ne!(next.weekday(), Weekday::Sun);
            at = next;
        }
    }

    #[test]
    fn a_week_begins_on_monday_at_midnight() {
        // A Tuesday.
        let noon = Timestamp::from_timestamp_micros(1_795_521_600_123_456).unwrap();
        assert_eq!(monday(noon).to_rfc3339(), "2026-11-23T00:00:00+00:00");
        assert_eq!(monday(monday(noon)), monday(noon));
    }
}
