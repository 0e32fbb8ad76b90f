//! The test kit: databases on both backends, the real server as a process, and a client that speaks to it.
//!
//! It works with URLs and processes and depends on no crate of the workspace, so that each of them can use it. What
//! it starts (a PostgreSQL cluster, servers) ends with the test process, however that ends.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "a test kit fails by panicking"
)]

mod database;
mod http;
mod macros;
mod postgres;
mod process;
mod server;
mod watcher;

pub use database::{Backend, TestDatabase};
pub use http::{Answer, Client, RequestBuilder, raw};
pub use postgres::Cluster;
pub use server::{AUDIT_SIGNING_KEY, ROOT_PASSWORD, Server, ServerBuilder, TOKEN_SECRET_KEY};
