//! As of when the past is asked for.

use crate::{Invalid, Timestamp};
use chrono::{DateTime, SubsecRound, Utc};
use std::str::FromStr;

/// As of when the past is asked for: a position in the journal, a time, or now.
///
/// Positions are the exact way: a time leads to the last position that was given by then.
///
/// ```
/// use omicron_domain::AsOf;
///
/// assert_eq!("1204".parse(), Ok(AsOf::Position(1204)));
/// assert_eq!("now".parse(), Ok(AsOf::Now));
/// let noon: AsOf = "2026-11-24T13:00:00+01:00".parse()?;
/// assert_eq!(noon, "2026-11-24T12:00:00Z".parse()?);
/// assert!("yesterday".parse::<AsOf>().is_err());
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The last position there is.
    Now,
    /// After the change at this position; before all changes, if it is 0.
    Position(i64),
    /// At this time.
    Time(Timestamp),
}

impl FromStr for AsOf {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text == "now" {
            return Ok(Self::Now);
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self::Position).map_err(|_| Invalid::NotAMoment);
        }
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| Invalid::NotAMoment)?;
        Ok(Self::Time(time.with_timezone(&Utc).trunc_subsecs(6)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Result<i64, Invalid> {
        match text.parse()? {
            AsOf::Time(time) => Ok(time.timestamp_micros()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn digits_are_a_position() {
        assert_eq!("0".parse(), Ok(AsOf::Position(0)));
        assert_eq!("007".parse(), Ok(AsOf::Position(7)));
        assert_eq!(i64::MAX.to_string().parse(), Ok(AsOf::Position(i64::MAX)));
    }

    #[test]
    fn times_are_in_any_zone_and_of_microseconds() {
        let noon = time("2026-11-24T12:00:00.123456Z").unwrap();
        assert_eq!(time("2026-11-24T12:00:00.1234569Z"), Ok(noon));
        assert_eq!(time("2026-11-24t06:30:00.123456-05:30"), Ok(noon));
        assert_eq!(time("1969-12-31T23:59:59Z"), Ok(-1_000_000));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "-1",
            "+1",
            " 1",
            "1.5",
            "NOW",
            "9223372036854775808",
            "2026-11-24",
            "12:00",
            "2026-11-24T12:00:00",
            "2026-11-24T12:00:00 01:00",
            "2026-02-30T12:00:00Z",
            "\u{661}",
        ] {
            assert_eq!(text.parse::<AsOf>(), Err(Invalid::NotAMoment), "{text:?}");
        }
    }
}
