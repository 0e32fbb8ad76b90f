//! Schemas that would do harm.

use std::time::{Duration, Instant};

use omicron_schema::{MAX_BYTES, Refused, Schema};
use serde_json::{Map, Value, json};

use crate::{pointers, refused};

/// The refusal, which must be quick even in an unoptimised build; on a busy machine, once in twenty.
pub(crate) fn refused_at_once(document: Value) -> Refused {
    let quick = Duration::from_millis(50);
    let attempt = |document: Value| {
        let started = Instant::now();
        Some(refused(document)).filter(|_| started.elapsed() < quick)
    };
    let mut attempts = std::iter::repeat_n(document, 20);
    attempts.find_map(attempt).unwrap()
}

/// `$defs` d0 … dn, each made from a reference to the next; the last is a string.
fn chain(length: usize, link: impl Fn(Value) -> Value) -> Value {
    let mut defs = Map::new();
    for i in 0..length {
        let next = json!({"$ref": format!("#/$defs/d{}", i + 1)});
        defs.insert(format!("d{i}"), link(next));
    }
    defs.insert(format!("d{length}"), json!({"type": "string"}));
    json!({"$ref": "#/$defs/d0", "$defs": defs})
}

#[test]
fn a_bomb_of_references_is_refused() {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let bomb = chain(30, |next| json!({keyword: [next, next]}));
        assert!(matches!(refused_at_once(bomb), Refused::TooCostly { .. }), "{keyword}");
    }
    let fields = chain(30, |next| json!({"properties": {"a": next, "b": next}}));
    assert!(matches!(refused_at_once(fields), Refused::TooCostly { .. }));
    let with_recursion = chain(30, |next| json!({"allOf": [next, next], "items": {"$ref": "#"}}));
    assert!(matches!(refused_at_once(with_recursion), Refused::TooCostly { .. }));
    let (many, more) = (vec![json!({"$ref": "#b"}); 150], vec![json!(true); 100]);
    let anchors = json!({"allOf": [{"$ref": "#a"}], "$defs": {
        "a": {"$anchor": "a", "allOf": many}, "b": {"$anchor": "b", "allOf": more}}});
    assert!(matches!(refused_at_once(anchors), Refused::TooCostly { cost } if cost > 15_000));
}

#[test]
fn a_bomb_is_one_in_each_draft_and_where_drafts_meet() {
    let link = |next: Value| json!({"allOf": [next, next], "items": {"allOf": [next, next]}});
    let drafts = [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    ];
    for uri in drafts {
        let mut bomb = chain(15, link);
        bomb["$schema"] = uri.into();
        assert!(matches!(refused_at_once(bomb.clone()), Refused::TooCostly { .. }), "{uri}");
        for inner in drafts {
            // Beside a reference up to draft 7, in a list of a draft's own, under any name.
            let mut bomb = bomb.clone();
            bomb["$ref"] = "#/$defs/start".into();
            bomb["$defs"]["start"] = json!({"$schema": inner, "$ref": "#/$defs/leaf",
                "prefixItems": [{"$ref": "#/$defs/d0"}], "items": {"$ref": "#/$defs/d0"}});
            bomb["$defs"]["leaf"] = json!({"dependencies": {"a": {"$ref": "#/$defs/d0"}}});
            let error = refused_at_once(bomb);
            assert!(matches!(error, Refused::TooCostly { .. }), "{inner} in {uri}: {error}");
        }
    }
}

#[test]
fn a_bomb_does_not_hide_behind_the_name_of_a_draft() {
    for id in [
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2020-12/meta/core",
        "http://json-schema.org/draft-07/schema#",
    ] {
        let mut bomb = chain(30, |next| json!({"allOf": [next, next]}));
        bomb["$id"] = id.into();
        assert!(matches!(refused_at_once(bomb), Refused::TooCostly { .. }), "{id}");
    }
}

#[test]
fn a_wide_schema_without_repetition_is_no_bomb() {
    let fields: Map<String, Value> =
        (0..1500).map(|i| (format!("f{i}"), json!({"type": "string"}))).collect();
    Schema::compile("wide", json!({"properties": fields})).unwrap();
}

#[test]
fn a_schema_that_is_large_or_deep_is_refused() {
    let large = json!({"description": "x".repeat(MAX_BYTES)});
    assert!(matches!(refused_at_once(large.clone()), Refused::TooLarge { .. }));
    let text = large.to_string();
    assert!(matches!(Schema::parse("large", text).unwrap_err(), Refused::TooLarge { .. }));
    let deep = (0..17).fold(json!({}), |inner, _| json!({"allOf": [inner]}));
    assert!(matches!(refused_at_once(deep), Refused::TooDeep));
    let still_fine = (0..16).fold(json!({}), |inner, _| json!({"allOf": [inner]}));
    Schema::compile("fine", still_fine).unwrap();
}

