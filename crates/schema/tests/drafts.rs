//! Which drafts are spoken.

use omicron_schema::{Refused, Schema};
use serde_json::{Value, json};

use crate::{pointers, refused};

#[test]
fn each_draft_from_4_on_is_accepted() {
    for uri in [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    ] {
        let document = json!({"$schema": uri, "properties": {"n": {"$ref": "#/definitions/n"}},
            "definitions": {"n": {"type": "integer", "format": "date"}}});
        let schema = Schema::compile("draft", document).unwrap();
        assert_eq!(pointers(&schema, &json!({"n": 1})), [""; 0], "{uri}");
        assert_eq!(pointers(&schema, &json!({"n": "x"})), ["/n", "/n"], "{uri}");
    }
}

#[test]
fn each_draft_has_its_own_rules() {
    let draft4 = json!({"$schema": "http://json-schema.org/draft-04/schema#",
        "maximum": 5, "exclusiveMaximum": true});
    let schema = Schema::compile("draft4", draft4).unwrap();
    assert_eq!(schema.violations(&json!(5))[0].message, "must be less than 5");
    let newest = json!({"maximum": 5, "exclusiveMaximum": true});
    assert!(
        matches!(refused(newest), Refused::Invalid { pointer, .. } if pointer == "/exclusiveMaximum")
    );
}

#[test]
fn a_schema_that_names_no_draft_is_of_2020_12() {
    let schema = Schema::compile("none", json!({"prefixItems": [{"type": "string"}]})).unwrap();
    assert_eq!(pointers(&schema, &json!([1])), ["/0"]);
}

#[test]
fn draft_3_is_refused_in_clear_words() {
    let error = refused(json!({"$schema": "http://json-schema.org/draft-03/schema#"}));
    assert_eq!(
        error.to_string(),
        "JSON Schema draft 3 is not supported: rewrite the schema for draft 4 or newer (2020-12 is best)"
    );
    let inside =
        json!({"properties": {"a": {"$schema": "http://json-schema.org/draft-03/schema#"}}});
    assert!(matches!(refused(inside), Refused::OldDraft { .. }));
}

#[test]
fn an_unknown_draft_is_refused_and_not_fetched() {
    let error = refused(json!({"$schema": "https://example.org/mine"}));
    assert!(matches!(error, Refused::UnknownDraft { uri } if uri == "https://example.org/mine"));
}

#[test]
fn a_schema_that_breaks_its_draft_is_refused_with_the_place() {
    let error = refused(json!({"properties": {"a": {"minLength": -1}}}));
    assert_eq!(
        error.to_string(),
        "the schema is not valid at \"/properties/a/minLength\": the value there must be at least 0"
    );
    for document in [json!(1), json!([]), json!({"type": "strin"}), json!({"$schema": 1})] {
        assert!(matches!(refused(document.clone()), Refused::Invalid { .. }), "{document}");
    }
    assert!(matches!(Schema::parse("x", "{\n!").unwrap_err(), Refused::NotJson { line: 2, .. }));
}

#[test]
fn true_and_false_are_schemas() {
    assert!(Schema::compile("all", json!(true)).unwrap().violations(&json!(1)).is_empty());
    let none = Schema::compile("none", json!(false)).unwrap();
    assert_eq!(none.violations(&json!(1))[0].message, "is not allowed here");
}

/// A schema of this draft.
fn of(uri: &str, mut document: Value) -> Value {
    document["$schema"] = uri.into();
    document
}

const DRAFT_4: &str = "http://json-schema.org/draft-04/schema#";
const DRAFT_7: &str = "http://json-schema.org/draft-07/schema#";
const DRAFT_2019: &str = "https://json-schema.org/draft/2019-09/schema";

#[test]
fn what_a_draft_does_not_know_is_no_matter() {
    let nowhere = json!({"$ref": "#/nowhere"});
    for document in [
        of(DRAFT_4, json!({"if": nowhere, "contains": nowhere, "propertyNames": nowhere})),
        of(DRAFT_7, json!({"dependentSchemas": {"a": nowhere}, "unevaluatedItems": nowhere})),
        of(DRAFT_7, json!({"$recursiveRef": "#", "$dynamicRef": "#none"})),
        of(DRAFT_7, json!({"$defs": {"a": {"$ref": "https://example.org/a"}}})),
        of(DRAFT_2019, json!({"prefixItems": [nowhere], "$dynamicRef": "#"})),
        json!({"$recursiveRef": "#", "note": nowhere, "const": nowhere, "examples": [nowhere]}),
    ] {
        Schema::compile("unknown", document).unwrap();
    }
}

#[test]
fn up_to_draft_7_nothing_counts_beside_a_reference() {
    let beside = json!({"$ref": "#/definitions/a", "allOf": [{"$ref": "#"}, {"$ref": "#/nowhere"}],
        "minimum": 5, "definitions": {"a": {"type": "integer"}}});
    let schema = Schema::compile("beside", of(DRAFT_7, beside.clone())).unwrap();
    assert_eq!(pointers(&schema, &json!(1)), [""; 0]);
    assert_eq!(pointers(&schema, &json!("x")), [""]);
    assert!(matches!(refused(beside), Refused::BrokenReference { .. }));
}

#[test]
fn a_zero_after_the_point_makes_no_integer_in_draft_4_alone() {
    let integer = json!({"type": "integer"});
    let draft_4 = Schema::compile("draft4", of(DRAFT_4, integer.clone())).unwrap();
    assert_eq!(pointers(&draft_4, &json!(1.0)), [""]);
    assert_eq!(pointers(&draft_4, &json!(1)), [""; 0]);
    let later = Schema::compile("later", integer).unwrap();
    assert_eq!(pointers(&later, &json!(1.0)), [""; 0]);
}

#[test]
fn the_schema_of_each_draft_may_be_referred_to_from_any() {
    let known = [
        DRAFT_4,
        "http://json-schema.org/draft-06/schema#",
        DRAFT_7,
        DRAFT_2019,
        "https://json-schema.org/draft/2020-12/schema",
    ];
    for uri in known {
        for target in known {
            let document = of(uri, json!({"properties": {"schema": {"$ref": target}}}));
            let schema = Schema::compile("of a schema", document).unwrap();
            let document = json!({"schema": {"properties": {"a": {"type": "strin"}}}});
            assert_eq!(pointers(&schema, &document), ["/schema/properties/a/type"], "{target}");
            let document = json!({"schema": {"properties": {"a": {"type": "string"}}}});
            assert_eq!(pointers(&schema, &document), [""; 0], "{target} in {uri}");
        }
    }
}

#[test]
fn a_part_may_be_of_another_draft() {
    let old = of(
        DRAFT_7,
        json!({"$id": "https://example.org/old", "items": [{"type": "string"}],
        "if": {"minItems": 2}, "then": {"$ref": "#/definitions/two", "maxItems": 0},
        "definitions": {"two": {"maxItems": 2}}}),
    );
    let schema = Schema::compile(
        "both",
        json!({"$ref": "old", "$id": "https://example.org/new",
        "$defs": {"old": old}, "prefixItems": [{"maxLength": 1}]}),
    );
    let schema = schema.unwrap();
    assert_eq!(pointers(&schema, &json!(["a", 1])), [""; 0]);
    assert_eq!(pointers(&schema, &json!([1, 1, 1])), ["", "/0"]);
    assert_eq!(pointers(&schema, &json!(["ab"])), ["/0"]);
}
