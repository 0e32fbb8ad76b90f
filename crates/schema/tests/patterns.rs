//! Patterns that would do harm, and texts that would make one do so.

use std::time::{Duration, Instant};

use omicron_schema::{Refused, Schema};
use serde_json::{Value, json};

use crate::dangerous::refused_at_once;
use crate::pointers;

#[test]
fn a_pattern_that_is_not_linear_or_too_large_is_refused() {
    for pattern in [
        "(((a{1,100}){1,100}){1,100}){1,100}",
        "(?=a)b",
        "(?<!a)b",
        r"(a)\1",
        "(",
        r"\p{L}{1,100}(\p{L}{1,100}x){1,9}",
    ] {
        let at = format!("/properties/x/{}", "pattern");
        let error = refused_at_once(json!({"properties": {"x": {"pattern": pattern}}}));
        assert!(matches!(error, Refused::Pattern { pointer } if pointer == at), "{pattern}");
        let error = refused_at_once(json!({"patternProperties": {pattern: true}}));
        assert!(matches!(error, Refused::Pattern { .. }), "{pattern}: {error}");
    }
    let many: Vec<Value> = (0..101).map(|i| json!({"pattern": format!("a{{1,{i}}}")})).collect();
    let error = refused_at_once(json!({"anyOf": many}));
    assert!(matches!(error, Refused::TooManyPatterns { count: 101 }));
}

#[test]
fn a_pattern_that_makes_others_backtrack_takes_linear_time() {
    let schema = Schema::compile("evil", json!({"pattern": "^(a+)+$"})).unwrap();
    let started = Instant::now();
    assert_eq!(pointers(&schema, &json!("a".repeat(100_000) + "b")), [""]);
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_long_text_that_many_patterns_read_is_not_checked() {
    let patterns: Vec<Value> = (0..3000).map(|_| json!({"pattern": "b$"})).collect();
    let schema = Schema::compile("many", json!({"allOf": patterns})).unwrap();
    assert_eq!(pointers(&schema, &json!("ab")), [""; 0]);
    let started = Instant::now();
    let (long, short) = (json!("a".repeat(1 << 20)), json!("a".repeat(1 << 10)));
    assert!(!schema.can_check(&long) && schema.can_check(&short));
    assert_eq!(schema.violations(&long)[0].message, "is too deep or too large for this schema");
    let names = Schema::compile("names", json!({"propertyNames": {"allOf": patterns}})).unwrap();
    assert!(!names.can_check(&json!({"a".repeat(1 << 20): 1})));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    let few = Schema::compile("few", json!({"pattern": "^a*$"})).unwrap();
    assert_eq!(pointers(&few, &long), [""; 0]);
}

#[test]
fn a_pattern_that_could_overflow_the_stack_or_is_read_for_long_is_refused() {
    let deep = |before: &str, after: &str| format!("{}a{}", before.repeat(200), after.repeat(200));
    for pattern in [
        deep("", "*"),
        deep("", "+?"),
        deep("", "{1,}"),
        deep("(", ")*"),
        deep("(?:", ")+"),
        deep("(?x)", " *"),
        deep("(?sx:", ")*"),
        r"\cA".repeat(1000),
        "a".repeat(4097),
    ] {
        let at = "/items/patternProperties";
        let error = refused_at_once(json!({"items": {"patternProperties": {&*pattern: true}}}));
        assert!(matches!(error, Refused::Pattern { pointer } if pointer == at), "{pattern}");
        let error = refused_at_once(json!({"anyOf": [true, {"pattern": pattern}]}));
        assert!(matches!(error, Refused::Pattern { pointer } if pointer == "/anyOf/1/pattern"));
    }
}

#[test]
fn a_pattern_may_look_like_one_of_those() {
    for (pattern, text) in [
        (r"^\*\*\*+?$", "***"),
        ("^[*+?{]{4}$", "*+?{"),
        (r"^[\]*+?]+?$", "]*+?"),
        (r"^\{\{\{\(\(\($", "{{{((("),
        (r"^(?:(?:a?)?b)+$", "ab"),
        (r"^a{2}?(?<x>b{1,3})\cJ$", "aabb\n"),
        (&"(a)".repeat(100), &"a".repeat(100)),
    ] {
        let schema = Schema::compile("fine", json!({"pattern": pattern})).unwrap();
        assert_eq!(pointers(&schema, &json!(text)), [""; 0], "{pattern}");
    }
}

#[test]
fn a_long_text_is_not_read_as_a_regular_expression() {
    let schema = Schema::compile("pattern", json!({"format": "regex"})).unwrap();
    let group = |number| format!("(?<a{number}>b)");
    let groups = |count: usize| (0..count).map(group).collect::<Vec<_>>().concat();
    assert_eq!(pointers(&schema, &json!(groups(300))), [""; 0]);
    assert!(!schema.can_check(&json!(groups(80_000))));
}
