//! Positions: the final order of the journal, without gaps, and the past as of one.
//!
//! The number that an event is written under is not final: a transaction may commit later than one
//! with a greater number. So events get their positions afterwards, by [`seal`]. What has a position
//! keeps it, and nothing ever comes before it: whoever reads as of a position reads the same for
//! ever, but for what the law has erased since.
//!
//! What has no position yet is not part of the past.

use crate::tables::positions;
use crate::{Error, View};
use chrono::{DateTime, NaiveDateTime};
use diesel::prelude::*;
use omicron_domain::{AsOf, Timestamp};

pub(crate) mod leaf;
mod past;
mod seal;
pub(crate) mod tree;
mod versions;

pub(crate) use past::states_of;
pub use past::{state_at, states_at};
pub use seal::{is_sealed, seal, seal_some};
pub(crate) use seal::{take_lock, wait_for_lock};
pub use tree::root;

/// The last position that was given; 0 if none was.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, positions};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.read(Viewer::Everything, positions::last_position)?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn last_position(view: &mut View<'_>) -> Result<i64, Error> {
    let last: Option<i64> = positions::table
        .select(diesel::dsl::max(positions::position))
        .get_result(view.connection)?;
    Ok(last.unwrap_or_default())
}

/// The last position that was given by that time; 0 before all of them.
///
/// Of the present and the last seconds the answer may still grow: an event that is written in this
/// moment gets its position, with the time of its giving, a little later. The position itself, once
/// it is known, is exact.
///
/// ```
/// # use omicron_domain::{Timestamp, Viewer};
/// # use omicron_persistence::{Database, Error, Options, positions};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let long_ago = Timestamp::UNIX_EPOCH;
/// assert_eq!(db.read(Viewer::Everything, |view| positions::position_at(view, long_ago))?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn position_at(view: &mut View<'_>, time: Timestamp) -> Result<i64, Error> {
    let last: Option<i64> = positions::table
        .filter(positions::sealed_at.le(comparable(time)))
        .order((positions::sealed_at.desc(), positions::position.desc()))
        .select(positions::position)
        .first(view.connection)
        .optional()?;
    Ok(last.unwrap_or_default())
}

/// SQLite compares times as text, which holds for years of four digits.
fn comparable(time: Timestamp) -> NaiveDateTime {
    const LAST_SECOND_OF_9999: i64 = 253_402_300_799;
    let last = DateTime::from_timestamp(LAST_SECOND_OF_9999, 0).unwrap_or(time);
    time.min(last).naive_utc()
}

/// The position that is meant; `None` if it was not given yet, or the time is still to come.
///
/// ```
/// # use omicron_domain::{AsOf, Viewer};
/// # use omicron_persistence::{Database, Error, Options, positions};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let meant = |as_of| db.read(Viewer::Everything, |view| positions::resolve(view, as_of));
/// assert_eq!(meant(AsOf::Now)?, Some(0));
/// assert_eq!(meant(AsOf::Position(1))?, None);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn resolve(view: &mut View<'_>, as_of: AsOf) -> Result<Option<i64>, Error> {
    match as_of {
        AsOf::Now => last_position(view).map(Some),
        AsOf::Position(position) => Ok((position <= last_position(view)?).then_some(position)),
        AsOf::Time(time) if time > view.now() => Ok(None),
        AsOf::Time(time) => position_at(view, time).map(Some),
    }
}
