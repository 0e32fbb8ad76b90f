//! How a database is opened.

use omicron_domain::{Clock, SystemClock};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How a database is opened.
///
/// ```
/// let options = omicron_persistence::Options { connections: 2, ..Default::default() };
/// assert!(options.base_directory.as_os_str().is_empty()); // the working directory
/// ```
#[derive(Clone)]
pub struct Options {
    /// Where a relative path of a SQLite file begins.
    pub base_directory: PathBuf,
    /// The most connections at a time; a database in memory has one.
    pub connections: u32,
    /// How long to wait for a connection.
    pub patience: Duration,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base_directory: PathBuf::new(),
            connections: 8,
            patience: Duration::from_secs(2),
            clock: Arc::new(SystemClock),
        }
    }
}
