//! How a record becomes a line.

use super::escape::{Json, Plain, Quoted};
use log::Record;
use log::kv::{Error, Key, Value, VisitSource, VisitValue};
use omicron_domain::Timestamp;
use std::fmt::{self, Write};

/// `2026-11-24T04:57:39.123Z INFO  omicron_api::access: message key=value key="other value"`
pub(super) fn text(line: &mut String, time: Timestamp, record: &Record<'_>) {
    // Writing into a string never fails; a value that can't show itself is left out.
    let _ = write_time(line, time);
    let _ = write!(line, " {:5} ", record.level());
    let _ = Plain(line).write_str(record.target());
    line.push_str(": ");
    let _ = Plain(line).write_fmt(*record.args());
    let _ = record.key_values().visit(&mut TextPairs(line));
    line.push('\n');
}

/// `{"time":"…","level":"INFO","target":"…","message":"…","key":value}`
pub(super) fn json(line: &mut String, time: Timestamp, record: &Record<'_>) {
    line.push_str("{\"time\":\"");
    let _ = write_time(line, time);
    let _ = write!(line, "\",\"level\":\"{}\",\"target\":\"", record.level());
    let _ = Json(line).write_str(record.target());
    line.push_str("\",\"message\":\"");
    let _ = Json(line).write_fmt(*record.args());
    line.push('"');
    let _ = record.key_values().visit(&mut JsonPairs(line));
    line.push_str("}\n");
}

/// RFC 3339 in UTC, with milliseconds: always as wide, so that lines sort as text.
fn write_time(line: &mut String, time: Timestamp) -> fmt::Result {
    line.write_str(&time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

struct TextPairs<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for TextPairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        self.0.push(' ');
        Plain(self.0).write_str(key.as_str())?;
        self.0.push('=');
        match value.to_borrowed_str() {
            Some(text) if is_a_word(text) => self.0.push_str(text),
            Some(text) => quoted(self.0, text)?,
            None => {
                let text = value.to_string();
                if is_a_word(&text) { self.0.push_str(&text) } else { quoted(self.0, &text)? }
            }
        }
        Ok(())
    }
}

fn is_a_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'=' | b'\\');
    !text.is_empty() && text.bytes().all(plain)
}

fn quoted(line: &mut String, text: &str) -> fmt::Result {
    line.push('"');
    Quoted(line).write_str(text)?;
    line.push('"');
    Ok(())
}

struct JsonPairs<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for JsonPairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        self.0.push_str(",\"");
        Json(self.0).write_str(key.as_str())?;
        if matches!(key.as_str(), "time" | "level" | "target" | "message") {
            // An object has each of its names once.
            self.0.push('_');
        }
        self.0.push_str("\":");
        value.visit(JsonValue(self.0))
    }
}

struct JsonValue<'a>(&'a mut String);

impl VisitValue<'_> for JsonValue<'_> {
    fn visit_any(&mut self, value: Value<'_>) -> Result<(), Error> {
        self.0.push('"');
        write!(Json(self.0), "{value}")?;
        self.0.push('"');
        Ok(())
    }

    fn visit_null(&mut self) -> Result<(), Error> {
        self.0.push_str("null");
        Ok(())
    }

    fn visit_u64(&mut self, value: u64) -> Result<(), Error> {
        Ok(write!(self.0, "{value}")?)
    }

    fn visit_i64(&mut self, value: i64) -> Result<(), Error> {
        Ok(write!(self.0, "{value}")?)
    }

    fn visit_f64(&mut self, value: f64) -> Result<(), Error> {
        // JSON has no word for what is no number.
        if value.is_finite() { Ok(write!(self.0, "{value:?}")?) } else { self.visit_null() }
    }

    fn visit_bool(&mut self, value: bool) -> Result<(), Error> {
        Ok(write!(self.0, "{value}")?)
    }
}

#[cfg(test)]
mod tests;
