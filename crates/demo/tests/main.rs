//! The lab that is made up, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod lab;
mod rules;
mod support;
