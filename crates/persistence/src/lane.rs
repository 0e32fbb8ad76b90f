//! A few threads behind a queue that has an end.

use crate::queue::{Jobs, Queue};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// Threads that do blocking work for callers that must not block.
///
/// A job that finds the queue full is refused at once, and one that has waited for as long as the
/// lane's patience goes is refused then; one whose caller has gone is dropped before it starts. A job
/// that panics harms nobody but its caller.
///
/// ```
/// use omicron_persistence::{Lane, Refused};
///
/// let lane = Lane::start("sums", 1, 16, std::time::Duration::from_secs(1))?;
/// let sum = lane.run_blocking(|| 1 + 2);
/// assert_eq!(sum, Ok(3));
/// assert_eq!(lane.run_blocking(|| panic!("no harm done")), Err::<(), _>(Refused::Panicked));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Lane {
    queue: Queue<Job>,
}

/// Why a lane did not do a job.
///
/// ```
/// assert_eq!(omicron_persistence::Refused::Full.to_string(), "there is more to do than can be done");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The queue is full, or the job waited in it for too long.
    #[error("there is more to do than can be done")]
    Full,
    /// The job panicked.
    #[error("the job panicked")]
    Panicked,
}

type Job = Box<dyn FnOnce() + Send>;

impl Lane {
    /// Starts a lane of so many threads, before which so many jobs may wait so long.
    ///
    /// # Errors
    /// That the system gives no more threads.
    pub fn start(
        name: &str,
        threads: usize,
        capacity: usize,
        patience: Duration,
    ) -> std::io::Result<Self> {
        // With a job that is late, its sender is dropped: so its caller is told.
        let queue = Queue::start(name, capacity, patience, drop)?;
        for number in 0..threads {
            let jobs = queue.jobs();
            std::thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || work_off(&jobs))?;
        }
        Ok(Self { queue })
    }

    /// Hands a job to the threads and waits for its result without blocking.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        self.submit(job)?.await.unwrap_or(Err(Refused::Full))
    }

    /// As [`Lane::run`], for callers that may block.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn run_blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        self.submit(job)?.recv().unwrap_or(Err(Refused::Full))
    }

    /// How many jobs wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, Refused>>, Refused> {
        let (sender, receiver) = oneshot::channel();
        let work = Box::new(move || {
            if sender.is_closed() {
                return;
            }
            let result = catch_unwind(AssertUnwindSafe(job)).map_err(|_| Refused::Panicked);
            // The caller may have gone meanwhile.
            let _ = sender.send(result);
        });
        self.queue.push(work).map_err(|_| Refused::Full)?;
        Ok(receiver)
    }
}

fn work_off(jobs: &Jobs<Job>) {
    while let Some((_, job)) = jobs.next() {
        job();
    }
}
