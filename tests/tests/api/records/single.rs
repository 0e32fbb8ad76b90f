//! The life of one record.

use super::{SAMPLES, alloys, begin, change, made, matching, pointers, sample};
use crate::lab::{problem, text};
use crate::{Lab, fixture};
use omicron_tests::on_both;
use serde_json::{Value, json};

fn without_dates(mut record: Value) -> Value {
    for name in ["date_created", "date_changed"] {
        let date = record.as_object_mut().unwrap().remove(name).unwrap();
        assert!(text(&date).starts_with("20") && text(&date).ends_with('Z'), "{date}");
    }
    record
}

on_both! {
    fn a_record_is_shown_as_it_was_begun(lab: &Lab) {
        let ann = alloys(lab);
        let other = begin(&ann, SAMPLES, &json!({"title": " Ingot 7 "}));
        let usual = json!({
            "id": 1, "kind": "sample", "project": 1, "version": 1, "href": "/api/v1/projects/1/samples/1",
            "title": "Ingot 7", "status": "available", "template": null, "data": {}, "body": "",
            "tags": [], "people": [], "links": [], "start": null, "end": null, "date_trashed": null,
            "locked": false, "signed_versions": [],
        });
        assert_eq!(without_dates(other), usual);
        let all = json!({
            "title": "Melt", "status": "running", "data": {"mass": 12.5}, "body": "# Notes\n\nHot.",
            "tags": ["steel", "Alloy"], "people": ["ANN"], "links": [{"relation": "uses", "target": 1}],
            "start": "2026-11-24T10:30:00.1234567+01:00", "end": "2026-11-24T09:30:01Z",
        });
        let answer = ann.post("/api/v1/projects/1/experiments", &all).expect(201);
        let expected = json!({
            "id": 2, "kind": "experiment", "project": 1, "version": 1,
            "href": "/api/v1/projects/1/experiments/2", "title": "Melt", "status": "running",
            "template": null, "data": {"mass": 12.5}, "body": "# Notes\n\nHot.",
            "tags": ["Alloy", "steel"], "people": ["ann"], "links": [{"relation": "uses", "target": 1}],
            "start": "2026-11-24T09:30:00.123456Z", "end": "2026-11-24T09:30:01Z", "date_trashed": null,
            "locked": false, "signed_versions": [],
        });
        assert_eq!(without_dates(answer.json()), expected);
        assert_eq!(answer.header("location"), Some("/api/v1/projects/1/experiments/2"));
        for address in ["/api/v1/projects/1/experiments/2", "/api/v1/projects/ALLOYS/experiments/2",
                        "/api/v1/records/2"] {
            let found = ann.get(address).expect(200);
            assert_eq!(found.body, answer.body, "{address}");
            assert_eq!(found.header("etag"), answer.header("etag"), "{address}");
        }
    }

    fn a_time_that_an_offset_takes_out_of_the_years_of_four_digits_is_refused(lab: &Lab) {
        let ann = alloys(lab);
        for (name, time) in [("start", "0000-01-01T00:00:00+01:00"), ("end", "9999-12-31T23:59:59-01:00")] {
            let refused = ann.post(SAMPLES, &json!({"title": "Ingot", name: time}));
            assert_eq!(pointers(refused), [format!("/{name}")], "{time}");
        }
        begin(&ann, SAMPLES, &json!({"title": "Ingot", "start": "0000-01-01T00:00:00Z", "end": "9999-12-31T23:59:59Z"}));
    }

    fn each_kind_has_addresses_of_its_own(lab: &Lab) {
        let ann = alloys(lab);
        for (number, kind) in ["experiments", "samples", "protocols", "instruments"].iter().enumerate() {
            let list = format!("/api/v1/projects/alloys/{kind}");
            let made = begin(&ann, &list, &json!({"title": kind}));
            assert_eq!(made["href"], format!("/api/v1/projects/1/{kind}/{}", number + 1));
            assert_eq!(made["kind"], kind.trim_end_matches('s'));
            let all = ann.get(&list).expect(200).json();
            assert_eq!(all, json!({*kind: [made], "total": {"count": 1, "more": false}}));
        }
        for address in ["experiments/2", "samples/1", "sample/2", "samples/x", "samples/-2", "samples/0",
                        "samples/99", "samples/99999999999999999999", "samples/2/history/9"] {
            problem(ann.get(&format!("/api/v1/projects/alloys/{address}")), 404);
        }
        problem(ann.get("/api/v1/records/0"), 404);
    }

    fn what_is_wrong_with_it_is_told_all_at_once(lab: &Lab) {
        let ann = alloys(lab);
        let bad = json!({
            "title": "", "status": "", "template": 0, "data": [], "body": 1, "tags": [""], "people": [""],
            "links": [{}], "start": "x", "end": "x", "size": 1,
        });
        let expected = ["/body", "/data", "/end", "/links/0/relation", "/links/0/target", "/people/0",
                        "/size", "/start", "/status", "/tags/0", "/template", "/title"];
        assert_eq!(pointers(ann.post(SAMPLES, &bad)), expected);
        let bad = json!({
            "title": "Melt", "status": "broken", "template": 77, "people": ["nobody", "ann", "7"],
            "links": [{"relation": "uses", "target": 99}, {"relation": "uses", "target": "#melt"}],
            "start": "2026-11-24T10:00:00Z", "end": "2026-11-24T09:59:59Z",
        });
        let mut told = pointers(ann.post(SAMPLES, &bad));
        told.sort();
        let expected = ["/end", "/links/0/target", "/links/1/target", "/people/0", "/people/2", "/status",
                        "/template"];
        assert_eq!(told, expected);
        assert_eq!(ann.get(SAMPLES).expect(200).json()["samples"], json!([]));
    }

    fn a_change_says_which_version_it_is_made_on(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        let seen = ann.get(&href).expect(200);
        let tag = seen.header("etag").unwrap();
        assert!(tag.starts_with("\"1.") && tag.len() == 36, "{tag}");
        let again = ann.request("GET", &href).header("if-none-match", tag).send().expect(304);
        assert_eq!((again.header("etag"), again.body.len()), (Some(tag), 0));
        let title = |title: &str| json!({"title": title});
        let unsaid = problem(ann.patch(&href, &title("A"), &[]), 428);
        assert_eq!(unsaid["type"], "urn:omicron:problem:precondition-required");
        problem(ann.delete(&href), 428);
        problem(ann.delete(&format!("{href}/trashed")), 428);
        problem(ann.post(&format!("{href}/revert"), &json!({"version": 1})), 428);
        let changed = ann.patch(&href, &title("A"), &[("if-match", tag)]).expect(200);
        assert_eq!(changed.json()["version"], 2);
        assert_eq!(ann.get(&href).header("etag"), changed.header("etag"));
        ann.request("GET", &href).header("if-none-match", tag).send().expect(200);
        for stale in [tag, "\"1\"", "\"x\"", "W/\"2\"", "\"\"", "2", "\"*\"", "\"3\""] {
            let refused = problem(ann.patch(&href, &title("B"), &[("if-match", stale)]), 412);
            assert_eq!(refused["current_version"], 2, "{stale}");
        }
        for (good, version) in [("\"2\"", 3), ("\"7\", \"3.abc\"", 4), ("*", 5)] {
            let body = title(&format!("on {version}"));
            let changed = ann.patch(&href, &body, &[("if-match", good)]).expect(200);
            assert_eq!(changed.json()["version"], version, "{good}");
        }
    }

    fn of_two_who_edit_the_loser_is_told_what_changed_and_nothing_is_lost(lab: &Lab) {
        let (ann, bob) = (alloys(lab), made(lab, "bob", "member"));
        let data = json!({"title": "Ingot", "data": {"mass": 1.0, "note": "x", "size": {"h": 2}}});
        let href = text(&begin(&ann, SAMPLES, &data)["href"]);
        change(&ann, &href, 1, &json!({"data": {"mass": 2.5, "note": null}, "tags": ["hot"]})).expect(200);
        change(&ann, &href, 2, &json!({"data": {"size": {"h": 3}}})).expect(200);
        let mine = json!({"data": {"size": {"w": 9}}});
        let lost = problem(change(&bob, &href, 1, &mine), 412);
        assert_eq!(lost["type"], "urn:omicron:problem:changed");
        assert_eq!(lost["current_version"], 3);
        assert_eq!(lost["changes"], json!([
            {"pointer": "/data/mass", "from": 1.0, "to": 2.5},
            {"pointer": "/data/note", "from": "x"},
            {"pointer": "/data/size/h", "from": 2, "to": 3},
            {"pointer": "/tags", "from": [], "to": ["hot"]},
        ]));
        let lost = problem(change(&bob, &href, 2, &mine), 412);
        assert_eq!(lost["changes"], json!([{"pointer": "/data/size/h", "from": 2, "to": 3}]));
        let both = change(&bob, &href, 3, &mine).expect(200).json();
        assert_eq!(both["data"], json!({"mass": 2.5, "size": {"h": 3, "w": 9}}));
        let unknown = problem(change(&bob, &href, 99, &mine), 412);
        assert_eq!((&unknown["current_version"], &unknown["changes"]), (&json!(4), &json!([])));
    }

    fn of_eight_who_edit_at_once_one_wins_and_the_others_are_told(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        let race = |number: usize| {
            let (ann, href) = (ann.clone(), href.clone());
            std::thread::spawn(move || {
                change(&ann, &href, 1, &json!({"title": format!("by {number}")})).status
            })
        };
        let racers: Vec<_> = (0..8).map(race).collect();
        let mut statuses: Vec<_> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
        assert_eq!(ann.get(&href).json()["version"], 2);
    }

    fn what_says_nothing_new_makes_no_version(lab: &Lab) {
        let ann = alloys(lab);
        let all = json!({"title": "Ingot", "tags": ["a", "b"], "data": {"x": 1, "y": 2}, "people": ["ann"]});
        let made = begin(&ann, SAMPLES, &all);
        let href = text(&made["href"]);
        for same in [json!({"title": "Ingot"}), json!({"tags": ["b", "a", "A"]}), json!({"data": {}}),
                     json!({"data": {"y": 2, "z": null}}), json!({"people": ["Ann"]}),
                     json!({"status": "available"}), json!({"links": null, "template": null})] {
            let answer = change(&ann, &href, 1, &same).expect(200).json();
            assert_eq!(answer, made, "{same}");
        }
        assert_eq!(change(&ann, &href, 1, &json!({"data": {"x": 1.0}})).expect(200).json()["version"], 2);
    }

    fn a_record_moves_along_its_lifecycle(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        let to = |version: i64, status: &str| change(&ann, &href, version, &json!({"status": status}));
        let refused = problem(to(1, "gone"), 400);
        assert_eq!(refused["errors"], json!([{"pointer": "/status",
            "message": "must be one of the statuses of its lifecycle: available, in use, consumed"}]));
        assert_eq!(to(1, "in use").expect(200).json()["status"], "in use");
        to(2, "consumed").expect(200);
        let refused = problem(to(3, "available"), 400);
        assert_eq!(refused["errors"][0]["message"],
                   "can't follow consumed: from there it is the last one");
    }

    fn the_trash_keeps_a_record_as_it_is_until_it_is_restored(lab: &Lab) {
        let ann = alloys(lab);
        let (href, other) = (sample(&ann, "Ingot"), sample(&ann, "Bar"));
        let comment = json!({"text": "Fine."});
        ann.post(&format!("{href}/comments"), &comment).expect(201);
        problem(matching(&ann, "DELETE", &href, "\"7\""), 412);
        let trashed = matching(&ann, "DELETE", &href, "\"1\"").expect(200).json();
        assert_eq!(trashed["version"], 2);
        assert_eq!(trashed["date_trashed"], trashed["date_changed"]);
        assert_eq!(matching(&ann, "DELETE", &href, "*").expect(200).json(), trashed, "once is enough");
        assert_eq!(ann.get(&href).expect(200).json(), trashed);
        let titles = |query: &str| {
            super::each(&ann.get(&format!("{SAMPLES}{query}")).expect(200).json()["samples"], "title")
        };
        assert_eq!((titles(""), titles("?trashed=true")), (vec!["Bar".to_owned()], vec!["Ingot".to_owned()]));
        let refused = problem(change(&ann, &href, 2, &json!({"title": "x"})), 409);
        assert_eq!(refused["detail"], "the record is in the trash: restore it first");
        let revert = format!("{href}/revert");
        let back = ann.request("POST", &revert).header("if-match", "*").json(&json!({"version": 1})).send();
        problem(back, 409);
        problem(ann.post(&format!("{href}/comments"), &comment), 409);
        assert_eq!(ann.get(&format!("{href}/comments")).expect(200).header("count"), Some("1"));
        let item = json!({"items": [{"id": trashed["id"], "version": 2, "change": {"title": "x"}}]});
        assert_eq!(pointers(ann.post(super::BULK, &item)), ["/items/0/id"]);
        let restored = matching(&ann, "DELETE", &format!("{href}/trashed"), "\"2\"").expect(200).json();
        assert_eq!((&restored["version"], &restored["date_trashed"]), (&json!(3), &json!(null)));
        assert_eq!(titles(""), ["Ingot", "Bar"]);
        problem(matching(&ann, "DELETE", &format!("{other}/trashed"), "\"9\""), 412);
        assert_eq!(matching(&ann, "DELETE", &format!("{other}/trashed"), "\"1\"").json()["version"], 1);
    }
}
