//! SQLite's one writer: changes that wait together share one commit.
//!
//! A durable commit costs an fsync, whatever is in it. So the thread takes what waits, gives each
//! job a savepoint of its own in a common transaction, and acknowledges them all after the one
//! fsync. A job that fails is undone alone.

use crate::connection::AnyConnection;
use crate::queue::{Jobs, Queue};
use crate::{Database, Error, Failure, Transaction, begin};
use omicron_domain::Actor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// A batch ends with this many jobs, or after this time: others want to write, too.
const MOST_JOBS: usize = 256;
const MOST_TIME: Duration = Duration::from_millis(20);

/// The queue before the writer's thread.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: Queue<Box<dyn Job>>,
}

impl Writer {
    pub(crate) fn start(
        db: Database,
        capacity: usize,
        patience: Duration,
    ) -> std::io::Result<Self> {
        let late = |job: Box<dyn Job>| job.refuse(Error::Overloaded);
        let queue = Queue::start("db-writer", capacity, patience, late)?;
        let jobs = queue.jobs();
        std::thread::Builder::new().name("db-writer".to_owned()).spawn(move || {
            while let Some((deadline, job)) = jobs.next() {
                // Even what is dropped can panic, and there is no second writer.
                let work = || write_together(&db, &jobs, job, deadline);
                let _ = catch_unwind(AssertUnwindSafe(work));
            }
        })?;
        Ok(Self { queue })
    }

    pub(crate) fn submit<T, E, W>(&self, actor: Actor, work: W) -> Answer<T, E>
    where
        T: Send + 'static,
        E: Failure + Send + 'static,
        W: Fn(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, receiver) = oneshot::channel();
        let change = Change { actor, work, result: None, reply };
        self.queue.push(Box::new(change)).map_err(|_| Error::Overloaded)?;
        Ok(receiver)
    }
}

type Answer<T, E> = Result<oneshot::Receiver<Result<T, E>>, Error>;

/// A change that waits, whatever its result's type.
trait Job: Send {
    /// Whether its caller still waits.
    fn is_wanted(&self) -> bool;
    /// Runs the work in a savepoint. An error means that the transaction around it is lost.
    fn run(&mut self, db: &Database, connection: &mut AnyConnection) -> Result<(), Error>;
    /// Runs the work in a transaction of its own.
    fn run_alone(&mut self, db: &Database);
    /// Tells the caller the result of the last run.
    fn answer(self: Box<Self>);
    fn refuse(self: Box<Self>, error: Error);
}

struct Change<T, E, W> {
    actor: Actor,
    work: W,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, W> Job for Change<T, E, W>
where
    T: Send,
    E: Failure + Send,
    W: Fn(&mut Transaction<'_>) -> Result<T, E> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, db: &Database, connection: &mut AnyConnection) -> Result<(), Error> {
        begin::savepoint(connection)?;
        let mut tx = Transaction::new(connection, &self.actor, db.clock().now());
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(&mut tx)))
            .unwrap_or_else(|_| Err(Error::Panicked.into()));
        // After a full disk or a failed read SQLite may have rolled back everything by itself.
        // Then the savepoint is gone as well, and its end fails.
        let ended = match &result {
            Ok(_) => begin::commit(connection),
            Err(_) => begin::rollback(connection),
        };
        self.result = Some(result);
        ended
    }

    fn run_alone(&mut self, db: &Database) {
        let alone = || db.write(&self.actor, &self.work);
        let result = catch_unwind(AssertUnwindSafe(alone));
        self.result = Some(result.unwrap_or_else(|_| Err(Error::Panicked.into())));
    }

    fn answer(self: Box<Self>) {
        if let Some(result) = self.result {
            // The caller may have gone meanwhile; the change stands.
            let _ = self.reply.send(result);
        }
    }

    fn refuse(self: Box<Self>, error: Error) {
        let _ = self.reply.send(Err(error.into()));
    }
}

/// Commits the first job, and all that have come by the time it is done, together. The first one
/// waits for the lock until the deadline.
fn write_together(
    db: &Database,
    jobs: &Jobs<Box<dyn Job>>,
    first: Box<dyn Job>,
    deadline: Instant,
) {
    // Asked before the wait for the lock: for a caller that has gone, others need not wait.
    if !first.is_wanted() {
        return;
    }
    let mut next = Some(first);
    let mut batch = Vec::new();
    let committed = db.checkout().and_then(|mut pooled| {
        pooled.with(|connection| {
            begin::write(connection, begin::Isolation::ReadCommitted, deadline)?;
            run_batch(db, connection, &mut next, jobs, &mut batch)
        })
    });
    match (committed, next) {
        (Err(error), Some(first)) => return first.refuse(error),
        (Err(_), None) => batch.iter_mut().for_each(|job| job.run_alone(db)),
        (Ok(()), _) => {}
    }
    for job in batch {
        job.answer();
    }
}

/// Ends the transaction that has begun. An error while `next` is still there means that none has.
fn run_batch(
    db: &Database,
    connection: &mut AnyConnection,
    next: &mut Option<Box<dyn Job>>,
    jobs: &Jobs<Box<dyn Job>>,
    batch: &mut Vec<Box<dyn Job>>,
) -> Result<(), Error> {
    let started = Instant::now();
    while let Some(mut job) = next.take() {
        let ended = job.run(db, connection);
        batch.push(job);
        ended?;
        if batch.len() < MOST_JOBS && started.elapsed() < MOST_TIME {
            *next = std::iter::from_fn(|| jobs.next_if_any()).find(|job| job.is_wanted());
        }
    }
    begin::commit(connection)
}
