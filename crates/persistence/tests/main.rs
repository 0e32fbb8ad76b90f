//! The behaviour of the database, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod append_only;
mod backup;
mod engine;
mod feed;
mod group_commit;
mod idempotency;
mod journal;
mod locks;
mod migrations;
mod past;
mod people;
mod positions;
mod projects;
mod record_lists;
mod restart;
mod schema;
mod sealing;
mod search;
mod support;
mod text;
mod tokens;
mod transactions;
mod visibility;
mod written;
