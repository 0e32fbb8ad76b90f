//! JSON that is read strictly: what can't be kept as it is written is refused, not silently changed.
//! That is a key that stands twice, and a whole number that 64 bits don't hold.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Reads one JSON document.
///
/// A number with a point or an exponent becomes the nearest of IEEE's doubles; one beyond them all, as
/// `1e400`, is refused.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let Strict(value) = serde_json::from_slice(bytes)?;
    match inexact(bytes) {
        None => Ok(value),
        Some(start) => Err(serde_json::Error::custom(too_long(bytes, start))),
    }
}

/// Where in a valid document the first whole number begins that 64 bits don't hold: the reader makes a
/// double of it, and does not say so.
fn inexact(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        at += match rest[0] {
            b'"' => text(rest),
            b'-' | b'0'..=b'9' => {
                let number = number(rest);
                if !is_exact(&rest[..number]) {
                    return Some(at);
                }
                number
            }
            _ => 1,
        };
    }
    None
}

/// How long the text is that begins here, with its quotes.
fn text(bytes: &[u8]) -> usize {
    let mut at = 1;
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') | None => return at + 1,
            Some(_) => at += 1,
        }
    }
}

/// How long the number is that begins here.
fn number(bytes: &[u8]) -> usize {
    let part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    bytes.iter().take_while(|byte| part(byte)).count()
}

/// Whether a number is kept as it is: one that is whole must fit.
fn is_exact(number: &[u8]) -> bool {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    // Any of 18 digits does.
    if digits.len() <= 18 || !digits.iter().all(u8::is_ascii_digit) {
        return true;
    }
    let text = str::from_utf8(number).unwrap_or_default();
    text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()
}

/// What is said of a number that is too long, with its place, as the reader says its own.
fn too_long(bytes: &[u8], start: usize) -> String {
    let before = &bytes[..start];
    let line = before.split(|&byte| byte == b'\n').count();
    let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
    format!(
        "a whole number that 64 bits can't hold: write it as a text, or with an exponent if it need \
         not be exact at line {line} column {column}"
    )
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let Strict(value) = entries.next_value()?;
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {key:?} stands twice")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// The same document, in which a whole number is one however it is written: for a JSON Schema, `60.0`
/// is an integer, and for the types of this program it is none.
pub(crate) fn with_whole_numbers(document: Value) -> Value {
    /// Beyond this, not every whole number has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match document {
        Value::Number(number) if number.is_f64() => {
            let whole =
                number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT);
            #[expect(clippy::cast_possible_truncation, reason = "it is whole, and small enough")]
            whole.map_or(Value::Number(number), |float| (float as i64).into())
        }
        Value::Array(items) => items.into_iter().map(with_whole_numbers).collect(),
        Value::Object(fields) => {
            let whole = |(name, value)| (name, with_whole_numbers(value));
            Value::Object(fields.into_iter().map(whole).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_key_that_stands_twice_is_refused_with_its_place() {
        let error = parse(br#"{"a": 1, "b": {"c": 1, "c": 2}}"#).unwrap_err();
        assert_eq!(error.to_string(), r#"the key "c" stands twice at line 1 column 30"#);
    }

    #[test]
    fn everything_else_is_read_as_it_is() {
        let text = r#"{"a":[1,-2,0.5,null,true,"x"],"b":{}}"#;
        assert_eq!(parse(text.as_bytes()).unwrap().to_string(), text);
    }

    #[test]
    fn a_whole_number_is_kept_exactly_or_refused_with_its_place() {
        for number in ["18446744073709551615", "-9223372036854775808", "0", "100000000000000000"] {
            assert_eq!(parse(number.as_bytes()).unwrap().to_string(), number);
        }
        let long = "1".repeat(30);
        for number in
            ["18446744073709551616", "-9223372036854775809", "99999999999999999999", &long]
        {
            let text = format!("{{\"a\": \"{number}\",\n \"\\\"{number}\": [1.5, {number}]}}");
            let error = parse(text.as_bytes()).unwrap_err();
            let column = text.lines().last().unwrap().rfind(number).unwrap() + 1;
            assert_eq!((error.line(), error.column()), (2, column), "{error}");
            assert!(
                error.to_string().starts_with("a whole number that 64 bits can't hold"),
                "{error}"
            );
        }
    }

    #[test]
    fn other_numbers_are_doubles_or_refused() {
        for number in ["1e30", "1.0", "0.1", "123456789012345678901234567890.5", "1e-400", "-0"] {
            assert!(parse(number.as_bytes()).unwrap().is_f64(), "{number}");
        }
        assert_eq!(parse(b"1.0").unwrap().to_string(), "1.0");
        for number in ["1e400", "-1e400"] {
            assert!(parse(number.as_bytes()).is_err(), "{number}");
        }
    }

    #[test]
    fn a_document_too_deep_is_refused() {
        assert!(parse("[".repeat(10_000).as_bytes()).is_err());
    }
}
