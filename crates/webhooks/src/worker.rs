//! The threads: one at the desk, which alone asks the database, and some that post.

use crate::{Desk, Letter, Post, Reply};
use crossbeam_channel::{Receiver, Sender, bounded, never, select};
use omicron_persistence::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// How many letters can be under way at a time.
const POSTERS: usize = 8;
/// How often the desk looks for something new.
const TICK: Duration = Duration::from_millis(500);

/// Delivers to webhooks until it is stopped.
pub struct Worker {
    stop: Sender<()>,
    desk: JoinHandle<()>,
}

impl Worker {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the system gives no more of them.
    pub fn start(desk: Desk, way: impl Post) -> Result<Self, Error> {
        let unavailable = |error| Error::Unavailable(Box::new(error));
        let (outbox, letters) = bounded::<Letter>(POSTERS);
        let (replies, inbox) = bounded(POSTERS);
        let (stop, stopped) = bounded(0);
        let way = Arc::new(way);
        for _ in 0..POSTERS {
            let (letters, replies, way) = (letters.clone(), replies.clone(), way.clone());
            let post = move || post_all(&letters, &replies, &*way);
            Builder::new().name("webhook-post".to_owned()).spawn(post).map_err(unavailable)?;
        }
        let mut office = Office { desk, outbox, inbox, failing: false };
        let desk = Builder::new().name("webhooks".to_owned());
        let desk = desk.spawn(move || office.work(stopped)).map_err(unavailable)?;
        Ok(Self { stop, desk })
    }

    /// Takes nothing more, and waits until what is under way has come to an end: ten seconds at most,
    /// unless the database does not answer.
    pub fn stop(self) {
        drop(self.stop);
        // A panic at the desk was told already, by its thread.
        let _ = self.desk.join();
    }
}

fn post_all(letters: &Receiver<Letter>, replies: &Sender<(Letter, Reply)>, way: &impl Post) {
    for letter in letters {
        // A letter without a reply would count as under way for ever.
        let reply = catch_unwind(AssertUnwindSafe(|| way.post(&letter)))
            .unwrap_or_else(|_| Reply::Nothing("it could not be posted".to_owned()));
        if replies.send((letter, reply)).is_err() {
            return;
        }
    }
}

struct Office {
    desk: Desk,
    outbox: Sender<Letter>,
    inbox: Receiver<(Letter, Reply)>,
    failing: bool,
}

impl Office {
    fn work(&mut self, mut stopped: Receiver<()>) {
        let mut is_open = true;
        while is_open || self.desk.under_way() > 0 {
            if is_open {
                let letters = self.desk.take(POSTERS);
                for letter in self.told(letters).unwrap_or_default() {
                    // There is room: no more were taken than there are posters.
                    let _ = self.outbox.send(letter);
                }
            }
            select! {
                recv(self.inbox) -> reply => {
                    let replies: Vec<_> = reply.into_iter().chain(self.inbox.try_iter()).collect();
                    let settled = self.desk.settle(&replies);
                    self.told(settled);
                }
                recv(stopped) -> _ => {
                    is_open = false;
                    stopped = never();
                }
                default(TICK) => {}
            }
        }
    }

    /// What worked. A failure is told once, until it is over.
    fn told<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        match result {
            Ok(value) => {
                if std::mem::take(&mut self.failing) {
                    log::info!("webhooks are delivered to again");
                }
                Some(value)
            }
            // Others come first.
            Err(Error::Overloaded) => None,
            Err(error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    log::warn!("nothing is delivered to webhooks for now: {error}");
                }
                None
            }
        }
    }
}
