//! The database for callers that must not block: its own threads, behind queues that have an end.

use crate::sealer::Sealer;
use crate::writer::Writer;
use crate::{
    Database, Error, Failure, Lane, Refused, Transaction, View, begin, checkpoints, positions,
};
use omicron_domain::{Actor, Viewer};
use omicron_tlog::SigningKey;
use std::sync::Arc;
use std::time::Duration;

/// How many threads work on the database, and how much may wait for them.
///
/// ```
/// let sizes = omicron_persistence::EngineOptions::default();
/// assert!(sizes.queue >= sizes.quick);
/// ```
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Threads for what takes microseconds.
    pub quick: usize,
    /// Threads for what may take long, so that it never stands before a login.
    pub slow: usize,
    /// How many jobs may wait in each queue.
    pub queue: usize,
    /// How long a job may wait for a thread.
    pub patience: Duration,
    /// How long a change of a SQLite database may wait for its turn and for the lock, together: others
    /// may be at a long one.
    pub writer_patience: Duration,
    /// How long after a write the events of all that was written meanwhile get their positions;
    /// `None` if another process is to give them.
    pub seal_after: Option<Duration>,
    /// The key that checkpoints are signed with, every two seconds in which something was sealed; it
    /// is to be [introduced](crate::checkpoints::introduce).
    pub signing_key: Option<Arc<SigningKey>>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            quick: 4,
            slow: 1,
            queue: 1024,
            patience: Duration::from_millis(900),
            writer_patience: begin::SQLITE_PATIENCE,
            seal_after: Some(Duration::from_millis(50)),
            signing_key: None,
        }
    }
}

/// A [`Database`] with threads of its own, for an asynchronous server. It needs no particular
/// runtime: its futures are woken by the threads.
///
/// ```
/// use omicron_domain::{Page, UserFilter, Viewer};
/// use omicron_persistence::{Database, Engine, EngineOptions, Error, Options, users};
///
/// async fn count(engine: &Engine) -> Result<Option<i64>, Error> {
///     let all = engine
///         .read(Viewer::Everything, |view| {
///             users::list(view, &UserFilter::default(), Page::default())
///         })
///         .await?;
///     Ok(all.total)
/// }
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let engine = Engine::start(db, EngineOptions::default())?;
/// # drop(count(&engine));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    db: Database,
    quick: Lane,
    slow: Lane,
    writers: Writers,
    sealer: Option<Sealer>,
    signing_key: Option<Arc<SigningKey>>,
}

/// Who writes: never those who read, since a write may wait for another one's lock.
#[derive(Clone)]
enum Writers {
    /// SQLite has one writer.
    One(Writer),
    /// PostgreSQL has as many as there are threads for it.
    Many(Lane),
}

impl Writers {
    fn the_one(&self) -> Option<Writer> {
        match self {
            Self::One(writer) => Some(writer.clone()),
            Self::Many(_) => None,
        }
    }
}

impl Engine {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the system gives no more threads.
    pub fn start(db: Database, options: EngineOptions) -> Result<Self, Error> {
        Self::start_threads(db, options).map_err(|error| Error::Unavailable(Box::new(error)))
    }

    fn start_threads(db: Database, options: EngineOptions) -> std::io::Result<Self> {
        let lane = |name, threads| Lane::start(name, threads, options.queue, options.patience);
        let writers = if db.is_embedded() {
            Writers::One(Writer::start(db.clone(), options.queue, options.writer_patience)?)
        } else {
            Writers::Many(lane("db-write", options.quick)?)
        };
        let signing_key = options.signing_key;
        let key = signing_key.clone();
        let sealer = |pause| Sealer::start(db.clone(), writers.the_one(), key, pause);
        let sealer = options.seal_after.map(sealer).transpose()?;
        let (quick, slow) = (lane("db-quick", options.quick)?, lane("db-slow", options.slow)?);
        Ok(Self { db, quick, slow, writers, sealer, signing_key })
    }