#[test]
fn a_chain_that_could_overflow_the_stack_is_refused() {
    let links: [fn(Value) -> Value; 4] = [
        |next| next,
        |next| json!({"oneOf": [next, false]}),
        |next| json!({"anyOf": [next], "unevaluatedProperties": false}),
        |next| json!({"not": next}),
    ];
    for link in links {
        assert!(matches!(refused_at_once(chain(500, link)), Refused::ChainTooLong));
    }
    Schema::compile("short", chain(20, |next| json!({"not": next}))).unwrap();
}

#[test]
fn what_compares_whole_values_counts_for_all_that_they_hold() {
    let schema = |one: Value| Schema::compile("many", json!({"allOf": vec![one; 2000]})).unwrap();
    let unique = schema(json!({"uniqueItems": true}));
    assert_eq!(pointers(&unique, &json!([1, 2])), [""; 0]);
    assert_eq!(pointers(&unique, &json!([1, [1], 1])), [""]);
    assert!(!unique.can_check(&Value::from((0..10_000).collect::<Vec<_>>())));
    assert!(!unique.can_check(&json!([{"a": vec![1; 10_000]}])));
    let large: Vec<usize> = (0..10_000).collect();
    let same = json!({"$defs": {"same": {"const": large}}, "items": {
        "allOf": vec![json!({"$ref": "#/$defs/same"}); 500]}});
    assert!(matches!(refused_at_once(same), Refused::TooCostly { .. }));
    let once = Schema::compile("once", json!({"items": {"const": large}})).unwrap();
    assert_eq!(pointers(&once, &json!([large, []])), ["/1"]);
    let set = Schema::compile("set", json!({"uniqueItems": true})).unwrap();
    assert_eq!(pointers(&set, &json!(large)), [""; 0]);
}

#[test]
fn what_may_be_missing_counts_wherever_it_is_told() {
    let names: Vec<String> = (0..1000).map(|i| format!("{i:04}")).collect();
    let (many, few) = (json!(vec![json!({"a": 1}); 1000]), json!([{"a": 1}, {}]));
    for (draft, one) in [
        (
            "https://json-schema.org/draft/2020-12/schema",
            json!({"dependentRequired": {"a": names}}),
        ),
        ("http://json-schema.org/draft-07/schema#", json!({"dependencies": {"a": names}})),
        ("http://json-schema.org/draft-04/schema#", json!({"dependencies": {"a": names}})),
        ("http://json-schema.org/draft-04/schema#", json!({"required": names})),
    ] {
        let schema = Schema::compile("many", json!({"$schema": draft, "items": one})).unwrap();
        let message = "does not match the schema, and is too large to say where";
        assert_eq!(schema.violations(&many)[0].message, message, "{draft}");
        let told = schema.violations(&few);
        assert_eq!((told.len(), &*told[0].pointer), (100, "/0/0000"), "{draft}");
    }
}

#[test]
fn nothing_is_fetched() {
    for reference in [
        "https://example.org/schema",
        "http://127.0.0.1:1/x#/a",
        "file:///etc/passwd",
        "other.json",
        "//example.org/x",
        "json-schema:///other",
        "urn:uuid:9f0c2f0e-9d3c-4a55-8f4e-3d6c8f6e2b11",
    ] {
        let refused_with =
            |document| matches!(refused_at_once(document), Refused::RemoteReference { .. });
        assert!(refused_with(json!({"$ref": reference})), "{reference}");
        assert!(
            refused_with(json!({"properties": {"a": {"$dynamicRef": reference}}})),
            "{reference}"
        );
        assert!(refused_with(json!({"$defs": {"unused": {"$ref": reference}}})), "{reference}");
    }
}

#[test]
fn a_reference_to_nowhere_is_refused_by_its_name() {
    for reference in ["#/$defs/none", "#none", "#/$defs/a/0", "#/%ff"] {
        let error = refused(json!({"$ref": reference, "$defs": {"a": {}}}));
        let named =
            matches!(&error, Refused::BrokenReference { reference: named } if named == reference);
        assert!(named, "{reference}: {error}");
    }
}

#[test]
fn what_is_no_uri_is_refused() {
    for document in
        [json!({"$ref": "%"}), json!({"$id": "a b"}), json!({"items": {"$id": "http://["}})]
    {
        let error = refused(document.clone());
        assert!(matches!(error, Refused::InvalidUri { .. }), "{document}: {error}");
    }
}

#[test]
fn a_reference_inside_the_document_works_by_any_name() {
    let word = json!({"$id": "https://example.org/word", "$anchor": "w", "type": "string"});
    for reference in ["#/$defs/word", "word", "word#w", "https://example.org/word", "#/$defs/word#"]
    {
        let Ok(schema) = Schema::compile(
            "inside",
            json!({"$id": "https://example.org/root", "$ref": reference, "$defs": {"word": word}}),
        ) else {
            assert_eq!(reference, "#/$defs/word#");
            continue;
        };
        assert_eq!(pointers(&schema, &json!(1)), [""], "{reference}");
    }
}

#[test]
fn references_in_a_circle_are_refused() {
    for circle in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"properties": {"x": {"$ref": "#/$defs/a"}}, "$defs": {
            "a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}}),
    ] {
        assert!(matches!(refused_at_once(circle.clone()), Refused::EndlessReference), "{circle}");
    }
}
