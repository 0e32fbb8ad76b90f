//! Schemas that refer to themselves, and the documents they meet.

use std::time::{Duration, Instant};

use omicron_schema::Schema;
use serde_json::{Map, Value, json};

use crate::pointers;

/// Arrays in arrays.
fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| Value::Array(vec![inner]))
}

/// Objects in objects.
fn fields(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| Value::Object(Map::from_iter([("a".into(), inner)])))
}

#[test]
fn a_tree_may_refer_to_itself() {
    let plain = json!({"required": ["name"], "properties": {"children": {"items": {"$ref": "#"}}}});
    let binary = json!({"required": ["name"], "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}});
    let dynamic = json!({"$dynamicAnchor": "node", "required": ["name"],
        "properties": {"children": {"items": {"$dynamicRef": "#node"}}}});
    let recursive = json!({"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveAnchor": true,
        "required": ["name"], "properties": {"children": {"items": {"$recursiveRef": "#"}}}});
    for tree in [plain, dynamic, recursive] {
        let schema = Schema::compile("tree", tree).unwrap();
        let document = json!({"name": "a", "children": [{"name": "b", "children": [{}]}]});
        assert_eq!(pointers(&schema, &document), ["/children/0/children/0/name"]);
    }
    let schema = Schema::compile("binary", binary).unwrap();
    let document =
        (0..50).fold(json!({"name": 1}), |inner, _| json!({"name": 1, "left": inner, "right": {}}));
    assert_eq!(schema.violations(&document).len(), 50);
}

#[test]
fn recursion_that_doubles_is_stopped_by_the_document_it_meets() {
    let twice =
        json!({"type": "array", "allOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}}]});
    let schema = Schema::compile("twice", twice).unwrap();
    let started = Instant::now();
    assert_eq!(pointers(&schema, &nested(5)), ["/0/0/0/0/0"]);
    let message = |depth| schema.violations(&nested(depth))[0].message.clone();
    assert_eq!(message(18), "does not match the schema, and is too large to say where");
    assert_eq!(message(40), "is too deep or too large for this schema");
    assert_eq!(message(127), "is too deep or too large for this schema");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn a_document_may_be_as_deep_as_json_can_be_read() {
    let tree = json!({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"$ref": "#"}}]});
    let schema = Schema::compile("tree", tree).unwrap();
    assert!(schema.violations(&nested(100)).is_empty());
    let message = &schema.violations(&nested(200))[0].message;
    assert_eq!(message, "is too deep or too large for this schema");
}

#[test]
fn the_stack_holds_what_is_allowed() {
    let wraps: [fn(Value) -> Value; 6] = [
        |inner| json!({"oneOf": [inner, false]}),
        |inner| json!({"anyOf": [inner], "unevaluatedItems": false}),
        |inner| json!({"allOf": [inner, {"type": "array"}]}),
        |inner| json!({"if": inner, "then": true, "else": false}),
        |inner| json!({"not": {"not": inner}}),
        |inner| json!({"dependentSchemas": {"a": inner}}),
    ];
    for wrap in wraps {
        for times in 1..7 {
            let inner = json!({"items": {"$ref": "#"}, "properties": {"a": {"$ref": "#"}}});
            let schema =
                Schema::compile("wrapped", (0..times).fold(inner, |inner, _| wrap(inner))).unwrap();
            // The deepest document that is still looked at: a stack that overflows ends the process.
            let deepest = |document: fn(usize) -> Value| {
                (1..128).rev().find(|&depth| {
                    let violations = schema.violations(&document(depth));
                    violations.first().is_none_or(|first| !first.message.contains("too deep"))
                })
            };
            assert!(deepest(nested).is_some());
            assert!(deepest(fields).is_some());
        }
    }
}
