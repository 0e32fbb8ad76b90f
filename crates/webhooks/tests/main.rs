//! What is delivered to webhooks, when, and where nothing ever is.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod addresses;
mod deliveries;
mod faults;
mod idle;
mod outage;
mod receiver;
mod support;
