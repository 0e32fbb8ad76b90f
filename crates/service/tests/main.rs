//! What can be done in the laboratory, and by whom, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod comments;
mod entering;
mod errors;
mod in_a_project;
mod members;
mod projects;
mod record_past;
mod records;
mod registration;
mod resets;
mod service_accounts;
mod support;
mod templates;
mod tokens;
mod users;
mod verbs;
