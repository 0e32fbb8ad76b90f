//! `POST /api/v1/schemas/validate`: what a draft of JSON Schema says of a document.

use crate::lab::{invalid, problem, text, token_of};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Client, on_both};
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

const PATH: &str = "/api/v1/schemas/validate";
const DRAFT_4: &str = "http://json-schema.org/draft-04/schema#";
const DRAFT_6: &str = "http://json-schema.org/draft-06/schema#";
const DRAFT_7: &str = "http://json-schema.org/draft-07/schema#";
const DRAFT_2019: &str = "https://json-schema.org/draft/2019-09/schema";
const DRAFT_2020: &str = "https://json-schema.org/draft/2020-12/schema";

/// Sends a body exactly as it is written.
fn send(client: &Client, body: &str) -> Answer {
    let request = client.request("POST", PATH).header("content-type", "application/json");
    request.body(body.as_bytes().to_vec()).send()
}

fn validate(client: &Client, schema: &Value, document: &Value) -> Answer {
    client.post(PATH, &json!({"schema": schema, "document": document}))
}

/// Whether the document is valid, which is so if nothing is said against it.
#[track_caller]
fn valid(answer: Answer) -> bool {
    let verdict = answer.expect(200).json();
    let violations = verdict["violations"].as_array().unwrap();
    assert_eq!(verdict["valid"], violations.is_empty(), "{verdict}");
    violations.is_empty()
}

