//! A stranger's JSON Schema on the first line, and a document: neither takes long, and nobody is
//! told the values of a document.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omicron_fuzz::first_line;
use omicron_schema::{MAX_VIOLATIONS, Schema};
use serde_json::Value;

const SECRET: &str = "correct horse battery staple";

fuzz_target!(|data: &[u8]| {
    let (schema, document) = first_line(data);
    let Ok(text) = std::str::from_utf8(schema) else { return };
    // On a thread such as the server's: the stack of the fuzzer's own is four times as large.
    std::thread::scope(|scope| {
        let check = || check(text, document);
        let checked = std::thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, check);
        checked.unwrap().join().unwrap();
    });
});

fn check(text: &str, document: &[u8]) {
    let Ok(schema) = Schema::parse("a stranger's", text) else { return };
    assert_eq!(schema.text(), text);
    let again = Schema::compile("again", schema.document().clone()).expect("it is the same schema");
    let Ok(mut document) = serde_json::from_slice(document) else { return };

    let violations = schema.violations(&document);
    assert_eq!(violations, again.violations(&document));
    assert!(violations.len() <= MAX_VIOLATIONS && violations.is_sorted());

    hide(&mut document);
    if !text.contains(SECRET) {
        for violation in schema.violations(&document) {
            assert!(!violation.message.contains(SECRET), "{violation:?}");
        }
    }
}

/// Puts a secret in the place of each text.
fn hide(value: &mut Value) {
    match value {
        Value::String(text) => SECRET.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(fields) => fields.values_mut().for_each(hide),
        _ => {}
    }
}
