//! The program as whoever runs it meets it: its commands, its log, its start and its end.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod audit;
mod bad_settings;
mod db;
mod demo;
mod first_start;
mod help;
mod log;
mod people;
mod start_and_stop;
mod support;
