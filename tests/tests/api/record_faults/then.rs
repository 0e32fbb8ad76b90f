//! What records were, and who may see it.

use super::{PROJECT, ids_in, number, position_of, records_in, walk};
use crate::lab::{invalid, problem, project, text};
use crate::{Lab, fixture};
use omicron_domain::Viewer;
use omicron_persistence::{Database, Options, positions};
use omicron_tests::{Client, on_both};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SAMPLES: &str = "/api/v1/projects/1/samples";

/// The last position, once all that was written has one.
fn settled(lab: &Lab) -> i64 {
    let db = Database::open(lab.database.url(), Options::default()).unwrap();
    let began = Instant::now();
    while !db.read(Viewer::Nobody, positions::is_sealed).unwrap() {
        assert!(began.elapsed() < Duration::from_secs(30), "the server seals nothing");
        std::thread::sleep(Duration::from_millis(5));
    }
    position_of(&lab.root().get("/api/v1/projects?as_of=now").expect(200))
}

fn at(path: &str, position: impl std::fmt::Display) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}as_of={position}")
}

/// Ann's project with Bob in it.
fn people(lab: &Lab) -> (Client, Client) {
    let (ann, bob) = (lab.person("ann"), lab.person("bob"));
    ann.post("/api/v1/projects", &project("Alloys")).expect(201);
    ann.post(&format!("{PROJECT}/members"), &json!({"username": "bob"})).expect(201);
    (ann, bob)
}

fn sample(client: &Client, record: &Value) -> String {
    text(&client.post(SAMPLES, record).expect(201).json()["href"])
}

fn change(client: &Client, href: &str, change: &Value) -> Value {
    client.patch(href, change, &[("if-match", "*")]).expect(200).json()
}

fn trash(client: &Client, path: &str) -> Value {
    client.request("DELETE", path).header("if-match", "*").send().expect(200).json()
}

