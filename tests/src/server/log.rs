//! What a server writes, kept while it writes.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Standard output and error in the order in which their lines arrived.
#[derive(Debug, Default)]
pub(super) struct Log {
    state: Mutex<State>,
    grown: Condvar,
}

#[derive(Debug, Default)]
struct State {
    text: String,
    readers: usize,
}

impl Log {
    /// Collects what the child writes from now on, in threads that end with it.
    pub(super) fn of(child: &mut Child) -> Arc<Self> {
        let log = Arc::new(Self::default());
        log.clone().follow(child.stdout.take().expect("standard output is a pipe"));
        log.clone().follow(child.stderr.take().expect("standard error is a pipe"));
        log
    }

    fn follow(self: Arc<Self>, stream: impl Read + Send + 'static) {
        self.state().readers += 1;
        thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while stream.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                self.state().text.push_str(&String::from_utf8_lossy(&line));
                self.grown.notify_all();
                line.clear();
            }
            self.state().readers -= 1;
            self.grown.notify_all();
        });
    }

    /// All lines so far.
    pub(super) fn text(&self) -> String {
        self.state().text.clone()
    }

    /// All lines of a child that has ended; waits a moment for the last ones.
    pub(super) fn finished(&self) -> String {
        let limit = Duration::from_secs(2);
        let open = |state: &mut State| state.readers > 0;
        let waited = self.grown.wait_timeout_while(self.state(), limit, open);
        waited.unwrap_or_else(PoisonError::into_inner).0.text.clone()
    }

    /// Waits for another line, but only for a moment.
    pub(super) fn wait_for_more(&self) {
        drop(self.grown.wait_timeout(self.state(), Duration::from_millis(5)));
    }

    /// The URL in the line that says `listening on http://HOST:PORT`, or `https`.
    pub(super) fn address(&self) -> Option<String> {
        let state = self.state();
        let whole_lines = state.text.rsplit_once('\n')?.0;
        let (_, after) = whole_lines.split_once("listening on ")?;
        let (scheme, after) = after.split_once("://")?;
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || ".:[]-".contains(c)));
        Some(format!("{scheme}://{}", after[..end.unwrap_or(after.len())].trim_end_matches('.')))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
