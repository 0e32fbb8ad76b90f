//! Someone who guesses at passwords, at a steady pace, whatever is answered.

use omicron_tests::Client;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{Scope, sleep};
use std::time::{Duration, Instant};

/// Wrong logins a second.
pub const A_SECOND: u32 = 200;
/// Who send them; each waits for its answers.
const GUESSERS: u32 = 100;

#[derive(Default)]
pub struct Guesses {
    over: AtomicBool,
    sent: AtomicU64,
}

impl Guesses {
    /// Begins to guess, until they are told to stop.
    pub fn begin<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, url: &'scope str) {
        let pace = Duration::from_secs(1) * GUESSERS / A_SECOND;
        for number in 0..GUESSERS {
            scope.spawn(move || {
                let client = Client::new(url).basic("ann", &format!("wrong {number}"));
                let mut next = Instant::now() + pace * number / GUESSERS;
                while !self.over.load(Ordering::Relaxed) {
                    sleep(next.saturating_duration_since(Instant::now()));
                    next += pace;
                    let status = client.get("/api/v1/projects?limit=1").status;
                    assert!([401, 429, 503].contains(&status), "{status}");
                    self.sent.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    }

    /// Stops, and says how many were answered.
    pub fn stop(&self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        self.sent.load(Ordering::Relaxed)
    }
}
