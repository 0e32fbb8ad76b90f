//! Credentials: what is let in, and what is not.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod let_in;
mod random;
mod rfc;
mod signed;
mod support;
mod tampering;
mod texts;
