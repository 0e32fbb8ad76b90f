//! Data come back as they were written.

use super::{SAMPLES, alloys, begin, change, pointers, raw, sample};
use crate::lab::{problem, text};
use crate::{Lab, fixture};
use omicron_tests::on_both;
use serde_json::json;

/// The data of a record, as they are sent.
fn data_of(body: &str) -> String {
    body.split_once("\"data\":").unwrap().1.split_once(",\"body\"").unwrap().0.to_owned()
}

on_both! {
    fn a_number_stays_what_it_is(lab: &Lab) {
        let ann = alloys(lab);
        let data = concat!(
            r#"{"a":1.0,"b":1,"c":-0.0,"d":1e300,"e":9223372036854775807,"f":-9223372036854775808,"#,
            r#""g":18446744073709551615,"h":9007199254740993,"i":0.1,"j":12.50}"#
        );
        let kept = concat!(
            r#"{"a":1.0,"b":1,"c":-0.0,"d":1e+300,"e":9223372036854775807,"f":-9223372036854775808,"#,
            r#""g":18446744073709551615,"h":9007199254740993,"i":0.1,"j":12.5}"#
        );
        let made = raw(&ann, "POST", SAMPLES, &format!(r#"{{"title":"Ingot","data":{data}}}"#)).expect(201);
        assert_eq!(data_of(made.text()), kept);
        let href = text(&made.json()["href"]);
        assert_eq!(data_of(ann.get(&href).expect(200).text()), kept);
        // What is not changed is not touched either.
        let changed = change(&ann, &href, 1, &json!({"data": {"new": true}})).expect(200);
        assert_eq!(data_of(changed.text()), format!("{},\"new\":true}}", &kept[..kept.len() - 1]));
        let one = raw(&ann, "PATCH", &href, r#"{"data":{"b":1.0}}"#).expect(200);
        assert!(one.text().contains(r#""b":1.0"#), "{one}");
        let diff = ann.get(&format!("{href}/diff?from=2&to=3")).expect(200);
        assert!(diff.text().contains(r#"{"from":1,"pointer":"/data/b","to":1.0}"#), "{diff}");
    }

    fn a_number_that_nothing_can_hold_is_refused(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        for number in ["123456789012345678901234567890", "18446744073709551616", "-9223372036854775809",
                       "1e400"] {
            let new = format!(r#"{{"title":"Ingot","data":{{"x":{number}}}}}"#);
            problem(raw(&ann, "POST", SAMPLES, &new), 400);
            problem(raw(&ann, "PATCH", &href, &format!(r#"{{"data":{{"x":[{number}]}}}}"#)), 400);
        }
        assert_eq!(ann.get(SAMPLES).json()["total"]["count"], 1);
        assert_eq!(ann.get(&href).json()["version"], 1);
    }

    fn the_order_of_keys_makes_no_difference(lab: &Lab) {
        let ann = alloys(lab);
        let body = |data: &str| format!(r#"{{"title":"Ingot","data":{data}}}"#);
        let one = raw(&ann, "POST", SAMPLES, &body(r#"{"b":1,"a":{"d":1,"c":2}}"#)).expect(201);
        let same = raw(&ann, "PATCH", &text(&one.json()["href"]), &body(r#"{"a":{"c":2,"d":1},"b":1}"#));
        assert_eq!(same.expect(200).body, one.body);
        assert_eq!(data_of(one.text()), r#"{"a":{"c":2,"d":1},"b":1}"#);
    }

    fn texts_of_all_scripts_and_odd_keys_come_back(lab: &Lab) {
        let ann = alloys(lab);
        let data = json!({
            "": "", "a/b": "~", "a~b": "\u{1f9ea}\u{10ffff}", "\u{e9}": "\t\r\n\"\\", "deep": [[[{"x": [null, true]}]]],
            "$ref": "http://x", "__proto__": {"x": 1}, "ﬁ": "Straße",
        });
        let made = begin(&ann, SAMPLES, &json!({
            "title": "\u{e9}\u{1f9ea} 100% _\\", "data": data, "body": "a\r\n\tb\n\n<script>\u{202e}",
        }));
        assert_eq!(made["data"], data);
        assert_eq!(made["body"], "a\r\n\tb\n\n<script>\u{202e}");
        assert_eq!(ann.get(&text(&made["href"])).expect(200).json(), made);
    }

    fn a_patch_goes_as_deep_as_the_data_and_null_removes(lab: &Lab) {
        let ann = alloys(lab);
        let before = json!({"a": {"b": {"c": 1, "d": 2}, "e": [1, {"f": 2}]}, "g": 1});
        let href = text(&begin(&ann, SAMPLES, &json!({"title": "Ingot", "data": before}))["href"]);
        let patched = |version: i64, data: serde_json::Value| {
            change(&ann, &href, version, &json!({"data": data})).expect(200).json()["data"].clone()
        };
        assert_eq!(patched(1, json!({"a": {"b": {"c": null, "x": {"y": null, "z": 1}}}, "none": null})),
                   json!({"a": {"b": {"d": 2, "x": {"z": 1}}, "e": [1, {"f": 2}]}, "g": 1}));
        assert_eq!(patched(2, json!({"a": {"e": [null]}, "g": {"h": 1}})),
                   json!({"a": {"b": {"d": 2, "x": {"z": 1}}, "e": [null]}, "g": {"h": 1}}));
        assert_eq!(patched(3, json!({"a": null, "g": 2})), json!({"g": 2}));
        assert_eq!(patched(4, json!(null)), json!({}), "null empties it");
        let rest = json!({"body": "x", "tags": ["a"], "people": ["ann"], "start": "2026-11-24T09:30:00Z"});
        change(&ann, &href, 5, &rest).expect(200);
        let nothing = json!({"body": null, "tags": null, "people": null, "start": null, "links": null});
        let emptied = change(&ann, &href, 6, &nothing).expect(200).json();
        for (name, value) in [("body", json!("")), ("tags", json!([])), ("start", json!(null))] {
            assert_eq!(emptied[name], value, "{name}");
        }
        assert_eq!(pointers(change(&ann, &href, 7, &json!({"title": null, "status": null}))),
                   ["/status", "/title"]);
        assert_eq!(pointers(change(&ann, &href, 7, &json!({}))), [""]);
    }

    fn tags_are_the_same_in_any_case(lab: &Lab) {
        let ann = alloys(lab);
        let made = begin(&ann, SAMPLES, &json!({"title": "Ingot", "tags": ["Steel", "steel", "École", "a b"]}));
        assert_eq!(made["tags"], json!(["a b", "Steel", "École"]));
        for tag in ["STEEL", "e%CC%81cole", "A%20B", "steel&tag=a%20b"] {
            let found = ann.get(&format!("{SAMPLES}?tag={tag}")).expect(200).json();
            assert_eq!(found["total"]["count"], 1, "{tag}");
        }
        let none = ann.get(&format!("{SAMPLES}?tag=steel&tag=iron")).expect(200).json();
        assert_eq!(none["samples"], json!([]));
        let href = text(&made["href"]);
        let renamed = change(&ann, &href, 1, &json!({"tags": ["STEEL", "École", "a b"]})).expect(200).json();
        assert_eq!((&renamed["version"], &renamed["tags"][1]), (&json!(2), &json!("STEEL")));
    }
}
