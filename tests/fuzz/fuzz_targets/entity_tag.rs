//! `If-Match` and `If-None-Match`: a list that RFC 9110 allows is read as it says there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omicron_api::fuzzing::{conditions, tag};
use omicron_fuzz::{borrowed, headers_and_body};
use std::sync::LazyLock;

const VIEW: &str = "a view";
/// Stands in seeds, too.
static TAG: LazyLock<String> = LazyLock::new(|| tag(VIEW));

fuzz_target!(|data: &[u8]| {
    let (headers, _) = headers_and_body(data);
    let Some((may_change, not_modified)) = conditions(&borrowed(&headers), VIEW) else { return };
    let has = |name: &str| headers.iter().any(|(other, _)| other == name);
    let all = |name: &str| {
        let lines: Vec<_> = headers.iter().filter(|(n, _)| n == name).map(|(_, v)| *v).collect();
        lines.join(&b", "[..])
    };
    match reading(&all("if-match")) {
        _ if !has("if-match") => assert!(may_change),
        Some(reading) => assert_eq!(may_change, reading.any || reading.strong, "If-Match"),
        None => {}
    }
    match reading(&all("if-none-match")) {
        _ if !has("if-none-match") => assert!(!not_modified),
        Some(reading) => {
            assert_eq!(
                not_modified,
                reading.any || reading.strong || reading.weak,
                "If-None-Match"
            );
        }
        None => {}
    }
});

/// What a header says of our tag.
#[derive(Default)]
struct Reading {
    any: bool,
    strong: bool,
    weak: bool,
}

/// `"*" / #entity-tag`, of RFC 9110, section 13.1; `None` if it is neither.
fn reading(value: &[u8]) -> Option<Reading> {
    if value == b"*" {
        return Some(Reading { any: true, ..Reading::default() });
    }
    let mut reading = Reading::default();
    let mut rest = value;
    loop {
        rest = rest.trim_ascii_start();
        if let Some(after) = rest.strip_prefix(b",") {
            rest = after;
            continue;
        }
        if rest.is_empty() {
            return Some(reading);
        }
        let (weak, quoted) = match rest.strip_prefix(b"W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let inner = quoted.strip_prefix(b"\"")?;
        let end = inner.iter().position(|&byte| byte == b'"')?;
        if inner[..end].iter().any(|&byte| byte <= b' ' || byte == 0x7f) {
            return None;
        }
        let ours = quoted[..end + 2] == *TAG.as_bytes();
        *(if weak { &mut reading.weak } else { &mut reading.strong }) |= ours;
        rest = inner[end + 1..].trim_ascii_start();
        if !rest.is_empty() && !rest.starts_with(b",") {
            return None;
        }
    }
}
