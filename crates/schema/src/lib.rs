//! JSON Schemas, compiled once: those of the API's request bodies and the ones people register.
//!
//! Use [`embedded`] for the bodies (the files of `schemas/`), and [`Schema::compile`] for anybody
//! else's, or [`compiled`] for a text that comes again and again. Each gives a [`Schema`], which tells a document's [`Violation`]s with pointers, in words
//! that a person can read and that never repeat the value.
//!
//! ```
//! use omicron_schema::Schema;
//! use serde_json::json;
//!
//! let schema = Schema::compile("sample", json!({
//!     "type": "object",
//!     "properties": {
//!         "label": {
//!             "type": "string",
//!             "pattern": "^[A-Z]{2}-[0-9]{4}$",
//!             "errorMessage": {"pattern": "must look like AB-1234"},
//!         },
//!         "mass": {"type": "number", "exclusiveMinimum": 0},
//!     },
//!     "required": ["label"],
//! }))?;
//!
//! let violations = schema.violations(&json!({"label": "7", "mass": -1}));
//! assert_eq!(violations[0].pointer, "/label");
//! assert_eq!(violations[0].message, "must look like AB-1234");
//! assert_eq!(violations[1].message, "must be more than 0");
//! # Ok::<(), omicron_schema::Refused>(())
//! ```
//!
//! A schema may bring its own words under `errorMessage`: a text, or an object with a text for a
//! keyword, as in the example. Validators that do not know the keyword ignore it.
//!
//! # What is refused
//!
//! A schema is a program that runs on the server, so it is [`Refused`] before it is compiled if it
//! is large ([`MAX_BYTES`]), deep ([`MAX_NESTING`]), expands too far ([`MAX_COST`]), refers to
//! anything outside itself (nothing is ever fetched; the drafts' own schemas are at hand), or has a
//! pattern that could take more than linear time. Recursion is allowed where it goes into the value,
//! as in a tree; what it costs is then weighed for each document, see [`Schema::violations`].
//!
//! Everything else is answered as the draft's specification says, with formats as rules: the official
//! test suite runs in `tests/suite.rs`, and `tests/suite/differences.txt` lists what is refused of it.

mod compiled;
mod cost;
mod embedded;
mod graph;
mod keywords;
mod limits;
mod message;
mod patterns;
mod references;
mod refused;
mod schema;
mod violation;

pub use compiled::compiled;
pub use embedded::{Schemas, embedded};
pub use limits::{MAX_BYTES, MAX_COST, MAX_NESTING, MAX_PATTERNS};
pub use refused::Refused;
pub use schema::Schema;
pub use violation::{MAX_VIOLATIONS, Violation};
