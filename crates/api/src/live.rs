//! What is new in the feed: read once, and kept for a while for all who follow it.
//!
//! As long as anyone follows, one task of the server asks the database for what has got a position
//! since, by whichever server it was given. Nobody waits for those who follow: each of them takes
//! what is kept when they can, and whoever comes too late for that reads from the database.

use crate::state::State;
use crate::views::EventView;
use omicron_domain::Viewer;
use omicron_persistence::feed::Entry;
use omicron_persistence::{View, positions};
use omicron_service::{Error, feed};
use std::collections::VecDeque;
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

/// An event, and what is sent of it.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) entry: Entry,
    /// Its part of the stream.
    pub(crate) text: String,
}

impl From<feed::Told> for Sent {
    fn from(told: feed::Told) -> Self {
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
    followers: usize,
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
    seen: watch::Receiver<i64>,
}

impl Follower {
    pub(crate) fn new(state: State) -> Self {
        let seen = state.tail.seen.subscribe();
        let mut kept = state.tail.lock();
        kept.followers += 1;
        if !std::mem::replace(&mut kept.is_watched, true) {
            actix_web::rt::spawn(watch(state.clone()));
        }
        drop(kept);
        Self { state, seen }
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
        self.state.tail.lock().followers -= 1;
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
        if kept.followers == 0 {
            *kept = Kept::default();
        }
        kept.is_watched
    }

    /// Keeps what was read after `since`, and tells those who follow.
    fn keep(&self, since: i64, news: Vec<feed::Told>) {
        let mut kept = self.lock();
        kept.since.get_or_insert(since);
        kept.events.extend(news.into_iter().map(|told| Arc::new(Sent::from(told))));
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

/// Asks for what is new until nobody follows any more.
async fn watch(state: State) {
    let mut last = None;
    while state.tail.is_followed() {
        let from = last;
        let look = move |view: &mut View<'_>| match from {
            Some(from) => Ok::<_, Error>((from, feed::between(view, from, from + AT_ONCE)?)),
            None => Ok((positions::last_position(view)?, Vec::new())),
        };
        let pause = match state.engine.read(Viewer::Nobody, look).await {
            Ok((since, news)) => {
                let found = i64::try_from(news.len()).unwrap_or(AT_ONCE);
                last = Some(since + found);
                if found > 0 || from.is_none() {
                    state.tail.keep(since, news);
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
