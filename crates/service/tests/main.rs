//! What can be done in the laboratory, and by whom, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod bulk;
mod comments;
mod deliveries;
mod entering;
mod errors;
mod feed;
mod in_a_project;
mod lineage;
mod members;
mod moves;
mod projects;
mod proofs;
mod record_past;
mod records;
mod registration;
mod resets;
mod service_accounts;
mod signatures;
mod support;
mod templates;
mod tokens;
mod users;
mod verbs;
mod webhooks;
