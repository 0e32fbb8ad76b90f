//! Trees, checkpoints and proofs, by behaviour.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod checkpoints;
mod entries;
mod files;
mod keys;
mod kit;
mod paths;
mod tampering;
mod trees;
mod vectors;
