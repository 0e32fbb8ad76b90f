//! The API as a client meets it: the real binary, over HTTP, on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a test is to be read, and need not be fast"
)]

mod access;
mod accounts;
mod as_of;
mod audit;
mod durability;
mod explain;
mod feed;
mod hostile;
mod idempotency;
mod import;
mod lab;
mod leaving;
mod limits;
mod listing;
mod overload;
mod passwords;
mod problems;
mod projects;
mod protocol;
mod proxies;
mod races;
mod record_faults;
mod records;
mod registration;
mod resets;
mod roles;
mod scopes;
mod signatures;
mod signer;
mod smuggling;
mod throttle;
mod tls;
mod tokens;
mod users;
mod validate;
mod webhooks;

use lab::{Lab, fixture};
