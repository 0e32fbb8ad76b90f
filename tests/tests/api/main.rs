//! The API as a client meets it: the real binary, over HTTP, on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod accounts;
mod durability;
mod lab;
mod listing;
mod problems;
mod projects;
mod protocol;
mod registration;
mod tokens;
mod users;

use lab::{Lab, fixture};
