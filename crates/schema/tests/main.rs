//! What the crate promises: the bodies of the API, and which schemas are refused.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop there")]

mod bodies;
mod dangerous;
mod drafts;
mod messages;
mod patterns;
mod record_bodies;
mod recursion;
mod suite;

use omicron_schema::{Refused, Schema};
use serde_json::Value;

/// The pointers of a document's violations.
fn pointers(schema: &Schema, document: &Value) -> Vec<String> {
    schema.violations(document).into_iter().map(|violation| violation.pointer).collect()
}

/// Why the schema is refused.
fn refused(document: Value) -> Refused {
    Schema::compile("refused", document).unwrap_err()
}