on_both! {
    fn a_record_is_shown_as_it_was(lab: &Lab) {
        let (ann, _) = people(lab);
        let empty = settled(lab);
        let href = sample(&ann, &json!({"title": "Ingot 7", "data": {"mass": 12.50}}));
        let first = (settled(lab), ann.get(&href).expect(200).json());
        let changed = change(&ann, &href, &json!({"status": "in use", "data": {"mass": 3}}));
        let second = (settled(lab), changed);
        let third = trash(&ann, &href);
        let third = (settled(lab), third);
        assert!(!third.1["date_trashed"].is_null());
        let fourth = trash(&ann, &format!("{href}/trashed"));
        let fourth = (settled(lab), fourth);
        problem(ann.get(&at(&href, empty)), 404);
        for (version, (position, then)) in (1..).zip([first, second, third, fourth]) {
            assert_eq!(number(&then["version"]), version);
            let answer = ann.get(&at(&href, position)).expect(200);
            assert_eq!((answer.json(), position_of(&answer)), (then.clone(), position));
            assert_eq!(answer.header("etag"), None);
            // A list has it among the one or the other.
            let trashed = !then["date_trashed"].is_null();
            let list = |trashed| {
                let path = at(&format!("{SAMPLES}?trashed={trashed}"), position);
                records_in(&walk(&ann, &path), "samples")
            };
            assert_eq!((list(trashed), list(!trashed)), (vec![then], vec![]));
        }
        problem(ann.get(&at(&href.replace("samples", "protocols"), "now")), 404);
        problem(ann.get(&at(&format!("{SAMPLES}/999"), "now")), 404);
    }

    fn filters_ask_for_what_was(lab: &Lab) {
        let (ann, _) = people(lab);
        let before = json!({"title": "Ingot 7", "tags": ["Hot"], "people": ["bob"]});
        let href = sample(&ann, &before);
        let other = sample(&ann, &json!({"title": "other"}));
        let id = number(&ann.get(&href).expect(200).json()["id"]);
        let other = number(&ann.get(&other).expect(200).json()["id"]);
        change(&ann, &href, &json!({"links": [{"relation": "derived_from", "target": other}]}));
        let then = settled(lab);
        let after = json!({
            "title": "Slab", "tags": ["cold"], "people": ["ann"], "status": "in use", "links": [],
        });
        change(&ann, &href, &after);
        let now = settled(lab);
        let found = |query: &str, position: i64| {
            ids_in(&walk(&ann, &at(&format!("{SAMPLES}?{query}"), position)), "samples")
        };
        for (old, new) in [
            ("title=INGOT", "title=slab"),
            ("tag=hOt", "tag=cold"),
            ("person=bob", "person=ann"),
            ("tag=hot&person=bob&status=available", "status=in%20use"),
        ] {
            assert_eq!((found(old, then), found(old, now)), (vec![id], vec![]), "{old}");
            assert_eq!((found(new, then), found(new, now)), (vec![], vec![id]), "{new}");
        }
        let linked = format!("linked_to={other}");
        assert_eq!((found(&linked, then), found(&linked, now)), (vec![id], vec![]));
        assert_eq!(found("status=available", then), [id, other]);
        assert_eq!(found("person=nobody", then), [0; 0]);
    }

    fn a_list_keeps_to_its_position(lab: &Lab) {
        let (ann, _) = people(lab);
        for title in ["c", "a", "b"] {
            sample(&ann, &json!({"title": title}));
        }
        let then = settled(lab);
        let first = ann.get(&format!("{SAMPLES}?limit=2&tag=&sort=id&as_of=now")).expect(200);
        sample(&ann, &json!({"title": "new"}));
        let now = settled(lab);
        let next = super::next_of(&first).unwrap();
        assert!(next.contains(&format!("&as_of={then}&")) && next.matches("as_of").count() == 1, "{next}");
        let rest = walk(&ann, &next);
        assert!(rest.iter().chain([&first]).all(|part| position_of(part) == then));
        assert_eq!(ids_in(&rest, "samples"), [3]);
        assert_eq!(ids_in(&walk(&ann, &format!("{SAMPLES}?limit=2&as_of={now}")), "samples"), [1, 2, 3, 4]);
        for sort in ["title", "-title", "changed", "-changed", "-id"] {
            invalid(ann.get(&at(&format!("{SAMPLES}?sort={sort}"), then)), "/sort");
        }
    }

    fn what_is_still_to_come_or_makes_no_sense_is_refused(lab: &Lab) {
        let (ann, _) = people(lab);
        let href = sample(&ann, &json!({"title": "Ingot 7"}));
        let last = settled(lab);
        for path in [href.as_str(), SAMPLES] {
            invalid(ann.get(&at(path, last + 1)), "/as_of");
            for text in ["9999-12-31T23:59:59Z", "", "yesterday", "-1", "99999999999999999999"] {
                invalid(ann.get(&at(path, text)), "/as_of");
            }
        }
        for (query, pointer) in [("limit=0", "/limit"), ("cursor=x", "/cursor"), ("fields=x", "/fields")] {
            invalid(ann.get(&at(&format!("{SAMPLES}?{query}"), last)), pointer);
        }
        assert_eq!(ids_in(&walk(&ann, &at(SAMPLES, 0)), "samples"), [0; 0]);
        problem(ann.get(&at(&href, 0)), 404);
        problem(ann.get(&at(&href, "2020-01-01T00:00:00Z")), 404);
    }

    fn who_may_see_it_now_sees_its_past_and_nobody_else(lab: &Lab) {
        let (ann, bob) = people(lab);
        let href = sample(&ann, &json!({"title": "Ingot 7", "people": ["bob"]}));
        let before = settled(lab);
        bob.get(&at(&href, before)).expect(200);
        let eve = lab.person("eve");
        for path in [href.as_str(), SAMPLES] {
            problem(eve.get(&at(path, before)), 404);
            problem(eve.get(&at(path, "now")), 404);
        }
        ann.post(&format!("{PROJECT}/members"), &json!({"username": "eve"})).expect(201);
        ann.delete(&format!("{PROJECT}/members/bob")).expect(204);
        let after = settled(lab);
        for position in [before, after] {
            for path in [href.as_str(), SAMPLES] {
                eve.get(&at(path, position)).expect(200);
                problem(bob.get(&at(path, position)), 404);
                lab.anonymous().get(&at(path, position)).expect(401);
            }
        }
        assert_eq!(eve.get(&at(&href, before)).expect(200).json()["people"], json!(["bob"]));
    }
}
