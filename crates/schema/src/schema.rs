//! One compiled schema.

use std::collections::BTreeSet;
use std::fmt;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use crate::cost::{Affordable, Work};
use crate::graph::Graph;
use crate::violation::MAX_VIOLATIONS;
use crate::{Refused, Violation, limits, message, references};

/// How many violations are sorted at most: the rest of a long list is not even made.
const MAX_SORTED: usize = 10 * MAX_VIOLATIONS;

/// A JSON Schema, checked to be harmless and compiled; cheap to use, and from many threads at once.
///
/// ```
/// use omicron_schema::Schema;
/// use serde_json::json;
///
/// let schema = Schema::compile("melt", json!({
///     "properties": {"temperature": {"type": "number", "minimum": 0}},
///     "required": ["temperature"],
/// }))?;
/// assert!(schema.violations(&json!({"temperature": 1811})).is_empty());
/// assert_eq!(schema.violations(&json!({}))[0].message, "is required");
/// # Ok::<(), omicron_schema::Refused>(())
/// ```
pub struct Schema {
    name: String,
    text: String,
    document: Value,
    validator: Validator,
    work: Work,
    patterns: usize,
}

impl Schema {
    /// Checks and compiles a schema of draft 4, 6, 7, 2019-09 or 2020-12; the last one if it does
    /// not say. Its text is the document as compact JSON.
    ///
    /// # Errors
    /// [`Refused`] if it is not valid, refers to what it does not contain, or could cost too much.
    ///
    /// ```
    /// use omicron_schema::{Refused, Schema};
    ///
    /// let refused = Schema::compile("old", serde_json::json!({
    ///     "$schema": "http://json-schema.org/draft-03/schema#",
    /// })).unwrap_err();
    /// assert!(matches!(refused, Refused::OldDraft { .. }));
    /// ```
    pub fn compile(name: impl Into<String>, document: Value) -> Result<Self, Refused> {
        // Before the text is made, which recurses.
        limits::check_nesting(&document)?;
        let text = document.to_string();
        Self::build(name.into(), text, document)
    }

    /// The same from a text, which is kept byte for byte.
    ///
    /// # Errors
    /// As [`compile`](Self::compile), and [`Refused::NotJson`].
    ///
    /// ```
    /// use omicron_schema::Schema;
    ///
    /// let schema = Schema::parse("word", "{\"type\":  \"string\"}\n")?;
    /// assert_eq!(schema.text(), "{\"type\":  \"string\"}\n");
    /// # Ok::<(), omicron_schema::Refused>(())
    /// ```
    pub fn parse(name: impl Into<String>, text: impl Into<String>) -> Result<Self, Refused> {
        let text = text.into();
        limits::check_size(text.len())?;
        let document = serde_json::from_str(&text)
            .map_err(|error| Refused::NotJson { line: error.line(), column: error.column() })?;
        limits::check_nesting(&document)?;
        Self::build(name.into(), text, document)
    }

    fn build(name: String, text: String, document: Value) -> Result<Self, Refused> {
        limits::check_size(text.len())?;
        let draft = limits::draft(&document, Draft::default())?;
        let graph = Graph::read(&document, draft)?;
        let work = Work::measure(&graph)?;
        let patterns = PatternOptions::regex()
            .size_limit(limits::MAX_PATTERN_BYTES)
            .dfa_size_limit(limits::MAX_AUTOMATON_BYTES);
        let validator = jsonschema::options()
            .offline()
            .with_registry(&referencing::SPECIFICATIONS)
            .with_draft(draft)
            .with_pattern_options(patterns)
            .should_validate_formats(true)
            .build(&document)
            .map_err(|error| refused(&error))?;
        Ok(Self { name, text, document, validator, work, patterns: graph.patterns })
    }

