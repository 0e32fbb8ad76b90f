//! A queue that has an end, and that nothing waits in for too long.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Jobs that wait for threads. Whoever has waited for as long as patience goes is told at that moment,
/// even if all threads are busy: a watchman looks after those that wait.
pub(crate) struct Queue<J> {
    shared: Arc<Shared<J>>,
}

struct Shared<J> {
    state: Mutex<State<J>>,
    /// For threads: there is a job.
    job: Condvar,
    /// For the watchman: someone begins to wait.
    wait: Condvar,
    capacity: usize,
    patience: Duration,
}

struct State<J> {
    /// With until when each may wait: as patience is the same for all, the first one first.
    jobs: VecDeque<(Instant, J)>,
    /// Threads that have nothing to do, and were not woken yet.
    idle: usize,
    /// Threads that were woken, and have not begun to look yet.
    woken: usize,
    /// Whether the watchman looks again by himself.
    watched: bool,
    /// How many may still add jobs.
    senders: usize,
}

/// There is no room for another job.
#[derive(Debug)]
pub(crate) struct Full;

impl<J: Send + 'static> Queue<J> {
    /// A queue of so many jobs that wait for so long; of each that is late, `late` is told.
    pub(crate) fn start(
        name: &str,
        capacity: usize,
        patience: Duration,
        late: impl Fn(J) + Send + 'static,
    ) -> std::io::Result<Self> {
        let state = State { jobs: VecDeque::new(), idle: 0, woken: 0, watched: false, senders: 1 };
        let (state, job, wait) = (Mutex::new(state), Condvar::new(), Condvar::new());
        let shared = Arc::new(Shared { state, job, wait, capacity, patience });
        let watched = shared.clone();
        let watch = move || while watched.tell_those_that_are_late(&late) {};
        std::thread::Builder::new().name(format!("{name}-watch")).spawn(watch)?;
        Ok(Self { shared })
    }

    /// Adds a job.
    pub(crate) fn push(&self, job: J) -> Result<(), Full> {
        let mut state = self.shared.lock();
        if state.jobs.len() >= self.shared.capacity {
            return Err(Full);
        }
        state.jobs.push_back((Instant::now() + self.shared.patience, job));
        if state.idle > 0 {
            state.idle -= 1;
            state.woken += 1;
            self.shared.job.notify_one();
        } else if !state.watched {
            self.shared.wait.notify_one();
        }
        Ok(())
    }

    /// How many jobs wait.
    pub(crate) fn len(&self) -> usize {
        self.shared.lock().jobs.len()
    }

    /// The end that threads take jobs from.
    pub(crate) fn jobs(&self) -> Jobs<J> {
        Jobs { shared: self.shared.clone() }
    }
}

impl<J> Clone for Queue<J> {
    fn clone(&self) -> Self {
        self.shared.lock().senders += 1;
        Self { shared: self.shared.clone() }
    }
}

/// With the last that may add jobs, the threads end, once they have done what waits.
impl<J> Drop for Queue<J> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.senders -= 1;
        if state.senders == 0 {
            self.shared.job.notify_all();
            self.shared.wait.notify_all();
        }
    }
}

/// Where a thread takes jobs from.
pub(crate) struct Jobs<J> {
    shared: Arc<Shared<J>>,
}

impl<J> Jobs<J> {
    /// The next job, waiting for one, and until when it may wait for more than its turn; none once no
    /// more can come.
    pub(crate) fn next(&self) -> Option<(Instant, J)> {
        let mut state = self.shared.lock();
        loop {
            if let Some(next) = state.jobs.pop_front() {
                return Some(next);
            }
            if state.senders == 0 {
                return None;
            }
            state.idle += 1;
            state = self.shared.job.wait(state).unwrap_or_else(PoisonError::into_inner);
            // A thread may wake by itself, too.
            match state.woken.checked_sub(1) {
                Some(others) => state.woken = others,
                None => state.idle -= 1,
            }
        }
    }

    /// A job that waits already.
    pub(crate) fn next_if_any(&self) -> Option<J> {
        self.shared.lock().jobs.pop_front().map(|(_, job)| job)
    }
}

impl<J> Shared<J> {
    /// Nothing that panics holds the lock.
    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever has waited for too long, then waits for the next one to become late; whether there
    /// can be more.
    fn tell_those_that_are_late(&self, late: &impl Fn(J)) -> bool {
        let mut state = self.lock();
        let now = Instant::now();
        if let Some((_, job)) = state.jobs.pop_front_if(|(deadline, _)| *deadline <= now) {
            drop(state);
            late(job);
            return true;
        }
        let first = state.jobs.front().map(|(deadline, _)| *deadline);
        state.watched = first.is_some();
        match first {
            Some(deadline) => drop(self.wait.wait_timeout(state, deadline - now)),
            None if state.senders == 0 => return false,
            None => drop(self.wait.wait(state)),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn each_job_is_done_or_late_and_never_both() {
        let (done, all_done) = mpsc::channel();
        let late = done.clone();
        let tell_late = move |job| late.send((job, false)).unwrap();
        let queue = Queue::start("test", 10_000, Duration::from_millis(5), tell_late).unwrap();
        for _ in 0..3 {
            let (jobs, done) = (queue.jobs(), done.clone());
            std::thread::spawn(move || {
                while let Some((_, job)) = jobs.next() {
                    if job % 10 == 0 {
                        std::thread::sleep(Duration::from_millis(3));
                    }
                    done.send((job, true)).unwrap();
                }
            });
        }
        drop(done);
        for job in 0..5000 {
            queue.push(job).unwrap();
        }
        drop(queue);
        let told: Vec<(i32, bool)> = all_done.iter().collect();
        let mut jobs: Vec<i32> = told.iter().map(|(job, _)| *job).collect();
        jobs.sort_unstable();
        assert!(jobs.iter().copied().eq(0..5000));
        assert!(told.iter().any(|(_, is_done)| *is_done));
        assert!(told.iter().any(|(_, is_done)| !is_done));
    }

    #[test]
    fn jobs_behind_others_that_were_taken_are_watched_too() {
        let (late, told) = mpsc::channel();
        let tell_late = move |job| late.send((job, Instant::now())).unwrap();
        let queue = Queue::start("test", 10, Duration::from_millis(50), tell_late).unwrap();
        let jobs = queue.jobs();
        let taking = std::thread::spawn(move || jobs.next().map(|(_, job)| (job, jobs)));
        std::thread::sleep(Duration::from_millis(10));
        let began = Instant::now();
        queue.push(1).unwrap();
        queue.push(2).unwrap();
        let (taken, _jobs) = taking.join().unwrap().unwrap();
        assert_eq!(taken, 1);
        let (job, at) = told.recv_timeout(Duration::from_secs(5)).unwrap();
        assert_eq!(job, 2);
        assert!(at - began >= Duration::from_millis(50));
    }

    #[test]
    fn a_full_queue_takes_no_more() {
        let queue = Queue::start("test", 1, Duration::from_mins(1), drop).unwrap();
        queue.push(1).unwrap();
        assert!(queue.push(2).is_err());
        assert_eq!(queue.len(), 1);
        assert_eq!(queue.jobs().next_if_any(), Some(1));
        queue.push(3).unwrap();
    }
}
