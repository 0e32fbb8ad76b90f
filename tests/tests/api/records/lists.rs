//! Lists of records: filters, orders and fields.

use super::{SAMPLES, alloys, begin, change, each, matching};
use crate::lab::{invalid, problem, text};
use crate::{Lab, fixture};
use omicron_tests::{Client, on_both};
use serde_json::{Value, json};

fn titles(client: &Client, query: &str) -> Vec<String> {
    each(&client.get(&format!("{SAMPLES}?{query}")).expect(200).json()["samples"], "title")
}

/// Five samples that differ in all that a list is searched by.
fn five(lab: &Lab) -> (Client, i64) {
    let ann = alloys(lab);
    let template = json!({"kind": "sample", "name": "Ingot", "project": "alloys"});
    let template =
        ann.post("/api/v1/templates", &template).expect(201).json()["id"].as_i64().unwrap();
    for body in [
        json!({"title": "Alpha 100%", "tags": ["Hot", "old"]}),
        json!({"title": "beta", "tags": ["hot"], "template": template}),
        json!({"title": "ALPHA 2", "status": "in use", "template": template}),
        json!({"title": "Gamma", "people": ["ann"], "links": [{"relation": "uses", "target": 1}]}),
        json!({"title": "delta", "tags": ["old"], "people": ["ann"]}),
    ] {
        begin(&ann, SAMPLES, &body);
    }
    matching(&ann, "DELETE", &format!("{SAMPLES}/5"), "*").expect(200);
    (ann, template)
}

