//! Where a document breaks a schema.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::{limits, message};

/// How many violations are told at most.
pub const MAX_VIOLATIONS: usize = 100;
/// A longer pointer, made of names that the client chose, ends at a field further out.
const MAX_POINTER: usize = 512;

/// One rule that a document breaks.
///
/// ```
/// let schema = omicron_schema::embedded().get("new-member").ok_or("no such schema")?;
/// let violations = schema.violations(&serde_json::json!({"username": "12345"}));
/// assert_eq!(violations[0].pointer, "/username");
/// assert_eq!(violations[0].message, "must not be made of digits only");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Where in the document (RFC 6901); for a field that is missing, where it should be.
    pub pointer: String,
    /// What is wrong there, to be read after the field's name. It never holds the value.
    pub message: String,
}

impl Violation {
    /// The same, of a document that stands at this place in another one.
    ///
    /// ```
    /// use omicron_schema::Violation;
    /// let violation = Violation { pointer: "/mass".to_owned(), message: "is required".to_owned() };
    /// assert_eq!(violation.below("/data").pointer, "/data/mass");
    /// ```
    #[must_use]
    pub fn below(self, place: &str) -> Self {
        Self { pointer: format!("{place}{}", self.pointer), ..self }
    }

    /// One that concerns the whole document.
    pub(crate) fn of_document(message: &str) -> Self {
        Self { pointer: String::new(), message: message.to_owned() }
    }

    /// What `error` amounts to: one, or one for each field that is too many.
    pub(crate) fn all_of(error: &ValidationError<'_>, schema: &Value) -> Vec<Self> {
        let said = schema_message(error, schema).unwrap_or_else(|| message::of(error.kind()));
        let at = error.instance_path().as_str();
        let pointers = match error.kind() {
            Kind::Required { property } => vec![below(at, property.as_str().unwrap_or_default())],
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                unexpected.iter().take(MAX_VIOLATIONS).map(|name| below(at, name)).collect()
            }
            _ => vec![at.to_owned()],
        };
        pointers
            .into_iter()
            .map(|at| Self { pointer: within_limit(at), message: said.clone() })
            .collect()
    }
}

/// The message that the schema itself has for this keyword, under `errorMessage`.
fn schema_message(error: &ValidationError<'_>, schema: &Value) -> Option<String> {
    let at = error.schema_path().as_str();
    let keyword = error.kind().keyword();
    // The path of some keywords ends with a part of their own, as in `/required/0`.
    let end = at.rfind(&format!("/{keyword}"))?;
    let messages = schema.pointer(&at[..end])?.get("errorMessage")?;
    let said = messages.as_str().or_else(|| messages.get(keyword)?.as_str())?;
    Some(limits::shortened(said))
}

fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn within_limit(mut pointer: String) -> String {
    while pointer.len() > MAX_POINTER {
        let parent = pointer.rfind('/').unwrap_or(0);
        pointer.truncate(parent);
    }
    pointer
}
