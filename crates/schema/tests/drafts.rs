//! Which drafts are spoken.

use omicron_schema::{Refused, Schema};
use serde_json::json;

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
