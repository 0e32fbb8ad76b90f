//! The API as a client meets it: the real binary, over HTTP, on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod accounts;
mod durability;
mod idempotency;
mod lab;
mod limits;
mod listing;
mod overload;
mod problems;
mod projects;
mod protocol;
mod races;
mod registration;
mod signatures;
mod signer;
mod smuggling;
mod throttle;
mod tls;
mod tokens;
mod users;

use lab::{Lab, fixture};
