//! What clients may take, and how long they may take for it.

use std::time::Duration;

/// The longest address.
pub(crate) const URL: usize = 8 * 1024;
/// How long the head of a request may take to arrive.
pub(crate) const HEAD: Duration = Duration::from_secs(2);
/// How long a connection without a request is kept. A proxy keeps its own for a minute.
pub(crate) const IDLE: Duration = Duration::from_secs(75);
/// How long a client may leave what was sent to it unread.
pub(crate) const UNREAD: Duration = Duration::from_secs(25);
/// How long the database may take to say that it is ready.
pub(crate) const READY: Duration = Duration::from_secs(1);

/// Limits that are chosen by whoever runs the server.
///
/// ```
/// let limits = omicron_api::Limits::default();
/// assert_eq!(limits.trusted_proxies, 0); // what a client says of its own address is not believed
/// ```
#[derive(Debug, Clone)]
pub struct Limits {
    /// How many proxies stand in front, each of which notes from whom it has a request.
    pub trusted_proxies: usize,
    /// Requests a minute of each caller; 0 for no limit.
    pub rate: u32,
    /// How long the body of a request may take to arrive.
    pub body: Duration,
    /// The most connections at a time.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { trusted_proxies: 0, rate: 60_000, body: Duration::from_secs(30), connections: 2048 }
    }
}
