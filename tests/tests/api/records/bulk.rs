//! Many records at once: all of them, or none.

use super::{BULK, SAMPLES, alloys, change, made, matching, pointers, sample};
use crate::lab::{invalid, problem, project};
use crate::{Lab, fixture};
use omicron_tests::{Client, on_both};
use serde_json::{Value, json};

fn new(title: &str) -> Value {
    json!({"kind": "sample", "record": {"title": title}})
}

fn named(name: &str, title: &str, links: &[&str]) -> Value {
    let link = |target: &&str| json!({"relation": "derived_from", "target": target});
    let links: Vec<Value> = links.iter().map(link).collect();
    json!({"kind": "sample", "ref": name, "record": {"title": title, "links": links}})
}

fn items(items: &[Value]) -> Value {
    json!({"items": items})
}

fn count(client: &Client) -> i64 {
    client.get(SAMPLES).expect(200).json()["total"]["count"].as_i64().unwrap()
}

on_both! {
    fn items_are_done_in_their_order_and_told_so(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Melt");
        let done = ann.post(BULK, &items(&[
            new("Ingot"),
            json!({"kind": "experiment", "record": {"title": "Casting", "status": "running"}}),
            json!({"id": 1, "version": 1, "change": {"title": "Melt 2", "data": {"x": 1.0}}}),
            json!({"id": 1, "version": 2, "change": {"status": "in use"}}),
            json!({"id": 1, "version": 3, "change": {"status": "in use"}}),
        ])).expect(200);
        assert_eq!(done.json(), json!({"dry_run": false, "items": [
            {"id": 2, "kind": "sample", "version": 1},
            {"id": 3, "kind": "experiment", "version": 1},
            {"id": 1, "kind": "sample", "version": 2},
            {"id": 1, "kind": "sample", "version": 3},
            {"id": 1, "kind": "sample", "version": 3},
        ]}));
        let now = ann.get(&href).expect(200);
        assert_eq!((&now.json()["title"], &now.json()["status"]), (&json!("Melt 2"), &json!("in use")));
        assert!(now.text().contains(r#""data":{"x":1.0}"#), "{now}");
        let history = ann.get(&format!("{href}/history")).expect(200).json();
        assert_eq!(super::each(&history["history"], "action"), ["record.created", "record.changed", "record.changed"]);
    }

    fn an_item_links_to_what_an_earlier_one_makes(lab: &Lab) {
        let ann = alloys(lab);
        let melt = sample(&ann, "Melt");
        let mut all = vec![named("#1", "Ingot", &[])];
        all.extend((0..199).map(|number| named(&format!("bar-{number}"), "Bar", &["##1"])));
        all.push(json!({"id": 1, "version": 1, "change": {
            "links": [{"relation": "refers_to", "target": "#bar-198"}, {"relation": "uses", "target": "##1"}],
        }}));
        let done = ann.post(BULK, &items(&all)).expect(200).json();
        let ids: Vec<i64> = done["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect();
        assert_eq!(ids, (2..=201).chain([1]).collect::<Vec<_>>());
        let derived = ann.get(&format!("{SAMPLES}?linked_to=2")).expect(200).json();
        assert_eq!(derived["total"]["count"], 200);
        let links = ann.get(&melt).expect(200).json()["links"].clone();
        assert_eq!(links, json!([{"relation": "uses", "target": 2}, {"relation": "refers_to", "target": 201}]));
    }

    fn one_bad_item_and_nothing_is_written(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Melt");
        let before = ann.get(&href).expect(200).body;
        let mut all: Vec<Value> = (0..200).map(|number| new(&format!("t{number}"))).collect();
        all[0] = json!({"id": 1, "version": 1, "change": {"title": "Changed"}});
        all[150]["record"]["status"] = json!("broken");
        let refused = problem(ann.post(BULK, &items(&all)), 400);
        assert_eq!(refused["errors"], json!([{"pointer": "/items/150/record/status",
            "message": "must be one of the statuses of its lifecycle: available, in use, consumed"}]));
        assert_eq!(count(&ann), 1);
        assert_eq!(ann.get(&href).expect(200).body, before);
        all[150]["record"]["status"] = json!("in use");
        ann.post(BULK, &items(&all)).expect(200);
        assert_eq!(count(&ann), 200);
    }

    fn every_bad_item_is_named_and_where(lab: &Lab) {
        let ann = alloys(lab);
        sample(&ann, "Melt");
        sample(&ann, "Ingot");
        matching(&ann, "DELETE", &format!("{SAMPLES}/2"), "*").expect(200);
        ann.post("/api/v1/projects", &project("Steels")).expect(201);
        let other = "/api/v1/projects/steels/samples";
        let other = super::begin(&ann, other, &json!({"title": "Other"}))["id"].clone();
        let shape = items(&[new("a"), new(""), json!({}), json!({"kind": "sample", "record": {"title": "a", "x": 1}}),
                            json!({"id": 1, "version": 1, "change": {}}),
                            json!({"kind": "sample", "record": {"title": "a"}, "id": 1, "version": 1, "change": {"title": "b"}})]);
        let expected = ["/items/1/record/title", "/items/2", "/items/3/record/x", "/items/4/change", "/items/5"];
        assert_eq!(pointers(ann.post(BULK, &shape)), expected);
        let meaning = items(&[
            json!({"kind": "sample", "record": {"title": "a", "people": ["nobody"], "end": "2026-01-01T00:00:00Z",
                   "start": "2027-01-01T00:00:00Z"}}),
            json!({"id": 1, "version": 7, "change": {"title": "b"}}),
            json!({"id": 2, "version": 2, "change": {"title": "b"}}),
            json!({"id": 99, "version": 1, "change": {"title": "b"}}),
            json!({"id": other, "version": 1, "change": {"title": "b"}}),
            json!({"id": 1, "version": 1, "change": {"status": "gone", "links": [{"relation": "uses", "target": 1}]}}),
            json!({"kind": "sample", "record": {"title": "a", "template": 99}}),
            new("good"),
        ]);
        let refused = problem(ann.post(BULK, &meaning), 400);
        let told: Vec<String> = refused["errors"].as_array().unwrap().iter()
            .map(|error| format!("{} {}", error["pointer"].as_str().unwrap(), error["message"].as_str().unwrap()))
            .collect();
        assert_eq!(told, [
            "/items/0/record/people/0 must be someone who belongs to the project",
            "/items/0/record/end must not be before the start",
            "/items/1/version is outdated: the record is at version 1",
            "/items/2/id is in the trash: restore it first",
            "/items/3/id must be a record of this project",
            "/items/4/id must be a record of this project",
            "/items/5/change/links/0/target must not be the record itself",
            "/items/5/change/status must be one of the statuses of its lifecycle: available, in use, consumed",
            "/items/6/record/template must be a template of this project or a shared one",
        ]);
        assert_eq!(count(&ann), 1);
    }

    fn a_record_that_is_changed_twice_is_not_outdated_because_another_item_is_bad(lab: &Lab) {
        let ann = alloys(lab);
        sample(&ann, "Melt");
        let all = items(&[
            json!({"kind": "sample", "record": {"title": "a", "status": "x"}}),
            json!({"id": 1, "version": 1, "change": {"title": "b"}}),
            json!({"id": 1, "version": 2, "change": {"title": "c"}}),
        ]);
        assert_eq!(pointers(ann.post(BULK, &all)), ["/items/0/record/status"]);
    }

    fn a_name_stands_for_one_earlier_item(lab: &Lab) {
        let ann = alloys(lab);
        let all = items(&[
            named("a", "A", &["#b"]), // not yet there
            named("b", "B", &["#b"]), // itself
            named("b", "B2", &[]),
            named("c", "C", &["#b", "#d"]),
        ]);
        assert_eq!(pointers(ann.post(BULK, &all)), [
            "/items/0/record/links/0/target", "/items/1/record/links/0/target", "/items/2/ref",
            "/items/3/record/links/1/target",
        ]);
        assert_eq!(pointers(ann.post(BULK, &items(&[json!({"ref": "a", "id": 1, "version": 1, "change": {"title": "x"}})]))),
                   ["/items/0/kind"]);
        assert_eq!(count(&ann), 0);
    }

    fn what_is_only_tried_is_checked_and_not_kept(lab: &Lab) {
        let ann = alloys(lab);
        sample(&ann, "Melt");
        let try_it = |body: &Value| ann.post(&format!("{BULK}?dry_run=true"), body);
        let all = items(&[named("a", "A", &[]), named("b", "B", &["#a"]),
                          json!({"id": 1, "version": 1, "change": {"title": "x"}})]);
        assert_eq!(try_it(&all).expect(200).json(), json!({"dry_run": true, "items": [
            {"kind": "sample", "version": 1}, {"kind": "sample", "version": 1}, {"kind": "sample", "version": 2},
        ]}));
        assert_eq!(count(&ann), 1);
        assert_eq!(ann.get(&format!("{SAMPLES}/1")).json()["title"], "Melt");
        assert_eq!(pointers(try_it(&items(&[new("a"), json!({"id": 9, "version": 1, "change": {"title": "x"}})]))),
                   ["/items/1/id"]);
        invalid(ann.post(&format!("{BULK}?dry_run=yes"), &all), "/dry_run");
        for really in ["?dry_run=false", "?dry_run="] {
            ann.post(&format!("{BULK}{really}"), &items(&[new("a")])).expect(200);
        }
        assert_eq!(count(&ann), 3);
    }

    fn only_those_who_write_records_write_many(lab: &Lab) {
        let (ann, bob, eve) = (alloys(lab), made(lab, "bob", "viewer"), lab.person("eve"));
        let one = items(&[new("a")]);
        problem(bob.post(BULK, &one), 403);
        problem(bob.post(&format!("{BULK}?dry_run=true"), &one), 403);
        problem(eve.post(BULK, &one), 404);
        assert_eq!(count(&ann), 0);
        for bad in [json!({}), json!({"items": []}), json!({"items": {}})] {
            invalid(ann.post(BULK, &bad), "/items");
        }
        invalid(ann.post(BULK, &json!({"items": [1]})), "/items/0");
    }

    fn a_change_made_meanwhile_is_not_lost(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Melt");
        change(&ann, &href, 1, &json!({"title": "By Bob"})).expect(200);
        let mine = items(&[new("a"), json!({"id": 1, "version": 1, "change": {"title": "Mine"}})]);
        let refused = problem(ann.post(BULK, &mine), 400);
        assert_eq!(refused["errors"][0]["message"], "is outdated: the record is at version 2");
        assert_eq!((count(&ann), &ann.get(&href).json()["title"]), (1, &json!("By Bob")));
    }
}