    /// The database behind the threads, for callers that may block.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.db
    }

    /// How many jobs wait for the quick threads.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.quick.waiting()
    }

    /// As [`Database::read`], for what takes microseconds.
    ///
    /// # Errors
    /// As [`Database::read`], and [`Error::Overloaded`].
    pub async fn read<T, E, W>(&self, viewer: Viewer, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure + Send + 'static,
        W: Fn(&mut View<'_>) -> Result<T, E> + Send + 'static,
    {
        let db = self.db.clone();
        settle(self.quick.run(move || db.read(viewer, work)).await)
    }

    /// As [`Engine::read`], for what may take long: long lists, searches.
    ///
    /// # Errors
    /// As [`Engine::read`].
    pub async fn read_slowly<T, E, W>(&self, viewer: Viewer, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure + Send + 'static,
        W: Fn(&mut View<'_>) -> Result<T, E> + Send + 'static,
    {
        let db = self.db.clone();
        settle(self.slow.run(move || db.read(viewer, work)).await)
    }

    /// As [`Database::write`]. On SQLite, changes that come together share one commit.
    ///
    /// # Errors
    /// As [`Database::write`], and [`Error::Overloaded`].
    pub async fn write<T, E, W>(&self, actor: Actor, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure + Send + 'static,
        W: Fn(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let result = self.write_unsealed(actor, work).await;
        self.wake_the_sealer();
        result
    }

    async fn write_unsealed<T, E, W>(&self, actor: Actor, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure + Send + 'static,
        W: Fn(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        match &self.writers {
            // The thread drops a job without a word only if it panics outside any.
            Writers::One(writer) => {
                let answer = writer.submit(actor, work)?.await;
                answer.unwrap_or_else(|_| Err(Error::Panicked.into()))
            }
            Writers::Many(lane) => {
                let db = self.db.clone();
                settle(lane.run(move || db.write(&actor, work)).await)
            }
        }
    }

    /// As [`Engine::write`], for threads that may block.
    ///
    /// # Errors
    /// As [`Engine::write`].
    pub fn write_blocking<T, E, W>(&self, actor: Actor, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure + Send + 'static,
        W: Fn(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let result = match &self.writers {
            Writers::One(writer) => {
                let answer = writer.submit(actor, work)?.recv();
                answer.unwrap_or_else(|_| Err(Error::Panicked.into()))
            }
            Writers::Many(_) => self.db.write(&actor, work),
        };
        self.wake_the_sealer();
        result
    }

    /// As [`Database::write_serializable`].
    ///
    /// # Errors
    /// As [`Engine::write`].
    pub async fn write_serializable<T, E, W>(&self, actor: Actor, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure + Send + 'static,
        W: Fn(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        match &self.writers {
            Writers::One(_) => self.write(actor, work).await,
            Writers::Many(lane) => {
                let db = self.db.clone();
                let result = settle(lane.run(move || db.write_serializable(&actor, work)).await);
                self.wake_the_sealer();
                result
            }
        }
    }

    /// Gives a position to each event that has none, and signs a checkpoint if there is a key: before
    /// the end, so that nothing waits for the next start. Usually a thread does it, a moment after each
    /// write.
    ///
    /// # Errors
    /// As [`Engine::write`].
    pub async fn seal(&self) -> Result<(), Error> {
        const MOST: u32 = 1000;
        let seal = |tx: &mut Transaction<'_>| positions::seal_some(tx, MOST);
        while self.write_unsealed(Actor::command_line(), seal).await? >= MOST {}
        let Some(key) = self.signing_key.clone() else { return Ok(()) };
        let sign = move |tx: &mut Transaction<'_>| checkpoints::sign(tx, &key).map(drop);
        self.write_unsealed(Actor::command_line(), sign).await
    }

    /// After failures too: of some it is not known whether the change was kept.
    fn wake_the_sealer(&self) {
        if let Some(sealer) = &self.sealer {
            sealer.wake();
        }
    }
}

fn settle<T, E: Failure>(result: Result<Result<T, E>, Refused>) -> Result<T, E> {
    match result {
        Ok(result) => result,
        Err(Refused::Full) => Err(Error::Overloaded.into()),
        Err(Refused::Panicked) => Err(Error::Panicked.into()),
    }
}
