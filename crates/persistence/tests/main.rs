//! The behaviour of the database, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod append_only;
mod audit;
mod backup;
mod checkpoints;
mod engine;
mod feed;
mod group_commit;
mod idempotency;
mod journal;
mod ledger;
mod locks;
mod many;
mod migrations;
mod pace;
mod past;
mod people;
mod positions;
mod projects;
mod proofs;
mod record_lists;
mod replicas;
mod restart;
mod schema;
mod sealing;
mod search;
mod signatures;
mod support;
mod tampering;
mod text;
mod tokens;
mod transactions;
mod visibility;
mod webhooks;
mod written;