/// Whether a document, as it is written, is valid for a schema that is written for a draft.
fn written(client: &Client, draft: &str, schema: &str, document: &str) -> bool {
    let body =
        format!(r#"{{"schema": {{"$schema": "{draft}", {schema}}}, "document": {document}}}"#);
    valid(send(client, &body))
}

on_both! {
    fn a_document_is_told_what_it_breaks_and_where(lab: &Lab) {
        let ann = lab.person("ann");
        let schema = json!({
            "type": "object",
            "properties": {
                "temperature": {"type": "number", "minimum": 0},
                "date": {"type": "string", "format": "date"},
            },
            "required": ["alloy"],
        });
        let document = json!({"temperature": -3, "date": "yesterday"});
        let verdict = validate(&ann, &schema, &document).expect(200);
        assert_eq!(verdict.json(), json!({"valid": false, "violations": [
            {"pointer": "/alloy", "message": "is required"},
            {"pointer": "/date", "message": "must be a date such as 2015-01-01"},
            {"pointer": "/temperature", "message": "must be at least 0"},
        ]}));
        let document = json!({"temperature": 1811, "date": "2015-01-01", "alloy": "bronze"});
        let verdict = validate(&ann, &schema, &document).expect(200);
        assert_eq!(verdict.json(), json!({"valid": true, "violations": []}));
        let many = validate(&ann, &json!({"items": {"type": "string"}}), &json!(vec![1; 500])).expect(200);
        assert_eq!(many.json()["violations"].as_array().unwrap().len(), 100);
    }

    fn each_draft_answers_as_its_specification_says(lab: &Lab) {
        let ann = lab.person("ann");
        let is = |draft, schema, document| written(&ann, draft, schema, document);
        // What is a whole number.
        assert!(!is(DRAFT_4, r#""type": "integer""#, "1.0"));
        assert!(is(DRAFT_4, r#""type": "integer""#, "1"));
        for draft in [DRAFT_6, DRAFT_7, DRAFT_2019, DRAFT_2020] {
            assert!(is(draft, r#""type": "integer""#, "1.0"), "{draft}");
            assert!(!is(draft, r#""type": "integer""#, "1.5"), "{draft}");
        }
        // A bound that is not met itself: a remark on `maximum` once, now a bound of its own.
        assert!(!is(DRAFT_4, r#""maximum": 5, "exclusiveMaximum": true"#, "5"));
        assert!(!is(DRAFT_6, r#""exclusiveMaximum": 5"#, "5"));
        // Keywords that came and went.
        let lists = r#""items": [{"type": "string"}], "additionalItems": false"#;
        for draft in [DRAFT_4, DRAFT_6, DRAFT_7, DRAFT_2019] {
            assert!(!is(draft, lists, "[1]") && is(draft, lists, r#"["a"]"#), "{draft}");
            assert!(is(draft, r#""prefixItems": [false]"#, "[1]"), "{draft}");
        }
        assert!(!is(DRAFT_2020, r#""prefixItems": [false]"#, "[1]"));
        for draft in [DRAFT_4, DRAFT_6] {
            assert!(is(draft, r#""if": {}, "then": {"not": {}}"#, "1"), "{draft}");
        }
        assert!(!is(DRAFT_7, r#""if": {}, "then": {"not": {}}"#, "1"));
        assert!(is(DRAFT_4, r#""const": 1"#, "2") && !is(DRAFT_6, r#""const": 1"#, "2"));
        assert!(is(DRAFT_7, r#""dependentRequired": {"a": ["b"]}"#, r#"{"a": 1}"#));
        assert!(!is(DRAFT_2019, r#""dependentRequired": {"a": ["b"]}"#, r#"{"a": 1}"#));
        // What stands beside a reference.
        let beside = r##""$ref": "#/definitions/a", "maximum": 1, "definitions": {"a": {}}"##;
        assert!(is(DRAFT_7, beside, "2") && !is(DRAFT_2019, beside, "2"));
        // Without a draft it is the newest.
        assert!(!valid(send(&ann, r#"{"schema": {"prefixItems": [false]}, "document": [1]}"#)));
        // The schema of each draft is at hand.
        let schema = json!({"$ref": DRAFT_7});
        assert!(valid(validate(&ann, &schema, &json!({"type": "string"}))));
        assert!(!valid(validate(&ann, &schema, &json!({"type": "text"}))));
    }

    fn a_schema_may_be_true_or_false_and_a_document_anything(lab: &Lab) {
        let ann = lab.person("ann");
        for document in [json!(null), json!(false), json!(0), json!(""), json!([]), json!({})] {
            for (schema, is_valid) in [(json!(true), true), (json!({}), true), (json!(false), false)] {
                assert_eq!(valid(validate(&ann, &schema, &document)), is_valid, "{schema} {document}");
            }
        }
        let nobody = validate(&ann, &json!(false), &json!(1)).expect(200).json();
        assert_eq!(nobody["violations"], json!([{"pointer": "", "message": "is not allowed here"}]));
        for schema in [json!(null), json!(1), json!("{}"), json!([])] {
            let said = invalid(validate(&ann, &schema, &json!(1)), "/schema");
            assert!(text(&said["detail"]).ends_with("must be true or false or an object"), "{said}");
        }
        let old = json!({"$schema": DRAFT_4, "properties": {"a": true}});
        invalid(validate(&ann, &old, &json!(1)), "/schema");
    }

    fn both_parts_must_be_there_and_nothing_else(lab: &Lab) {
        let ann = lab.person("ann");
        invalid(send(&ann, r#"{"schema": {}}"#), "/document");
        invalid(send(&ann, r#"{"document": null}"#), "/schema");
        invalid(send(&ann, r#"{"schema": {}, "document": 1, "draft": 4}"#), "/draft");
        invalid(send(&ann, "[]"), "");
        problem(send(&ann, ""), 400);
        let deep = format!("{}1{}", "[".repeat(126), "]".repeat(126));
        assert!(valid(send(&ann, &format!(r#"{{"schema": {{}}, "document": {deep}}}"#))));
        problem(send(&ann, &format!(r#"{{"schema": {{}}, "document": [[{deep}]]}}"#)), 400);
    }

    fn a_document_is_judged_as_it_is_written_or_not_at_all(lab: &Lab) {
        let ann = lab.person("ann");
        let said = |body: &str| text(&problem(send(&ann, body), 400)["detail"]);
        let twice = said("{\"schema\": {},\n \"document\": {\"a\": 1, \"a\": 1}}");
        assert!(twice.contains("the key \"a\" stands twice at line 2"), "{twice}");
        for long in ["111111111111111111111111111111", "18446744073709551616", "-9223372036854775809"] {
            for body in [
                format!("{{\"schema\": {{}},\n \"document\": [{long}]}}"),
                format!("{{\"document\": 1,\n \"schema\": {{\"maximum\": {long}}}}}"),
            ] {
                let said = said(&body);
                assert!(said.contains("a whole number that 64 bits can't hold"), "{said}");
                assert!(said.contains("at line 2 column"), "{said}");
            }
        }
        problem(send(&ann, r#"{"schema": {}, "document": 1e400}"#), 400);
        // These differ by one, which no double would show.
        let most = r#""maximum": 18446744073709551614"#;
        assert!(written(&ann, DRAFT_2020, most, "18446744073709551614"));
        assert!(!written(&ann, DRAFT_2020, most, "18446744073709551615"));
        assert!(!written(&ann, DRAFT_2020, r#""const": 9007199254740993"#, "9007199254740992"));
        assert!(written(&ann, DRAFT_2020, r#""multipleOf": 0.01"#, "4.35"));
        assert!(written(&ann, DRAFT_2020, r#""uniqueItems": true"#, "[1, true, \"1\"]"));
        assert!(!written(&ann, DRAFT_2020, r#""uniqueItems": true"#, "[1, 1.0]"));
    }

    fn a_schema_that_could_do_harm_is_refused_at_once(lab: &Lab) {
        let ann = lab.person("ann");
        let twice = |next: Value| json!({"allOf": [next, next]});
        let link = |i: usize| (format!("d{i}"), twice(json!({"$ref": format!("#/$defs/d{}", i + 1)})));
        let mut links: Map<String, Value> = (0..30).map(link).collect();
        links.insert("d30".into(), json!({}));
        for (schema, told) in [
            (json!({"$ref": "https://example.org/schema"}), "leads out of the schema"),
            (json!({"$ref": "file:///etc/passwd"}), "leads out of the schema"),
            (json!({"$schema": "https://example.org/draft"}), "is not known"),
            (json!({"$schema": "http://json-schema.org/draft-03/schema#"}), "is not supported"),
            (json!({"$ref": "#/$defs/d0", "$defs": links}), "expands to"),
            (json!({"$ref": "#"}), "in a circle"),
            (json!({"$ref": "#/$defs/none"}), "leads nowhere"),
            (json!({"pattern": "(?=a)b"}), "can't be used"),
            (json!({"pattern": "(((a{1,100}){1,100}){1,100}){1,100}"}), "can't be used"),
            (json!({"pattern": "a".to_owned() + &"*".repeat(240)}), "can't be used"),
            (json!({"pattern": r"\cA".repeat(5000)}), "can't be used"),
            (json!({"description": "x".repeat(65 * 1024)}), "more than 65536"),
            (json!({"type": "strin"}), "is not valid at"),
        ] {
            // On a busy machine, once in ten.
            let quick = (0..10).any(|_| {
                let started = Instant::now();
                let said = text(&invalid(validate(&ann, &schema, &json!(1)), "/schema")["detail"]);
                let took = started.elapsed();
                assert!(said.contains(told), "{said}");
                took < Duration::from_millis(50)
            });
            assert!(quick, "{told}");
        }
        let twice = twice(json!({"items": {"$ref": "#"}}));
        let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
        invalid(validate(&ann, &twice, &deep), "/document");
        let many = json!({"allOf": vec![json!({"pattern": "b$"}); 3000]});
        invalid(validate(&ann, &many, &json!("a".repeat(900_000))), "/document");
    }

    fn any_credential_will_do_and_nothing_is_changed(lab: &Lab) {
        let ann = lab.person("ann");
        problem(validate(&lab.anonymous(), &json!({}), &json!(1)), 401);
        for scope in ["read", "ingest"] {
            let made = ann.post("/api/v1/tokens", &json!({"scopes": [scope]})).expect(201).json();
            let reader = lab.anonymous().bearer(&text(&made["token"]));
            assert!(valid(validate(&reader, &json!({}), &json!(1))), "{scope}");
        }
        let token = lab.anonymous().bearer(&token_of(&ann));
        for (key, schema) in [("k", json!(true)), ("k", json!(false)), ("not a key", json!(true))] {
            let body = json!({"schema": schema, "document": 1});
            let answer = token.request("POST", PATH).json(&body).header("idempotency-key", key).send();
            assert_eq!(answer.header("idempotency-replayed"), None);
            assert_eq!(valid(answer), schema == true);
        }
        problem(lab.root().get(PATH), 404);
        let options = lab.anonymous().request("OPTIONS", PATH).send().expect(200);
        assert_eq!(options.json()["$id"], "validate-document");
        let older = ann.post("/schemas/validate", &json!({"schema": {}, "document": 1}));
        assert!([404, 405].contains(&older.status), "{older}");
    }
}
