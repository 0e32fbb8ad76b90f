//! Which webhooks have something to do: found out by reading alone, so that what happens elsewhere costs
//! a webhook that does not ask for it no change of the database.

use super::turn::{PENDING, first_of_subjects, room};
use super::{Row, source};
use crate::feed::{self, Entry};
use crate::tables::{webhook_deliveries, webhooks};
use crate::{Error, View, positions};
use diesel::prelude::*;
use omicron_domain::{Webhook, WebhookId};
use std::collections::{HashMap, HashSet};

/// So far behind, a webhook's cursor is moved on though nothing was found for it: whoever looks for the
/// first time has no more than that to look through.
const BEHIND: i64 = 1000;

/// What a look for work has found, and up to where it has looked: the next one goes on from there.
///
/// ```
/// assert!(omicron_persistence::webhooks::Work::default().webhooks.is_empty());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// The webhooks that have something to do, by id.
    pub webhooks: Vec<WebhookId>,
    looked: HashMap<i64, Looked>,
}

/// Up to where the events were looked at with a webhook's eyes.
#[derive(Debug, Clone, Copy)]
struct Looked {
    /// With those of this version: a later one may ask for something else, or again.
    version: i64,
    to: i64,
    /// Whether its cursor is to get there: what stands there is for it, or it is far behind.
    found: bool,
}

/// The webhooks for which there is something to do: events that they ask for and no deliveries were made
/// of, or deliveries that are due. Where no webhook is enabled, it takes one look to see that there is none.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let mut work = webhooks::Work::default();
/// work = db.read(Viewer::Everything, |view| webhooks::work(view, &work))?;
/// assert!(work.webhooks.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn work(view: &mut View<'_>, before: &Work) -> Result<Work, Error> {
    let enabled: Vec<Row> = webhooks::table
        .filter(webhooks::enabled.eq(true))
        .order(webhooks::id)
        .select(Row::as_select())
        .load(view.connection)?;
    let mut work = Work::default();
    if enabled.is_empty() {
        return Ok(work);
    }
    let last = positions::last_position(view)?;
    let due = due(view)?;
    let with_eyes = |row: Row| (before.looked(&row, last), row);
    let enabled: Vec<(Looked, Row)> = enabled.into_iter().map(with_eyes).collect();
    // All that is new to any of them, read once.
    let from =
        enabled.iter().filter(|(looked, _)| !looked.found).map(|(looked, _)| looked.to).min();
    let new = match from {
        Some(from) if from < last => feed::between(view, from, last)?,
        _ => Vec::new(),
    };
    for (looked, row) in enabled {
        let id = row.id;
        let looked = looked.on(row, &new, last);
        if due.contains(&id) || (looked.found && room(view.connection, id)? > 0) {
            work.webhooks.push(WebhookId(id));
        }
        work.looked.insert(id, looked);
    }
    Ok(work)
}

impl Work {
    fn looked(&self, row: &Row, last: i64) -> Looked {
        if last - row.cursor >= BEHIND {
            return Looked { version: row.version, to: last, found: true };
        }
        let is_ahead = |looked: &&Looked| looked.version == row.version && looked.to > row.cursor;
        let begin = Looked { version: row.version, to: row.cursor, found: false };
        self.looked.get(&row.id).filter(is_ahead).copied().unwrap_or(begin)
    }
}

impl Looked {
    /// After a look at the events up to the last one.
    fn on(self, row: Row, new: &[Entry], last: i64) -> Self {
        if self.found || self.to >= last {
            return self;
        }
        // What can't be read is for its turn to tell.
        let Ok(webhook) = Webhook::try_from(row) else {
            return Self { to: last, found: true, ..self };
        };
        let filter = source::filter(&webhook);
        let first = new.iter().find(|entry| entry.position > self.to && filter.takes(entry));
        let to = first.map_or(last, |entry| entry.position);
        Self { to, found: first.is_some(), ..self }
    }
}

/// Those of which a delivery is due that waits for none before it.
fn due(view: &mut View<'_>) -> Result<HashSet<i64>, Error> {
    let now = view.now().naive_utc();
    let some: Vec<i64> = webhook_deliveries::table
        .filter(webhook_deliveries::state.eq(PENDING))
        .filter(webhook_deliveries::next_attempt.le(now))
        .select(webhook_deliveries::webhook_id)
        .distinct()
        .load(view.connection)?;
    let mut due = HashSet::new();
    for id in some {
        if first_of_subjects(view.connection, id)?.iter().any(|(_, next)| *next <= now) {
            due.insert(id);
        }
    }
    Ok(due)
}
