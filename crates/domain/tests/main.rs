//! The rules of the domain, by behaviour.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod acting;
mod filters;
mod lifecycles;
mod names;
mod pages;
mod people;
mod permissions;
mod records;
