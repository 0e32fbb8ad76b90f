//! What is said about violations.

use omicron_schema::{MAX_VIOLATIONS, Schema, Violation, embedded};
use serde_json::{Value, json};

use crate::pointers;

#[test]
fn each_message_reads_well_after_the_name() {
    let table = [
        (json!({"type": "string"}), json!(1), "must be a string"),
        (json!({"type": ["string", "null"]}), json!(1), "must be null or a string"),
        (json!({"minLength": 1}), json!(""), "must be at least 1 character long"),
        (json!({"maxLength": 20}), json!("x".repeat(21)), "must be at most 20 characters long"),
        (json!({"maxItems": 1}), json!([1, 2]), "must have at most 1 item"),
        (json!({"minimum": 0.5}), json!(0), "must be at least 0.5"),
        (json!({"enum": ["a", 1]}), json!("b"), "must be one of \"a\", 1"),
        (json!({"const": "a"}), json!("b"), "must be \"a\""),
        (json!({"format": "date"}), json!("b"), "must be a date such as 2015-01-01"),
        (json!({"pattern": "^a"}), json!("b"), "must match the pattern ^a"),
        (json!({"uniqueItems": true}), json!([1, 1]), "must not have the same item twice"),
        (json!({"anyOf": [{"type": "null"}]}), json!(1), "has none of the allowed forms"),
        (json!({"not": {}}), json!(1), "has a form that is not allowed"),
        (json!({"not": {}, "errorMessage": "must go"}), json!(1), "must go"),
        (json!({"not": {}, "errorMessage": {"not": "must go"}}), json!(1), "must go"),
        (
            json!({"not": {}, "errorMessage": {"type": "x"}}),
            json!(1),
            "has a form that is not allowed",
        ),
    ];
    for (schema, document, message) in table {
        let compiled = Schema::compile("message", schema.clone()).unwrap();
        let expected = Violation { pointer: String::new(), message: message.into() };
        assert_eq!(compiled.violations(&document), [expected], "{schema}");
    }
}

#[test]
fn the_rules_of_names_are_said_in_words() {
    let schema = embedded().get("new-project").unwrap();
    let said = |document| schema.violations(&document)[0].message.clone();
    let body = |name: &str, owner: &str| json!({"name": name, "description": "", "owner": owner});
    assert_eq!(said(body("7", "ann")), "must not be made of digits only");
    assert_eq!(said(body("a\nb", "ann")), "must not contain control or invisible characters");
    assert_eq!(said(body("a", "7")), "must not be made of digits only");
    assert_eq!(said(body("a", "a:b")), "must not contain a colon, control or invisible characters");
}

#[test]
fn a_value_is_never_repeated() {
    let secret = "hunter2";
    let all = json!({"type": "integer", "minLength": 99, "maxLength": 1, "pattern": "^a", "enum": [1],
        "const": 1, "format": "date", "not": {"type": "string"}, "anyOf": [{"const": 1}],
        "oneOf": [{"const": 1}], "allOf": [false]});
    let schema = Schema::compile(
        "secret",
        json!({"additionalProperties": all,
        "propertyNames": {"maxLength": 1}, "items": all, "contains": {"const": 1}}),
    )
    .unwrap();
    for document in [json!({"password": secret}), json!([secret, [secret]])] {
        let violations = schema.violations(&document);
        assert!(violations.len() > 5, "{violations:?}");
        assert!(violations.iter().all(|one| !one.message.contains(secret)), "{violations:?}");
    }
}

#[test]
fn pointers_are_escaped_and_sorted() {
    let schema = Schema::compile(
        "names",
        json!({"properties": {"a/b": {"required": ["c~d"]}},
        "required": ["z"], "additionalProperties": false}),
    )
    .unwrap();
    assert_eq!(pointers(&schema, &json!({"a/b": {}, "x/y": 1})), ["/a~1b/c~0d", "/x~1y", "/z"]);
}

#[test]
fn a_pointer_with_a_huge_name_stops_before_it() {
    let schema =
        Schema::compile("closed", json!({"properties": {"a": {"additionalProperties": false}}}));
    assert_eq!(pointers(&schema.unwrap(), &json!({"a": {"x".repeat(1000): 1}})), ["/a"]);
}

#[test]
fn only_the_first_violations_are_told() {
    let schema = Schema::compile("list", json!({"items": {"type": "string"}})).unwrap();
    let document = Value::Array(vec![json!(1); 1000]);
    assert_eq!(schema.violations(&document).len(), MAX_VIOLATIONS);
}

#[test]
fn the_same_violation_is_told_once() {
    let twice = json!({"allOf": [{"type": "string"}, {"type": "string"}]});
    assert_eq!(pointers(&Schema::compile("twice", twice).unwrap(), &json!(1)), [""]);
}
