//! Versions of templates, and the records that follow them.

use super::{
    SAMPLES, alloys, at, begin, change, matching, of, patch, pointers, template, with_mass,
};
use crate::lab::{invalid, problem, text};
use crate::{Lab, fixture};
use omicron_tests::{Client, on_both};
use serde_json::{Map, Value, json};

/// Ann, a template that asks for nothing, and a sample with each of these data.
fn with_records(lab: &Lab, data: &[Value]) -> (Client, Value) {
    let ann = alloys(lab);
    let made = template(&ann, &json!({}));
    for data in data {
        begin(&ann, SAMPLES, &of(&made, data));
    }
    (ann, made)
}

on_both! {
    fn each_change_is_a_version_and_none_is_lost(lab: &Lab) {
        let (ann, made) = with_records(lab, &[]);
        problem(ann.patch(&at(&made), &json!({"body": "x"}), &[]), 428);
        let second = change(&ann, &at(&made), 1, &json!({"name": "Bar", "schema": with_mass(), "body": "# Bar"}));
        let second = second.expect(200).json();
        assert_eq!((&second["version"], &second["line"], &second["name"]), (&json!(2), &json!(1), &json!("Bar")));
        assert_eq!((&second["schema"], &second["lifecycle"]), (&with_mass(), &made["lifecycle"]));
        assert_eq!(problem(change(&ann, &at(&made), 1, &json!({"body": "x"})), 412)["current_version"], 2);
        let same = change(&ann, &at(&made), 2, &json!({"body": "# Bar"})).expect(200).json();
        assert_eq!(same, second, "what says nothing new makes no version");
        let third = change(&ann, &at(&made), 2, &json!({"schema": {}})).expect(200).json();
        assert_eq!(third["schema"], json!({}), "a schema is replaced as a whole");
        for (version, schema, body) in [(1, json!({}), ""), (2, with_mass(), "# Bar"), (3, json!({}), "# Bar")] {
            let old = ann.get(&format!("{}?version={version}", at(&made))).expect(200).json();
            assert_eq!((&old["version"], &old["schema"], &old["body"]), (&json!(version), &schema, &json!(body)));
        }
        problem(ann.get(&format!("{}?version=4", at(&made))), 404);
        invalid(ann.get(&format!("{}?version=x", at(&made))), "/version");
    }

    fn a_change_that_stored_records_would_not_satisfy_is_refused_and_they_are_told(lab: &Lab) {
        let data = [json!({"mass": 1}), json!({"mass": "much", "x": 1}), json!({}), json!({"mass": null})];
        let (ann, made) = with_records(lab, &data);
        matching(&ann, "DELETE", &format!("{SAMPLES}/3"), "*").expect(200);
        begin(&ann, SAMPLES, &json!({"title": "Free", "data": {"mass": "much"}}));
        let refused = problem(patch(&ann, &made, &json!({"schema": with_mass()})), 409);
        assert_eq!(refused["type"], "urn:omicron:problem:unsatisfied");
        let number = json!([{"pointer": "/data/mass", "message": "must be a number"}]);
        assert_eq!(refused["records"], json!([
            {"id": 2, "errors": number},
            {"id": 3, "errors": [{"pointer": "/data/mass", "message": "is required"}]},
            {"id": 4, "errors": number},
        ]), "those in the trash come back some day");
        assert_eq!(refused["more"], false);
        assert_eq!(refused["detail"], "3 of its records would not satisfy it: correct them first, or keep \
                                       them as they are with \"records\": \"keep\"");
        assert_eq!(ann.get(&at(&made)).expect(200).json(), made);
        change(&ann, &format!("{SAMPLES}/2"), 1, &json!({"data": {"mass": 2}})).expect(200);
        let refused = problem(patch(&ann, &made, &json!({"schema": with_mass()})), 409);
        assert_eq!(refused["records"].as_array().unwrap().len(), 2);
    }

    fn records_that_follow_are_checked_by_the_new_version(lab: &Lab) {
        let (ann, made) = with_records(lab, &[json!({"mass": 1})]);
        let next = patch(&ann, &made, &json!({"schema": with_mass(), "records": "follow"})).expect(200).json();
        assert_eq!((&next["version"], &next["line"]), (&json!(2), &json!(1)));
        let first = format!("{SAMPLES}/1");
        assert_eq!(ann.get(&first).json()["template"], json!({"id": made["id"], "line": 1}));
        assert_eq!(pointers(change(&ann, &first, 1, &json!({"data": {"mass": "x"}}))), ["/data/mass"]);
        assert_eq!(pointers(ann.post(SAMPLES, &of(&made, &json!({})))), ["/data/mass"]);
    }

    fn records_that_are_kept_stay_with_the_version_that_they_have(lab: &Lab) {
        let (ann, made) = with_records(lab, &[json!({"mass": "much"})]);
        let next = patch(&ann, &made, &json!({"schema": with_mass(), "records": "keep"})).expect(200).json();
        assert_eq!((&next["version"], &next["line"]), (&json!(2), &json!(2)));
        let first = format!("{SAMPLES}/1");
        change(&ann, &first, 1, &json!({"data": {"mass": "more"}})).expect(200);
        assert_eq!(pointers(ann.post(SAMPLES, &of(&made, &json!({"mass": "x"})))), ["/data/mass"]);
        let second = begin(&ann, SAMPLES, &of(&made, &json!({"mass": 2})));
        assert_eq!(second["template"], json!({"id": made["id"], "line": 2}));
        // A further version concerns the records of its own line.
        let stricter = json!({"properties": {"mass": {"maximum": 1}}});
        let refused = problem(patch(&ann, &made, &json!({"schema": stricter})), 409);
        assert_eq!(refused["records"].as_array().unwrap().len(), 1);
        assert_eq!(refused["records"][0]["id"], second["id"]);
        change(&ann, &text(&second["href"]), 1, &json!({"data": {"mass": 0.5}})).expect(200);
        patch(&ann, &made, &json!({"schema": stricter})).expect(200);
        // To name the template again is to follow its last version.
        assert_eq!(pointers(change(&ann, &first, 2, &json!({"template": made["id"], "data": {"mass": 7}}))), ["/data/mass"]);
        let moved = change(&ann, &first, 2, &json!({"template": made["id"], "data": {"mass": 1}})).expect(200).json();
        assert_eq!(moved["template"]["line"], 2);
        let both = ann.get(&format!("{SAMPLES}?template={}", made["id"])).expect(200).json();
        assert_eq!(both["total"]["count"], 2);
    }

    fn a_status_that_records_have_is_not_taken_away(lab: &Lab) {
        let (ann, made) = with_records(lab, &[json!({}), json!({})]);
        change(&ann, &format!("{SAMPLES}/2"), 1, &json!({"status": "consumed"})).expect(200);
        let fewer = json!({"statuses": ["available", "gone"], "moves": [{"from": "available", "to": "gone"}]});
        let refused = problem(patch(&ann, &made, &json!({"lifecycle": fewer})), 409);
        assert_eq!(refused["records"], json!([{"id": 2, "errors": [
            {"pointer": "/status", "message": "is no status of the lifecycle any more"},
        ]}]));
        let kept = patch(&ann, &made, &json!({"lifecycle": fewer, "records": "keep"})).expect(200).json();
        assert_eq!(kept["line"], 2);
        problem(change(&ann, &format!("{SAMPLES}/1"), 1, &json!({"status": "gone"})), 400);
        change(&ann, &format!("{SAMPLES}/1"), 1, &json!({"status": "in use"})).expect(200);
        let new = begin(&ann, SAMPLES, &of(&made, &json!({})));
        change(&ann, &text(&new["href"]), 1, &json!({"status": "gone"})).expect(200);
    }

    fn moves_may_go_whatever_records_there_are(lab: &Lab) {
        let (ann, made) = with_records(lab, &[json!({})]);
        let still = json!({"statuses": ["available", "in use", "consumed"], "moves": []});
        assert_eq!(patch(&ann, &made, &json!({"lifecycle": still})).expect(200).json()["line"], 1);
        problem(change(&ann, &format!("{SAMPLES}/1"), 1, &json!({"status": "in use"})), 400);
    }

    fn of_many_records_a_hundred_are_told(lab: &Lab) {
        let (ann, made) = with_records(lab, &[]);
        let item = json!({"kind": "sample", "record": of(&made, &json!({}))});
        ann.post(super::super::BULK, &json!({"items": vec![item; 1200]})).expect(200);
        let refused = problem(patch(&ann, &made, &json!({"schema": with_mass()})), 409);
        assert_eq!((refused["records"].as_array().unwrap().len(), &refused["more"]), (100, &json!(true)));
        assert!(text(&refused["detail"]).starts_with("many of its records would not satisfy it"), "{refused}");
        let good: Map<String, Value> = Map::new();
        patch(&ann, &made, &json!({"schema": {"properties": good}})).expect(200);
    }
}
