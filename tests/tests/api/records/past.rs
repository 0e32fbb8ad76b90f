//! What a record was.

use super::{SAMPLES, alloys, begin, change, each, made, matching, pointers, sample};
use crate::lab::{invalid, problem, text};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Client, on_both};
use serde_json::{Value, json};

fn revert(client: &Client, href: &str, tag: &str, version: i64) -> Answer {
    let request = client.request("POST", &format!("{href}/revert"));
    request.header("if-match", tag).json(&json!({"version": version})).send()
}

/// The number, the author, the action and the changed places of each version.
fn told(history: &Value) -> Vec<String> {
    let entries = history["history"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            assert_eq!(entry["intact"], true, "{entry}");
            let changed: Vec<String> =
                entry["changed"].as_array().unwrap().iter().map(text).collect();
            let (user, action) = (text(&entry["user"]), text(&entry["action"]));
            format!("{} {user} {action} {}", entry["version"], changed.join(" "))
        })
        .collect()
}

on_both! {
    fn each_version_says_who_made_it_and_what_it_changed(lab: &Lab) {
        let (ann, bob) = (alloys(lab), made(lab, "bob", "member"));
        let made = begin(&ann, SAMPLES, &json!({"title": "Ingot", "data": {"x": 1, "a/b": {"c": 1}}}));
        let href = text(&made["href"]);
        change(&bob, &href, 1, &json!({"title": "Bar", "data": {"x": null, "a/b": {"c": 2}}})).expect(200);
        matching(&ann, "DELETE", &href, "\"2\"").expect(200);
        matching(&ann, "DELETE", &format!("{href}/trashed"), "\"3\"").expect(200);
        revert(&bob, &href, "\"4\"", 1).expect(200);
        let history = ann.get(&format!("{href}/history")).expect(200);
        assert_eq!(told(&history.json()), [
            "1 ann record.created ",
            "2 bob record.changed /data/a~1b/c /data/x /title",
            "3 ann record.trashed /date_trashed",
            "4 ann record.restored /date_trashed",
            "5 bob record.reverted /data/a~1b/c /data/x /title",
        ]);
        let dates = each(&history.json()["history"], "date");
        assert_eq!(dates[0], made["date_created"]);
        assert!(dates.is_sorted(), "{dates:?}");
        assert_eq!(history.header("link"), None);
    }

    fn as_of_is_heeded_or_refused(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        for path in ["", "/graph", "/history", "/history/1", "/diff?from=1&to=1", "/comments"] {
            let mark = if path.contains('?') { '&' } else { '?' };
            let asked = ann.get(&format!("{href}{path}{mark}as_of=0"));
            if path.is_empty() { problem(asked, 404); } else { invalid(asked, "/as_of"); }
            ann.get(&format!("{href}{path}")).expect(200);
        }
        problem(ann.get("/api/v1/records/1?as_of=0"), 404);
        invalid(ann.get("/api/v1/records/1?as_of=tomorrow"), "/as_of");
        invalid(ann.get("/api/v1/templates?as_of=now"), "/as_of");
        invalid(ann.get("/api/v1/templates/1?as_of=now"), "/as_of");
    }

    fn a_history_is_read_in_parts(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "v1");
        for version in 1..7 {
            change(&ann, &href, version, &json!({"title": format!("v{}", version + 1)})).expect(200);
        }
        let mut next = Some(format!("{href}/history?limit=3"));
        let mut parts = Vec::new();
        while let Some(at) = next {
            let part = ann.get(&at).expect(200);
            parts.push(told(&part.json()));
            let link = part.header("link");
            next = link.map(|link| link.split_once('>').unwrap().0[1..].to_owned());
        }
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
        let flat = parts.concat();
        for (number, entry) in (2..).zip(&flat[1..]) {
            assert_eq!(*entry, format!("{number} ann record.changed /title"));
        }
        invalid(ann.get(&format!("{href}/history?cursor=!")), "/cursor");
        invalid(ann.get(&format!("{href}/history?limit=0")), "/limit");
    }

    fn a_version_is_shown_whole(lab: &Lab) {
        let ann = alloys(lab);
        let first = begin(&ann, SAMPLES, &json!({"title": "Ingot", "data": {"x": 1.0}, "tags": ["a"]}));
        let href = text(&first["href"]);
        let second = change(&ann, &href, 1, &json!({"title": "Bar", "tags": null})).expect(200).json();
        let third = matching(&ann, "DELETE", &href, "*").expect(200).json();
        for (version, expected) in [(1, &first), (2, &second), (3, &third)] {
            let shown = ann.get(&format!("{href}/history/{version}")).expect(200).json();
            assert_eq!(shown, *expected, "{version}");
        }
        for none in ["0", "4", "-1", "x", "1.0", "99999999999999999999"] {
            problem(ann.get(&format!("{href}/history/{none}")), 404);
        }
    }

    fn two_versions_are_compared_place_by_place(lab: &Lab) {
        let ann = alloys(lab);
        let body = json!({"title": "Ingot", "data": {"mass": 1, "old": [1, 2], "same": {"x": 1}}});
        let href = text(&begin(&ann, SAMPLES, &body)["href"]);
        let next = json!({"data": {"mass": 1.0, "old": null, "new": null, "same": {"y": {}}}, "start": "2026-11-24T09:30:00Z"});
        change(&ann, &href, 1, &next).expect(200);
        let diff = |from: i64, to: i64| ann.get(&format!("{href}/diff?from={from}&to={to}"));
        let forwards = json!({"from": 1, "to": 2, "changes": [
            {"pointer": "/data/mass", "from": 1, "to": 1.0},
            {"pointer": "/data/old", "from": [1, 2]},
            {"pointer": "/data/same/y", "to": {}},
            {"pointer": "/start", "from": null, "to": "2026-11-24T09:30:00Z"},
        ]});
        assert_eq!(diff(1, 2).expect(200).json(), forwards);
        let backwards = diff(2, 1).expect(200).json();
        assert_eq!(backwards["changes"][1], json!({"pointer": "/data/old", "to": [1, 2]}));
        assert_eq!(diff(2, 2).expect(200).json(), json!({"from": 2, "to": 2, "changes": []}));
        problem(diff(1, 3), 404);
        for (query, pointer) in [("from=0&to=1", "/from"), ("from=1&to=x", "/to"), ("from=1&to=", "/to")] {
            invalid(ann.get(&format!("{href}/diff?{query}")), pointer);
        }
        problem(ann.get(&format!("{href}/diff?from=1")), 400);
    }

    fn a_revert_brings_back_what_a_version_said_but_its_status(lab: &Lab) {
        let ann = alloys(lab);
        let first = json!({"title": "Ingot", "data": {"x": 1.0}, "body": "a", "tags": ["a"], "people": ["ann"],
                           "end": "2026-11-24T09:30:00Z"});
        let made = begin(&ann, SAMPLES, &first);
        let href = text(&made["href"]);
        let other = json!({"title": "Bar", "status": "consumed", "data": null, "body": null, "tags": ["b"],
                           "people": null, "end": null});
        change(&ann, &href, 1, &other).expect(200);
        problem(revert(&ann, &href, "\"1\"", 1), 412);
        problem(revert(&ann, &href, "\"2\"", 3), 404);
        let back = revert(&ann, &href, "\"2\"", 1).expect(200);
        let mut expected = made.clone();
        let now = back.json();
        expected["version"] = json!(3);
        expected["status"] = json!("consumed");
        expected["date_changed"] = now["date_changed"].clone();
        assert_eq!(now, expected);
        assert_eq!(ann.get(&href).header("etag"), back.header("etag"));
        let same = revert(&ann, &href, "*", 3).expect(200).json();
        assert_eq!(same, now, "what says nothing new makes no version");
        invalid(revert(&ann, &href, "*", 0), "/version");
    }

    fn what_was_right_once_need_not_be_now(lab: &Lab) {
        let (ann, root) = (alloys(lab), lab.root());
        let template = json!({"kind": "sample", "name": "Ingot", "project": "alloys"});
        let id = root.post("/api/v1/templates", &template).expect(201).json()["id"].clone();
        let made = begin(&ann, SAMPLES, &json!({"title": "Ingot", "template": id, "data": {"mass": "much"}}));
        let href = text(&made["href"]);
        change(&ann, &href, 1, &json!({"data": {"mass": 5}})).expect(200);
        let stricter = json!({"schema": {"properties": {"mass": {"type": "number"}}}});
        let address = format!("/api/v1/templates/{id}");
        root.patch(&address, &stricter, &[("if-match", "*")]).expect(200);
        assert_eq!(pointers(revert(&ann, &href, "*", 1)), ["/data/mass"]);
        assert_eq!(ann.get(&href).json()["version"], 2);
    }
}