on_both! {
    fn a_list_shows_what_all_of_its_filters_hold_for(lab: &Lab) {
        let (ann, template) = five(lab);
        let template_1 = format!("template={template}");
        let both = format!("template={template}&status=in%20use");
        let none = format!("template={template}&tag=old");
        for (query, expected) in [
            ("", &["Alpha 100%", "beta", "ALPHA 2", "Gamma"][..]),
            ("status=available", &["Alpha 100%", "beta", "Gamma"]),
            ("status=In%20Use", &[]),
            ("tag=HOT", &["Alpha 100%", "beta"]),
            ("tag=hot&tag=old", &["Alpha 100%"]),
            (&template_1, &["beta", "ALPHA 2"]),
            ("template=99", &[]),
            ("person=ann", &["Gamma"]),
            ("title=alpha", &["Alpha 100%", "ALPHA 2"]),
            ("title=%25", &["Alpha 100%"]),
            ("title=_", &[]),
            ("title=%00", &[]),
            ("linked_to=1", &["Gamma"]),
            ("linked_to=2", &[]),
            ("trashed=true", &["delta"]),
            ("trashed=true&person=ann&tag=old", &["delta"]),
            ("trashed=false&tag=hot", &["Alpha 100%", "beta"]),
            ("changed_since=2999-01-01T00:00:00Z", &[]),
            ("changed_since=2020-01-01T00:00:00%2B02:00", &["Alpha 100%", "beta", "ALPHA 2", "Gamma"]),
            (&both, &["ALPHA 2"]),
            (&none, &[]),
            ("tag=hot&title=BETA&status=available", &["beta"]),
            ("status=&tag=&person=&title=&unknown=1", &["Alpha 100%", "beta", "ALPHA 2", "Gamma"]),
            ("status=x&status=in%20use", &["ALPHA 2"]),
        ] {
            assert_eq!(titles(&ann, query), expected, "{query}");
            let total = ann.get(&format!("{SAMPLES}?{query}&limit=1")).json()["total"].clone();
            assert_eq!(total, json!({"count": expected.len(), "more": false}), "{query}");
        }
        let empty = ann.get("/api/v1/projects/alloys/protocols").expect(200).json();
        assert_eq!(empty, json!({"protocols": [], "total": {"count": 0, "more": false}}));
    }

    fn what_changed_since_a_moment_begins_with_that_moment(lab: &Lab) {
        let (ann, _) = five(lab);
        let changed = change(&ann, &format!("{SAMPLES}/2"), 1, &json!({"title": "beta 2"})).expect(200);
        let since = text(&changed.json()["date_changed"]);
        assert_eq!(titles(&ann, &format!("changed_since={since}")), ["beta 2"]);
    }

    fn a_question_that_makes_no_sense_is_refused(lab: &Lab) {
        let ann = alloys(lab);
        begin(&ann, SAMPLES, &json!({"title": "Ingot"}));
        let long = format!("status={}", "x".repeat(65));
        let many = "tag=a&".repeat(21);
        for (query, pointer) in [
            ("template=x", "/template"), ("template=0", "/template"), ("linked_to=-1", "/linked_to"),
            ("changed_since=yesterday", "/changed_since"), ("changed_since=2026-11-24", "/changed_since"),
            ("trashed=1", "/trashed"), ("sort=name", "/sort"), ("sort=--id", "/sort"),
            ("sort=id,title", "/sort"), ("limit=0", "/limit"), ("limit=-1", "/limit"), ("limit=x", "/limit"),
            ("cursor=x", "/cursor"), ("fields=title,size", "/fields"), ("fields=Title", "/fields"),
            ("tag=%00", "/tag"), (&long, "/status"), (&many, "/tag"),
        ] {
            invalid(ann.get(&format!("{SAMPLES}?{query}")), pointer);
        }
        problem(ann.get("/api/v1/projects/none/samples"), 404);
    }

    fn a_list_is_sorted_as_it_is_asked_to_and_ties_by_id(lab: &Lab) {
        let ann = alloys(lab);
        for title in ["b", "A", "a", "\u{e9}", "B", "Z", "_", "a b"] {
            begin(&ann, SAMPLES, &json!({"title": title}));
        }
        change(&ann, &format!("{SAMPLES}/2"), 1, &json!({"tags": ["x"]})).expect(200);
        let up = ["_", "A", "a", "a b", "b", "B", "Z", "\u{e9}"];
        assert_eq!(titles(&ann, "sort=title"), up);
        assert_eq!(titles(&ann, "sort=-title"), up.into_iter().rev().collect::<Vec<_>>());
        let begun = ["b", "A", "a", "\u{e9}", "B", "Z", "_", "a b"];
        assert_eq!(titles(&ann, "sort=id"), begun);
        assert_eq!(titles(&ann, ""), begun);
        assert_eq!(titles(&ann, "sort=-id"), begun.into_iter().rev().collect::<Vec<_>>());
        let changed = ["b", "a", "\u{e9}", "B", "Z", "_", "a b", "A"];
        assert_eq!(titles(&ann, "sort=changed"), changed);
        assert_eq!(titles(&ann, "sort=-changed"), changed.into_iter().rev().collect::<Vec<_>>());
    }

    fn only_the_members_that_are_asked_for_are_sent(lab: &Lab) {
        let ann = alloys(lab);
        let body = json!({"title": "Ingot", "data": {"mass": 1.0}, "body": "long"});
        let made = begin(&ann, SAMPLES, &body);
        let part = |fields: &str| {
            let answer = ann.get(&format!("{SAMPLES}?fields={fields}")).expect(200).json();
            assert_eq!(answer["total"]["count"], 1);
            answer["samples"][0].clone()
        };
        let usual = json!({"id": 1, "kind": "sample", "version": 1, "href": "/api/v1/projects/1/samples/1"});
        let with = |name: &str| {
            let mut some = usual.clone();
            some[name] = made[name].clone();
            some
        };
        assert_eq!(part("title"), with("title"));
        assert_eq!(part("data"), with("data"));
        assert_eq!(part("id,%20version,"), usual);
        assert_eq!(part(""), made);
        assert_eq!(part(","), made);
        let all: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(part(&all.join(",")), made);
    }

    fn a_field_that_no_record_has_is_refused_where_there_is_no_record_too(lab: &Lab) {
        let ann = alloys(lab);
        let said = invalid(ann.get(&format!("{SAMPLES}?fields=size")), "/fields");
        assert_eq!(said["errors"][0]["message"], "must be members of a record: \"size\" is none");
        let none: Value = ann.get(&format!("{SAMPLES}?fields=title")).expect(200).json();
        assert_eq!(none["samples"], json!([]));
    }
}
