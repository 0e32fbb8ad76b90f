//! Why a schema is not taken.

use crate::limits;

/// Why [`Schema::compile`](crate::Schema::compile) refuses a schema: what is wrong, and what to do.
///
/// ```
/// use omicron_schema::{Refused, Schema};
/// use serde_json::json;
///
/// let refused = Schema::compile("other", json!({"$ref": "https://example.org/a"})).unwrap_err();
/// assert!(matches!(refused, Refused::RemoteReference { .. }));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The text is no JSON document.
    #[error("the schema is not valid JSON: correct it at line {line}, column {column}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// The schema is longer than [`MAX_BYTES`](crate::MAX_BYTES).
    #[error(
        "the schema takes {bytes} bytes, more than {max}: split it into several or shorten its texts",
        max = limits::MAX_BYTES
    )]
    TooLarge {
        /// Its length as compact JSON, or as the text that was given.
        bytes: usize,
    },
    /// Objects and arrays stand more than [`MAX_NESTING`](crate::MAX_NESTING) deep in each other.
    #[error(
        "the schema is nested more than {max} levels deep: move inner parts to $defs and refer to them",
        max = limits::MAX_NESTING
    )]
    TooDeep,
    /// A chain of references and `allOf`, `anyOf`, … is too long to be followed safely.
    #[error(
        "more than {max} subschemas in a row apply to one value: shorten the chain of references",
        max = limits::MAX_CHAIN
    )]
    ChainTooLong,
    /// With each reference replaced by its target, there are more subschemas than
    /// [`MAX_COST`](crate::MAX_COST).
    #[error(
        "the schema expands to {cost} subschemas, more than {max}: repeat fewer references inside allOf, anyOf and oneOf",
        max = limits::MAX_COST
    )]
    TooCostly {
        /// The upper bound that was found.
        cost: u64,
    },
    /// More different patterns than [`MAX_PATTERNS`](crate::MAX_PATTERNS).
    #[error(
        "the schema has {count} different patterns, more than {max}: share them or use formats",
        max = limits::MAX_PATTERNS
    )]
    TooManyPatterns {
        /// How many there are.
        count: usize,
    },
    /// A reference leads out of the document; nothing is ever fetched.
    #[error(
        "the reference {reference:?} leads out of the schema: copy its target into $defs and refer to it as #/$defs/name"
    )]
    RemoteReference {
        /// The reference as written, or resolved where only that is known.
        reference: String,
    },
    /// A reference to a place that the document does not have.
    #[error("the reference {reference:?} leads nowhere: add its target or correct the reference")]
    BrokenReference {
        /// The reference as written.
        reference: String,
    },
    /// A reference or an `$id` that is no URI.
    #[error("a reference or an $id is not a valid URI, correct it: {reason}")]
    InvalidUri {
        /// Which one, and what is wrong with it.
        reason: String,
    },
    /// References lead from a subschema back to itself without going into the value.
    #[error(
        "references lead in a circle without going into the value: refer back only from inside properties or items"
    )]
    EndlessReference,
    /// Draft 3 or older.
    #[error(
        "JSON Schema {draft} is not supported: rewrite the schema for draft 4 or newer (2020-12 is best)"
    )]
    OldDraft {
        /// The draft's name, such as `draft 3`.
        draft: String,
    },
    /// A `$schema` that names none of the drafts.
    #[error(
        "the $schema {uri:?} is not known: use https://json-schema.org/draft/2020-12/schema, 2019-09, draft-07, draft-06 or draft-04"
    )]
    UnknownDraft {
        /// The URI as written.
        uri: String,
    },
    /// A pattern that is no regular expression, is too large, or could take more than linear time.
    #[error(
        "the pattern at {pointer:?} can't be used: write a valid, smaller one without look-around and back-references"
    )]
    Pattern {
        /// Where it stands in the schema.
        pointer: String,
    },
    /// The document breaks a rule of its draft.
    #[error("the schema is not valid at {pointer:?}: the value there {message}")]
    Invalid {
        /// Where, in the schema.
        pointer: String,
        /// What is wrong there.
        message: String,
    },
}
