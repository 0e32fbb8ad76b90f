//! Patterns that must not even be read: the engine's reader takes the square of their length for some,
//! and a stack that overflows ends the process.

use serde_json::Value;

use crate::Refused;

/// The longest pattern, in bytes.
const MAX_BYTES: usize = 4096;
/// How deep groups may stand in each other.
const MAX_GROUPS: usize = 50;
/// How many control letters, as `\cJ`, a pattern may have: the engine reads it anew for each.
const MAX_CONTROLS: usize = 16;

/// Refuses the pattern if reading it could do harm, with its place in the document.
pub(crate) fn check(pattern: &str, document: &Value) -> Result<(), Refused> {
    if pattern.len() <= MAX_BYTES && is_flat(pattern.as_bytes()) {
        return Ok(());
    }
    let pointer = find(pattern, document).unwrap_or_default();
    Err(Refused::Pattern { pointer })
}

/// Whether it has few levels: of groups, and of repetitions of repetitions, as in `a***`, of which no
/// valid pattern has more than two: one, and its `?`.
fn is_flat(pattern: &[u8]) -> bool {
    let (mut groups, mut in_a_row, mut controls, mut at) = (0_usize, 0, 0, 0);
    while let Some(&byte) = pattern.get(at) {
        let rest = &pattern[at + 1..];
        in_a_row = if matches!(byte, b'*' | b'+' | b'?' | b'{') { in_a_row + 1 } else { 0 };
        at += 1 + match byte {
            b'\\' => {
                controls += usize::from(rest.first() == Some(&b'c'));
                1
            }
            b'[' => length(rest, b']'),
            b'{' => length(rest, b'}'),
            b'(' if ignores_spaces(rest) => return false,
            b'(' => {
                groups += 1;
                // The mark of a group that does not capture repeats nothing.
                usize::from(rest.first() == Some(&b'?'))
            }
            b')' => {
                groups = groups.saturating_sub(1);
                0
            }
            _ => 0,
        };
        if groups > MAX_GROUPS || in_a_row > 2 || controls > MAX_CONTROLS {
            return false;
        }
    }
    true
}

/// How long it is to the end of what `end` closes; nothing where it is not closed.
fn length(rest: &[u8], end: u8) -> usize {
    let mut at = 0;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == end => return at + 1,
            _ => at += 1,
        }
    }
    0
}

/// Whether a group sets the flag `x`: ECMAScript has none, and repetitions of repetitions could hide
/// between the spaces and remarks that it allows.
fn ignores_spaces(group: &[u8]) -> bool {
    let flags = group.strip_prefix(b"?").unwrap_or_default();
    flags.iter().take_while(|flag| flag.is_ascii_alphabetic() || **flag == b'-').any(|f| *f == b'x')
}

/// Where the pattern stands.
fn find(pattern: &str, value: &Value) -> Option<String> {
    let below = |name: &str, inner: &Value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        find(pattern, inner).map(|at| format!("/{name}{at}"))
    };
    match value {
        Value::Object(fields) => {
            let one = fields.get("pattern").and_then(Value::as_str);
            if one == Some(pattern) {
                return Some("/pattern".to_owned());
            }
            let several = fields.get("patternProperties").and_then(Value::as_object);
            if several.is_some_and(|several| several.contains_key(pattern)) {
                return Some("/patternProperties".to_owned());
            }
            fields.iter().find_map(|(name, inner)| below(name, inner))
        }
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, inner)| below(&index.to_string(), inner))
        }
        _ => None,
    }
}