    /// What it is called.
    ///
    /// ```
    /// let schema = omicron_schema::Schema::compile("any", serde_json::json!({}))?;
    /// assert_eq!(schema.name(), "any");
    /// # Ok::<(), omicron_schema::Refused>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The schema as a value.
    ///
    /// ```
    /// let schema = omicron_schema::Schema::compile("any", serde_json::json!({"title": "Any"}))?;
    /// assert_eq!(schema.document()["title"], "Any");
    /// # Ok::<(), omicron_schema::Refused>(())
    /// ```
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The schema as text: the exact bytes of its file, if it came from one.
    ///
    /// ```
    /// let schema = omicron_schema::Schema::compile("any", serde_json::json!({"title": "Any"}))?;
    /// assert_eq!(schema.text(), r#"{"title":"Any"}"#);
    /// # Ok::<(), omicron_schema::Refused>(())
    /// ```
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// About how many bytes of memory it takes, rather too many: a text becomes a tree and another
    /// one of checks, and patterns take the most.
    pub(crate) fn size(&self) -> usize {
        self.text.len() * 32 + self.patterns * limits::MAX_PATTERN_BYTES
    }

    /// Whether the document can be checked at all, or would take too long for this schema.
    ///
    /// ```
    /// use omicron_schema::Schema;
    /// use serde_json::json;
    ///
    /// let twice = json!({"allOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}}]});
    /// let schema = Schema::compile("twice", twice)?;
    /// assert!(schema.can_check(&json!([[1, 2], 3])));
    /// let nested = (0..100).fold(json!(1), |inner, _| json!([inner]));
    /// assert!(!schema.can_check(&nested));
    /// # Ok::<(), omicron_schema::Refused>(())
    /// ```
    #[must_use]
    pub fn can_check(&self, document: &Value) -> bool {
        self.work.affordable(document) != Affordable::Nothing
    }

    /// Where the document breaks the schema, sorted by pointer; empty if it is valid, and never
    /// more than [`MAX_VIOLATIONS`].
    ///
    /// A document that would take too long to check against this schema is not valid either: the
    /// one violation says so. Where a verdict is cheap but a full list is not, it gives the verdict.
    ///
    /// ```
    /// use omicron_schema::Schema;
    /// use serde_json::json;
    ///
    /// let schema = Schema::compile("melt", json!({"required": ["alloy"], "maxProperties": 1}))?;
    /// let pointers = |document| -> Vec<String> {
    ///     schema.violations(&document).into_iter().map(|violation| violation.pointer).collect()
    /// };
    /// assert_eq!(pointers(json!({"alloy": "bronze"})), [""; 0]);
    /// assert_eq!(pointers(json!({"a": 1, "b": 2})), ["", "/alloy"]);
    /// # Ok::<(), omicron_schema::Refused>(())
    /// ```
    #[must_use]
    pub fn violations(&self, document: &Value) -> Vec<Violation> {
        let affordable = self.work.affordable(document);
        if affordable == Affordable::Nothing {
            return vec![Violation::of_document("is too deep or too large for this schema")];
        }
        if self.validator.is_valid(document) {
            return Vec::new();
        }
        if affordable == Affordable::Verdict {
            let message = "does not match the schema, and is too large to say where";
            return vec![Violation::of_document(message)];
        }
        let errors = self.validator.iter_errors(document);
        let told = errors.flat_map(|error| Violation::all_of(&error, &self.document));
        let all: BTreeSet<Violation> = told.take(MAX_SORTED).collect();
        if all.is_empty() {
            // The verdict holds, whatever can be told of it.
            return vec![Violation::of_document("does not match the schema")];
        }
        all.into_iter().take(MAX_VIOLATIONS).collect()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The refusal that the engine's error amounts to.
fn refused(error: &ValidationError<'_>) -> Refused {
    let pointer = error.instance_path().as_str().to_owned();
    match error.kind() {
        Kind::Format { format } if format == "regex" => Refused::Pattern { pointer },
        Kind::Referencing(error) => references::refused(error, &pointer),
        kind => Refused::Invalid { pointer, message: message::of(kind) },
    }
}
