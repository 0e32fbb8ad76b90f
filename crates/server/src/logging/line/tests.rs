//! What lines look like, above all when someone tries to forge them.

use super::*;
use log::Level;

fn record(write: fn(&mut String, Timestamp, &Record<'_>), message: &str) -> String {
    let pairs = [
        ("status", Value::from(200)),
        ("caller", Value::from("ann b")),
        ("path", Value::from("/a\n\"=\\")),
        ("level", Value::from("spoof")),
        ("ratio", Value::from(f64::NAN)),
        ("ok", Value::from(true)),
    ];
    let pairs: &[(&str, Value<'_>)] = &pairs;
    let mut line = String::new();
    let time = Timestamp::UNIX_EPOCH + chrono::TimeDelta::milliseconds(1_005);
    let arguments = format_args!("{message}");
    let record = Record::builder()
        .level(Level::Info)
        .target("omicron_api")
        .args(arguments)
        .key_values(&pairs)
        .build();
    write(&mut line, time, &record);
    line
}

#[test]
fn text_shows_pairs_and_never_breaks_its_line() {
    let line = record(text, "GET\r\n1970-01-01 ERROR \u{1b}[31m forged \u{202e} é");
    assert_eq!(
        line,
        "1970-01-01T00:00:01.005Z INFO  omicron_api: \
         GET\\r\\n1970-01-01 ERROR \\u{1b}[31m forged \\u{202e} é \
         status=200 caller=\"ann b\" path=\"/a\\n\\\"=\\\\\" level=spoof ratio=NaN ok=true\n"
    );
}

#[test]
fn json_is_one_object_with_the_pairs_as_fields() {
    let message = "a \"quoted\"\\\n\u{7}\u{85}\u{2028} é";
    let line = record(json, message);
    assert_eq!(line.lines().count(), 1);
    assert!(!line.contains(['\u{85}', '\u{2028}']));
    let object: serde_json::Value = serde_json::from_str(&line).unwrap();
    let expected = serde_json::json!({
        "time": "1970-01-01T00:00:01.005Z", "level": "INFO", "target": "omicron_api",
        "message": message, "status": 200, "caller": "ann b", "path": "/a\n\"=\\",
        "level_": "spoof", "ratio": null, "ok": true,
    });
    assert_eq!(object, expected);
}
