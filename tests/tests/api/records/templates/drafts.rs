//! The drafts of JSON Schema that templates are written in, and schemas that are refused.

use super::{SAMPLES, TEMPLATES, alloys, begin, ingot, of, patch, pointers, template};
use crate::lab::problem;
use crate::{Lab, fixture};
use omicron_tests::on_both;
use serde_json::{Map, Value, json};

on_both! {
    fn each_draft_is_taken_at_its_word(lab: &Lab) {
        let ann = alloys(lab);
        // A schema of each draft, with what it accepts, and what another draft would accept.
        for (number, (draft, mut schema, good, bad)) in [
            ("http://json-schema.org/draft-04/schema#",
             json!({"properties": {"x": {"maximum": 5, "exclusiveMaximum": true}}}), json!(4), json!(5)),
            ("http://json-schema.org/draft-06/schema#",
             json!({"properties": {"x": {"exclusiveMaximum": 5}}}), json!(4), json!(5)),
            ("http://json-schema.org/draft-07/schema#",
             json!({"properties": {"x": {"if": {"minimum": 3}, "then": {"maximum": 5}}}}), json!(2), json!(6)),
            ("https://json-schema.org/draft/2019-09/schema",
             json!({"properties": {"x": {"contains": {"const": 1}, "maxContains": 1}}}), json!([1]), json!([1, 1])),
            ("https://json-schema.org/draft/2020-12/schema",
             json!({"properties": {"x": {"prefixItems": [{"type": "string"}]}}}), json!(["a"]), json!([1])),
        ].into_iter().enumerate() {
            schema["$schema"] = json!(draft);
            let made = template(&ann, &json!({"name": format!("T{number}"), "schema": schema}));
            assert_eq!(made["schema"], schema);
            begin(&ann, SAMPLES, &of(&made, &json!({"x": good})));
            let told = pointers(ann.post(SAMPLES, &of(&made, &json!({"x": bad}))));
            assert!(told.iter().all(|pointer| pointer.starts_with("/data/x")) && !told.is_empty(), "{draft}: {told:?}");
        }
    }

    fn a_schema_that_could_do_harm_is_refused(lab: &Lab) {
        let ann = alloys(lab);
        let doubled: Map<String, Value> = (0..40)
            .map(|number| {
                let next = json!({"$ref": format!("#/$defs/d{}", number + 1)});
                (format!("d{number}"), json!({"allOf": [next, next]}))
            })
            .chain([("d40".to_owned(), json!({"type": "object"}))])
            .collect();
        let good = template(&ann, &json!({}));
        for schema in [
            json!({"$ref": "#/$defs/d0", "$defs": doubled}),
            json!({"$ref": "http://example.org/schema.json"}),
            json!({"$ref": "file:///etc/passwd"}),
            json!({"properties": {"x": {"pattern": "(((a{1,100}){1,100}){1,100}){1,100}"}}}),
            json!({"properties": {"x": {"pattern": "(?=a+)+b"}}}),
            json!({"patternProperties": {r"(a+)\1": true}}),
            json!({"$ref": "#"}),
            json!({"type": 7}),
            json!({"$ref": "#/$defs/none"}),
            json!({"$schema": "http://json-schema.org/draft-03/schema#"}),
            json!({"properties": {"x": {"pattern": "("}}}),
        ] {
            for answer in [ann.post(TEMPLATES, &ingot(&json!({"name": "Bad", "schema": schema}))),
                           patch(&ann, &good, &json!({"schema": schema, "records": "keep"}))] {
                assert_eq!(pointers(answer), ["/schema"], "{schema}");
            }
        }
        let large: Map<String, Value> = (0..5000).map(|number| (format!("property {number}"), json!({}))).collect();
        let large = json!({"name": "Large", "schema": {"properties": large}});
        assert_eq!(pointers(ann.post(TEMPLATES, &ingot(&large))), ["/schema"]);
        assert_eq!(ann.get(TEMPLATES).header("count"), Some("1"));
    }

    fn formats_are_rules_and_hints_are_none(lab: &Lab) {
        let ann = alloys(lab);
        let schema = json!({"properties": {
            "day": {"format": "date", "display": "short"}, "mass": {"type": "number", "unit": "g", "display": 3},
        }, "additionalProperties": false});
        let made = template(&ann, &json!({"schema": schema}));
        begin(&ann, SAMPLES, &of(&made, &json!({"day": "2026-11-24", "mass": 1})));
        let told = pointers(ann.post(SAMPLES, &of(&made, &json!({"day": "soon", "mass": "1", "more/~": 1}))));
        assert_eq!(told, ["/data/day", "/data/mass", "/data/more~1~0"]);
    }

    fn only_a_hundred_violations_are_told(lab: &Lab) {
        let ann = alloys(lab);
        let made = template(&ann, &json!({"schema": {"additionalProperties": {"type": "string"}}}));
        let data: Map<String, Value> = (0..500).map(|number| (format!("x{number}"), json!(number))).collect();
        let refused = problem(ann.post(SAMPLES, &of(&made, &json!(data))), 400);
        assert_eq!(refused["errors"].as_array().unwrap().len(), 100);
    }
}
