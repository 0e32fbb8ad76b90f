//! What is new in the feed: read once, and kept for a while for all who follow it.
//!
//! As long as anyone follows, one task of the server asks the database for what has got a position
//! since, by whichever server it was given. Nobody waits for those who follow: each of them takes
//! what is kept when they can, and whoever comes too late for that reads from the database.

use crate::problem::Problem;
use crate::state::State;
use crate::views::EventView;
use omicron_domain::{UserId, Viewer};
use omicron_persistence::feed;
use omicron_persistence::{View, positions};
use omicron_service::{Error, feed as news};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How often the database is asked for what is new.
const PAUSE: Duration = Duration::from_millis(50);
/// How long it is left alone when it could not say.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(500);
/// How many events are read at once.
const AT_ONCE: i64 = 1000;
/// How many events are kept.
const KEPT: usize = 10_000;
/// How many streams one person may have in one server: each holds a connection, and asks once a second
/// whether it may go on.
const MOST_STREAMS: usize = 64;

/// An event, and what is sent of it.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) entry: feed::Entry,
    /// Its part of the stream.
    pub(crate) text: String,
}

impl From<news::Told> for Sent {
    fn from(told: news::Told) -> Self {
        let entry = told.entry.clone();
        let data = serde_json::to_string(&EventView::from(told)).unwrap_or_default();
        let text = format!("id: {}\nevent: {}\ndata: {data}\n\n", entry.position, entry.action);
        Self { entry, text }
    }
}

/// What is new in the feed.
pub(crate) struct Tail {
    kept: Mutex<Kept>,
    /// The last position that was seen.
    seen: watch::Sender<i64>,
}

#[derive(Default)]
struct Kept {
    /// How many streams each person has.
    followers: HashMap<UserId, usize>,
    is_watched: bool,
    /// The position that the first of the events follows; none as long as nobody has looked.
    since: Option<i64>,
    /// Without gaps, as positions have none.
    events: VecDeque<Arc<Sent>>,
}

/// What there is for someone who has read up to a position.
pub(crate) enum New {
    /// These events, whoever may see them; none if there are none yet.
    Events(Vec<Arc<Sent>>),
    /// More than is kept.
    TooFarBack,
}

impl Default for Tail {
    fn default() -> Self {
        Self { kept: Mutex::default(), seen: watch::Sender::new(0) }
    }
}

/// Someone who follows: as long as there is one of these, the database is asked for news.
pub(crate) struct Follower {
    state: State,
    person: UserId,
    seen: watch::Receiver<i64>,
}

impl Follower {
    /// Begins to follow for this person, unless they have enough streams.
    pub(crate) fn new(state: State, person: UserId) -> Result<Self, Problem> {
        let seen = state.tail.seen.subscribe();
        let mut kept = state.tail.lock();
        let streams = kept.followers.entry(person).or_default();
        if *streams >= MOST_STREAMS {
            let detail =
                format!("you follow {MOST_STREAMS} streams already: end one of them first");
            return Err(Problem::throttled(detail, Duration::from_secs(15)));
        }
        *streams += 1;
        if !std::mem::replace(&mut kept.is_watched, true) {
            actix_web::rt::spawn(watch(state.clone()));
        }
        drop(kept);
        Ok(Self { state, person, seen })
    }

    /// At most `most` events that follow a position.
    pub(crate) fn after(&self, position: i64, most: usize) -> New {
        let kept = self.state.tail.lock();
        let Some(since) = kept.since else { return New::Events(Vec::new()) };
        match usize::try_from(position - since) {
            Ok(skipped) => {
                New::Events(kept.events.iter().skip(skipped).take(most).cloned().collect())
            }
            Err(_) => New::TooFarBack,
        }
    }

    /// Waits until there may be something new.
    pub(crate) async fn news(&mut self) {
        if self.seen.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut kept = self.state.tail.lock();
        if let Entry::Occupied(mut streams) = kept.followers.entry(self.person) {
            *streams.get_mut() -= 1;
            if *streams.get() == 0 {
                streams.remove();
            }
        }
    }
}

impl Tail {
    /// Nothing that panics holds the lock.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anyone follows; if nobody does, nothing is kept any more.
    fn is_followed(&self) -> bool {
        let mut kept = self.lock();
        if kept.followers.is_empty() {
            *kept = Kept::default();
        }
        kept.is_watched
    }

    /// Keeps what was read after `since`, and tells those who follow.
    fn keep(&self, since: i64, new: Vec<news::Told>) {
        let mut kept = self.lock();
        kept.since.get_or_insert(since);
        kept.events.extend(new.into_iter().map(|told| Arc::new(Sent::from(told))));
        let excess = kept.events.len().saturating_sub(KEPT);
        kept.events.drain(..excess);
        let first = kept.events.front().map(|sent| sent.entry.position - 1);
        if first.is_some() {
            kept.since = first;
        }
        let last = kept.events.back().map_or(since, |sent| sent.entry.position);
        drop(kept);
        self.seen.send_replace(last);
    }
}

/// Asks for what is new until nobody follows any more. Should it end otherwise, the next who begins to
/// follow starts it again.
async fn watch(state: State) {
    let _watched = Watched(state.clone());
    let mut last = None;
    while state.tail.is_followed() {
        let from = last;
        let look = move |view: &mut View<'_>| match from {
            Some(from) => Ok::<_, Error>((from, news::between(view, from, from + AT_ONCE)?)),
            None => Ok((positions::last_position(view)?, Vec::new())),
        };
        let pause = match state.engine.read(Viewer::Nobody, look).await {
            Ok((since, new)) => {
                let found = i64::try_from(new.len()).unwrap_or(AT_ONCE);
                last = Some(since + found);
                if found > 0 || from.is_none() {
                    state.tail.keep(since, new);
                }
                if found == AT_ONCE { Duration::ZERO } else { PAUSE }
            }
            Err(error) => {
                log::debug!("what is new can't be read for now: {error}");
                PAUSE_AFTER_FAILURE
            }
        };
        actix_web::rt::time::sleep(pause).await;
    }
}

/// That someone watches, until this ends.
struct Watched(State);

impl Drop for Watched {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // What is kept would have a gap: those who follow read from the database until it has none.
            let mut kept = self.0.tail.lock();
            let followers = std::mem::take(&mut kept.followers);
            *kept = Kept { followers, ..Kept::default() };
        }
    }
}
