//! What is said about a violation: words for a person, and never the value itself, which may be a
//! password or a megabyte.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

/// How long a part that is taken from the schema may be.
const MAX_QUOTED: usize = 200;

/// What is wrong; the sentence goes on from the field's name.
pub(crate) fn of(kind: &Kind) -> String {
    match kind {
        Kind::Required { .. } => "is required".into(),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            "is not a known field".into()
        }
        Kind::Type { kind } => format!("must be {}", types(kind)),
        Kind::MinLength { limit } => {
            format!("must be at least {} long", count(*limit, "character"))
        }
        Kind::MaxLength { limit } => format!("must be at most {} long", count(*limit, "character")),
        Kind::MinItems { limit } => format!("must have at least {}", count(*limit, "item")),
        Kind::MaxItems { limit } => format!("must have at most {}", count(*limit, "item")),
        Kind::MinProperties { limit } => format!("must have at least {}", count(*limit, "field")),
        Kind::MaxProperties { limit } => format!("must have at most {}", count(*limit, "field")),
        Kind::AdditionalItems { limit } => {
            format!("must have at most {}", count(*limit as u64, "item"))
        }
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::Constant { expected_value } => quoted("must be ", expected_value)
            .unwrap_or_else(|| "is not the one value that is allowed".into()),
        Kind::Enum { options } => one_of(options),
        Kind::Format { format } => format!("must be {}", format_name(format)),
        Kind::Pattern { pattern } if pattern.len() <= MAX_QUOTED => {
            format!("must match the pattern {pattern}")
        }
        Kind::Pattern { .. } => "does not match its pattern".into(),
        Kind::UniqueItems => "must not have the same item twice".into(),
        Kind::Contains => "lacks an item that must be there".into(),
        Kind::UnevaluatedItems { .. } => "has items that are not allowed".into(),
        Kind::PropertyNames { error } => format!("has a field whose name {}", of(error.kind())),
        Kind::FalseSchema => "is not allowed here".into(),
        Kind::Not { .. } => "has a form that is not allowed".into(),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => "has none of the allowed forms".into(),
        Kind::OneOfMultipleValid { .. } => "must have only one of the allowed forms".into(),
        Kind::ContentEncoding { content_encoding } => {
            format!("must be encoded as {content_encoding}")
        }
        Kind::ContentMediaType { content_media_type } => {
            format!("must be of type {content_media_type}")
        }
        Kind::FromUtf8 { .. } => "must be UTF-8 text".into(),
        _ => "is not valid".into(),
    }
}

fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn types(kind: &TypeKind) -> String {
    let names: Vec<&str> = match kind {
        TypeKind::Single(one) => vec![with_article(one.as_str())],
        TypeKind::Multiple(set) => set.iter().map(|one| with_article(one.as_str())).collect(),
    };
    names.join(" or ")
}

fn with_article(name: &str) -> &str {
    match name {
        "array" => "an array",
        "boolean" => "true or false",
        "integer" => "an integer",
        "number" => "a number",
        "object" => "an object",
        "string" => "a string",
        other => other,
    }
}

/// `before` and a value from the schema, if that is short.
fn quoted(before: &str, value: &Value) -> Option<String> {
    let text = value.to_string();
    (text.len() <= MAX_QUOTED).then(|| format!("{before}{text}"))
}

fn one_of(options: &Value) -> String {
    let list = options.as_array().map(|all| all.iter().map(Value::to_string).collect::<Vec<_>>());
    match list.map(|list| list.join(", ")) {
        Some(list) if list.len() <= MAX_QUOTED => format!("must be one of {list}"),
        _ => "is not one of the allowed values".into(),
    }
}

fn format_name(format: &str) -> &str {
    match format {
        "date-time" => "a date and time such as 2015-01-01T12:00:00Z",
        "date" => "a date such as 2015-01-01",
        "time" => "a time such as 12:00:00Z",
        "duration" => "a duration such as PT1H30M",
        "email" | "idn-email" => "a valid email address",
        "hostname" | "idn-hostname" => "a valid host name",
        "ipv4" => "an IPv4 address",
        "ipv6" => "an IPv6 address",
        "uri" | "iri" => "an absolute URI",
        "uri-reference" | "iri-reference" => "a URI or a relative reference",
        "uri-template" => "a URI template",
        "uuid" => "a UUID",
        "json-pointer" => "a JSON pointer",
        "relative-json-pointer" => "a relative JSON pointer",
        "regex" => "a regular expression",
        _ => "of the format that the schema names",
    }
}
