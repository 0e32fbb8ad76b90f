//! The feed: what happened, in the order of positions, as far as someone may see it now.
//!
//! Whoever has read up to a position goes on from there and misses nothing, since nothing ever gets a
//! position before one that was given. What someone may see is asked of a [`Sight`], which is the same
//! whether events come out of the database or out of a memory that many share.

mod sight;

use crate::connection::MultiBackend;
use crate::tables::{events, positions};
use crate::{Error, View};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{ProjectId, Timestamp, UserId};

pub use sight::{Filter, Sight};

/// How many positions one part of the feed looks at, at most.
///
/// ```
/// assert!(omicron_persistence::feed::REACH >= 1000);
/// ```
pub const REACH: i64 = 5_000;

/// An event at its position: ids only, as it stands in the journal.
///
/// ```
/// # fn show(entry: &omicron_persistence::feed::Entry) {
/// println!("{}: {} {}:{}", entry.position, entry.action, entry.kind, entry.id);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the journal, from 1 on.
    pub position: i64,
    /// When it was given that place.
    pub sealed_at: Timestamp,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it, if it was a person.
    pub actor: Option<UserId>,
    /// What was done: the text of an [`Action`](omicron_domain::Action).
    pub action: String,
    /// In which project.
    pub project: Option<ProjectId>,
    /// To what kind of thing: that of a [`Subject`](omicron_domain::Subject).
    pub kind: String,
    /// To which of its kind.
    pub id: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(MultiBackend))]
struct Row {
    at: NaiveDateTime,
    actor: Option<i64>,
    action: String,
    project: Option<i64>,
    subject: String,
}

/// A part of the feed.
///
/// ```
/// # fn go_on(part: &omicron_persistence::feed::Part) -> Option<i64> {
/// (part.next < part.last).then_some(part.next) // else there is no more for now
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The events, in the order of their positions.
    pub entries: Vec<Entry>,
    /// Up to which position was looked: the next part follows this one, whether or not it had events.
    pub next: i64,
    /// The last position that was given.
    pub last: i64,
}

/// The events after a position that someone may see and the filter takes: at most `limit` of them,
/// among at most [`REACH`] positions.
///
/// ```
/// use omicron_domain::{Actor, NewUser, Viewer};
/// use omicron_persistence::feed::{self, Filter};
/// use omicron_persistence::{Database, Error, Options, positions, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// # let new = NewUser {
/// #     username: "ann".parse().unwrap(), email: "ann@example.org".parse().unwrap(),
/// #     password_hash: "!".to_owned(), administrator: false, approved: true,
/// # };
/// let ann = db.write(&Actor::command_line(), |tx| users::create(tx, &new))?;
/// positions::seal(&db)?;
/// let all = Filter::default();
/// let part = db.read(Viewer::Everything, |view| feed::after(view, 0, &all, 100))?;
/// assert_eq!(part.entries[0].action, "user.registered");
/// assert_eq!((part.next, part.last), (1, 1));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database; [`Error::Corrupt`] if an event's subject is none.
pub fn after(
    view: &mut View<'_>,
    position: i64,
    filter: &Filter,
    limit: usize,
) -> Result<Part, Error> {
    let last = positions::table.select(diesel::dsl::max(positions::position));
    let last: i64 = last.get_result::<Option<i64>>(view.connection)?.unwrap_or_default();
    let sight = Sight::of(view)?;
    let reach = last.min(position.saturating_add(REACH));
    let mut part = Part { entries: Vec::new(), next: position, last };
    // A thousand at a time: most who read have few to skip.
    while part.next < reach && part.entries.len() < limit {
        let to = reach.min(part.next + 1000);
        for entry in between(view, part.next, to)? {
            part.next = entry.position;
            if sight.sees(&entry) && filter.takes(&entry) {
                part.entries.push(entry);
                if part.entries.len() == limit {
                    return Ok(part);
                }
            }
        }
        part.next = to;
    }
    Ok(part)
}

/// All events after position `from`, up to `to`, whoever may see them.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, feed};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Nobody, |view| feed::between(view, 0, 10))?.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database; [`Error::Corrupt`] if an event's subject is none.
pub fn between(view: &mut View<'_>, from: i64, to: i64) -> Result<Vec<Entry>, Error> {
    let rows: Vec<(i64, NaiveDateTime, Row)> = positions::table
        .inner_join(events::table.on(events::seq.eq(positions::seq)))
        .filter(positions::position.gt(from).and(positions::position.le(to)))
        .order(positions::position)
        .select((positions::position, positions::sealed_at, Row::as_select()))
        .load(view.connection)?;
    rows.into_iter().map(entry).collect()
}

fn entry((position, sealed_at, row): (i64, NaiveDateTime, Row)) -> Result<Entry, Error> {
    let corrupt = || Error::Corrupt("events.subject", row.subject.clone().into());
    let (kind, id) = row.subject.split_once(':').ok_or_else(corrupt)?;
    Ok(Entry {
        position,
        sealed_at: sealed_at.and_utc(),
        at: row.at.and_utc(),
        actor: row.actor.map(UserId),
        action: row.action,
        project: row.project.map(ProjectId),
        kind: kind.to_owned(),
        id: id.parse().map_err(|_| corrupt())?,
    })
}
