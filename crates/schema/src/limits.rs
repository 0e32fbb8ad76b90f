//! How much a schema may ask for, and the checks that need no understanding of it.

use std::collections::HashSet;

use jsonschema::Draft;
use serde_json::Value;

use crate::Refused;

/// The longest schema, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// How deep objects and arrays may stand in each other in a schema.
pub const MAX_NESTING: usize = 32;
/// How many subschemas a schema may expand to, with each reference replaced by its target.
pub const MAX_COST: u64 = 10_000;
/// How many different patterns a schema may have: each may take a megabyte once compiled.
pub const MAX_PATTERNS: usize = 100;
/// The longest chain of subschemas that apply to one value: the engine recurses along it, and a
/// stack that overflows ends the process.
pub(crate) const MAX_CHAIN: u64 = 64;
/// How large one compiled pattern may become, in bytes.
pub(crate) const MAX_PATTERN_BYTES: usize = 256 * 1024;
/// How much the lazily built automaton of one pattern may hold, in bytes.
pub(crate) const MAX_AUTOMATON_BYTES: usize = 1024 * 1024;

/// Refuses more than [`MAX_BYTES`].
pub(crate) fn check_size(bytes: usize) -> Result<(), Refused> {
    if bytes > MAX_BYTES {
        return Err(Refused::TooLarge { bytes });
    }
    Ok(())
}

/// Refuses more than [`MAX_NESTING`]; with a list of its own, since the stack may not hold so many.
pub(crate) fn check_nesting(document: &Value) -> Result<(), Refused> {
    let mut open = vec![(document, 0)];
    while let Some((value, depth)) = open.pop() {
        if depth > MAX_NESTING {
            return Err(Refused::TooDeep);
        }
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(fields) => open.extend(fields.values().map(|field| (field, depth + 1))),
            _ => {}
        }
    }
    Ok(())
}

/// Refuses more than [`MAX_PATTERNS`] different ones.
pub(crate) fn check_patterns(patterns: &HashSet<&str>) -> Result<(), Refused> {
    if patterns.len() > MAX_PATTERNS {
        return Err(Refused::TooManyPatterns { count: patterns.len() });
    }
    Ok(())
}

/// The draft that `$schema` names; `default` without one.
pub(crate) fn draft(schema: &Value, default: Draft) -> Result<Draft, Refused> {
    let Some(uri) = schema.get("$schema").and_then(Value::as_str) else {
        return Ok(default);
    };
    let old = ["draft-03", "draft-02", "draft-01", "draft-00"];
    if let Some(old) = old.into_iter().find(|old| uri.contains(old)) {
        return Err(Refused::OldDraft { draft: old.replace("-0", " ") });
    }
    match Draft::from_schema_uri(uri) {
        Draft::Unknown => Err(Refused::UnknownDraft { uri: shortened(uri) }),
        draft => Ok(draft),
    }
}

/// How many values this one is made of, a long text counting for several.
pub(crate) fn values(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(values).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(values).sum::<usize>(),
        Value::String(text) => 1 + text.len() / 64,
        _ => 1,
    }
}

/// What a refusal or a violation quotes of a text that someone else wrote.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}
