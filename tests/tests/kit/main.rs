//! What the test kit promises to the tests that are written with it.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod clients;
mod clusters;
mod databases;
mod servers;
mod stand_in;
