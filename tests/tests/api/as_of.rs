//! How things were: `?as_of=`, seen by those who may see it now.

use crate::lab::{invalid, problem, project, text};
use crate::{Lab, fixture};
use omicron_domain::{ProjectId, Viewer};
use omicron_persistence::{Database, Options, events_of, positions};
use omicron_tests::{Answer, Client, on_both};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ALLOYS: &str = "/api/v1/projects/1";

/// The last position, once all that was written has one.
fn settled(lab: &Lab) -> i64 {
    let db = Database::open(lab.database.url(), Options::default()).unwrap();
    let began = Instant::now();
    while !db.read(Viewer::Nobody, positions::is_sealed).unwrap() {
        assert!(began.elapsed() < Duration::from_secs(30), "the server seals nothing");
        std::thread::sleep(Duration::from_millis(5));
    }
    position(&lab.root())
}

fn position(client: &Client) -> i64 {
    position_of(&client.get("/api/v1/projects?as_of=now").expect(200))
}

fn position_of(answer: &Answer) -> i64 {
    answer.header("omicron-position").unwrap().parse().unwrap()
}

fn at(path: &str, position: impl std::fmt::Display) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}as_of={position}")
}

fn names(list: &Value) -> Vec<String> {
    list["projects"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect()
}

/// Ann's project with Bob in it, and the position after that.
fn with_bob(lab: &Lab) -> (Client, Client, i64) {
    let (ann, bob) = (lab.person("ann"), lab.person("bob"));
    ann.post("/api/v1/projects", &project("Alloys")).expect(201);
    ann.post(&format!("{ALLOYS}/members"), &json!({"username": "bob"})).expect(201);
    let position = settled(lab);
    (ann, bob, position)
}

fn add_eve(lab: &Lab, ann: &Client) {
    lab.person("eve");
    ann.post(&format!("{ALLOYS}/members"), &json!({"username": "eve"})).expect(201);
}

on_both! {
    fn a_project_is_shown_as_it_was(lab: &Lab) {
        let (ann, bob, before) = with_bob(lab);
        let then = ann.get(ALLOYS).expect(200).json();
        ann.patch(ALLOYS, &json!({"name": "Glass", "description": "new"}), &[]).expect(200);
        add_eve(lab, &ann);
        ann.put(&format!("{ALLOYS}/owner"), &json!({"username": "bob"})).expect(200);
        bob.put(&format!("{ALLOYS}/archived"), &json!({})).expect(200);
        let after = settled(lab);
        let now = ann.get(ALLOYS).expect(200).json();
        assert_ne!(now, then);
        // Each of them, by its id and by the name that it has now, with and without the prefix.
        for path in [ALLOYS, "/api/v1/projects/Glass", "/projects/1"] {
            let answer = ann.get(&at(path, before)).expect(200);
            assert_eq!((answer.json(), position_of(&answer)), (then.clone(), before));
            assert_eq!(answer.header("etag"), None);
            let answer = ann.get(&at(path, "now")).expect(200);
            assert_eq!((answer.json(), position_of(&answer)), (now.clone(), after));
        }
        problem(ann.get(&at("/api/v1/projects/Alloys", before)), 404);
    }

    fn its_members_are_shown_as_they_were(lab: &Lab) {
        let (ann, bob, before) = with_bob(lab);
        let path = format!("{ALLOYS}/members");
        let then = ann.get(&path).expect(200).json();
        assert_eq!(then["members"][0]["role"], "owner");
        add_eve(lab, &ann);
        ann.put(&format!("{ALLOYS}/owner"), &json!({"username": "bob"})).expect(200);
        bob.delete(&format!("{path}/eve")).expect(204);
        let after = settled(lab);
        let now = ann.get(&path).expect(200).json();
        assert_eq!(ann.get(&at(&path, before)).expect(200).json(), then);
        assert_eq!(ann.get(&at(&path, after)).expect(200).json(), now);
        let first = ann.get(&at(&format!("{path}?limit=1"), before)).expect(200);
        let link = format!("<{path}?cursor=Mg&limit=1&as_of={before}>; rel=\"next\"");
        assert_eq!(first.header("link"), Some(link.as_str()));
        let second = ann.get(&format!("{path}?cursor=Mg&limit=1&as_of={before}")).expect(200).json();
        assert_eq!(second["members"][0], then["members"][1]);
    }

    fn a_list_is_walked_as_of_one_moment(lab: &Lab) {
        let ann = lab.person("ann");
        for name in ["a", "b", "c", "d"] {
            ann.post("/api/v1/projects", &project(name)).expect(201);
        }
        ann.put("/api/v1/projects/b/archived", &json!({})).expect(200);
        let before = settled(lab);
        let first = ann.get("/api/v1/projects?limit=3&as_of=now").expect(200);
        assert_eq!((names(&first.json()), position_of(&first)), (vec!["a".into(), "b".into(), "c".into()], before));
        ann.patch("/api/v1/projects/d", &json!({"name": "z"}), &[]).expect(200);
        ann.post("/api/v1/projects", &project("new")).expect(201);
        ann.delete("/api/v1/projects/a").expect(200);
        ann.delete("/api/v1/projects/b/archived").expect(200);
        let after = settled(lab);
        let link = first.header("link").unwrap();
        let next = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
        assert!(next.ends_with(&format!("&as_of={before}")) && next.matches("as_of").count() == 1, "{next}");
        assert_eq!(names(&ann.get(next).expect(200).json()), ["d"]);
        let list = |query: &str, position| {
            names(&ann.get(&at(&format!("/api/v1/projects{query}"), position)).expect(200).json())
        };
        // What does not exist any more is not seen in the past either.
        assert_eq!(list("", before), ["b", "c", "d"]);
        assert_eq!(list("?archived=true", before), ["b"]);
        assert_eq!(list("?archived=true", after), [""; 0]);
        assert_eq!(list("?archived=false", before), ["c", "d"]);
        assert_eq!(list("", after), ["b", "c", "z", "new"]);
        assert_eq!(list("", 0), [""; 0]);
        // A part may be empty, and yet others follow.
        let empty = ann.get("/api/v1/projects?limit=2&as_of=0").expect(200);
        assert!(empty.header("link").is_some());
    }

    fn who_may_see_it_now_sees_its_past_and_nobody_else(lab: &Lab) {
        let (ann, bob, before) = with_bob(lab);
        add_eve(lab, &ann);
        let eve = lab.anonymous().basic("eve", crate::lab::PASSWORD);
        ann.delete(&format!("{ALLOYS}/members/bob")).expect(204);
        let after = settled(lab);
        for path in [ALLOYS.to_owned(), format!("{ALLOYS}/members")] {
            eve.get(&at(&path, before)).expect(200);
            problem(bob.get(&at(&path, before)), 404);
            problem(ann.get(&at(&path, 0)), 404);
        }
        assert_eq!(names(&bob.get(&at("/api/v1/projects", before)).expect(200).json()), [""; 0]);
        assert_eq!(names(&eve.get(&at("/api/v1/projects", before)).expect(200).json()), ["Alloys"]);
        ann.delete(ALLOYS).expect(200);
        for position in [before, after] {
            problem(ann.get(&at(ALLOYS, position)), 404);
            problem(lab.root().get(&at(ALLOYS, position)), 404);
        }
    }

    fn the_past_calls_people_what_they_are_called_now(lab: &Lab) {
        let (ann, bob, before) = with_bob(lab);
        let id = bob.get("/api/v1/users/bob").expect(200).json()["id"].clone();
        lab.root().delete("/api/v1/users/bob").expect(200);
        let then = ann.get(&at(ALLOYS, before)).expect(200);
        assert_eq!(then.json()["members"][0]["username"], format!("gone-{id}"));
        assert!(!then.to_string().contains("bob"), "{then}");
    }

    fn times_lead_to_positions(lab: &Lab) {
        let (ann, _, before) = with_bob(lab);
        ann.post("/api/v1/projects", &project("Glass")).expect(201);
        let after = settled(lab);
        let db = Database::open(lab.database.url(), Options::default()).unwrap();
        let events = db.read(Viewer::Everything, |view| events_of(view, ProjectId(2), 0)).unwrap();
        let created = events[0].at.to_rfc3339().replace('+', "%2B");
        assert_eq!(after, before + 1);
        let list = |time: &str| ann.get(&at("/api/v1/projects", time)).expect(200);
        // The moment of a change is before that of its position.
        assert_eq!(position_of(&list(&created)), before);
        assert_eq!(names(&list(&created).json()), ["Alloys"]);
        assert_eq!(position_of(&list("2020-01-01T00:00:00%2B01:00")), 0);
        problem(ann.get(&at(ALLOYS, "2020-01-01T00:00:00Z")), 404);
    }

    fn what_is_still_to_come_or_makes_no_sense_is_refused(lab: &Lab) {
        let (ann, _, last) = with_bob(lab);
        for path in [ALLOYS.to_owned(), format!("{ALLOYS}/members"), "/api/v1/projects".to_owned()] {
            let said = invalid(ann.get(&at(&path, last + 1)), "/as_of");
            let expected = format!("as_of must not be still to come: the last position so far is {last}");
            assert_eq!(said["detail"], expected);
            invalid(ann.get(&at(&path, "9999-12-31T23:59:59Z")), "/as_of");
            for text in ["", "yesterday", "-1", "1.0", "2026-11-24", "2026-11-24T12:00:00+01:00", "99999999999999999999"] {
                invalid(ann.get(&at(&path, text)), "/as_of");
            }
        }
        for path in [format!("{ALLOYS}/members"), "/api/v1/projects".to_owned()] {
            invalid(ann.get(&at(&format!("{path}?page=1"), "now")), "/page");
            invalid(ann.get(&at(&format!("{path}?cursor=x"), "now")), "/cursor");
            invalid(ann.get(&at(&format!("{path}?limit=0"), "now")), "/limit");
        }
    }

    fn positions_are_given_within_moments(lab: &Lab) {
        let ann = lab.person("ann");
        let before = settled(lab);
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let written = Instant::now();
        while position(&ann) == before {
            assert!(written.elapsed() < Duration::from_secs(10));
        }
    }
}
