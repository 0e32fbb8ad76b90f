//! `/projects`.

use crate::lab::{invalid, person, problem, project, text};
use crate::{Lab, fixture};
use omicron_tests::on_both;
use serde_json::json;

on_both! {
    fn a_project_belongs_to_who_began_it(lab: &Lab) {
        let ann = lab.person("ann");
        lab.person("bob");
        let body = json!({"name": "NMR / 2016", "description": "first\nsecond", "members": ["bob", "ANN", "bob"]});
        let answer = ann.post("/api/v1/projects", &body).expect(201);
        let made = answer.json();
        assert_eq!(made["owner"]["username"], "ann");
        assert_eq!(made["members"][0]["username"], "bob");
        assert_eq!(made["members"].as_array().unwrap().len(), 1, "the owner is not listed twice");
        let at = answer.header("location").unwrap();
        assert_eq!(ann.get(at).expect(200).json(), made);
        assert_eq!(ann.get("/api/v1/projects/nmr%20%2F%202016").expect(200).json(), made);
        assert_eq!(ann.get(&format!("/api/v1projects/{}", made["id"])).expect(200).json(), made);
        assert_eq!(ann.get(&format!("/projects/{}", made["id"])).expect(200).json(), made);
    }

    fn only_an_administrator_names_another_owner(lab: &Lab) {
        let ann = lab.person("ann");
        lab.person("bob");
        let with_owner = |name: &str, owner: &str| json!({"name": name, "description": "", "owner": owner});
        ann.post("/api/v1/projects", &with_owner("one", "Ann")).expect(201);
        problem(ann.post("/api/v1/projects", &with_owner("two", "bob")), 403);
        let made = lab.root().post("/api/v1/projects", &with_owner("three", "bob")).expect(201);
        assert_eq!(made.json()["owner"]["username"], "bob");
        invalid(lab.root().post("/api/v1/projects", &with_owner("four", "nobody")), "/owner");
        let members = json!({"name": "five", "description": "", "members": ["ann", "nobody"]});
        invalid(ann.post("/api/v1/projects", &members), "/members/1");
        assert_eq!(lab.root().get("/api/v1/projects").header("count"), Some("2"));
    }

    fn what_breaks_a_limit_is_refused_with_its_pointer(lab: &Lab) {
        let ann = lab.person("ann");
        for (pointer, body) in [
            ("/name", json!({"name": "", "description": ""})),
            ("/name", json!({"name": "x".repeat(129), "description": ""})),
            ("/name", json!({"name": "2016", "description": ""})),
            ("/name", json!({"name": "a\u{0}", "description": ""})),
            ("/name", json!({"description": ""})),
            ("/description", json!({"name": "a", "description": "x".repeat(1001)})),
            ("/description", json!({"name": "a", "description": "\u{0}"})),
            ("/members", json!({"name": "a", "description": "", "members": "bob"})),
        ] {
            invalid(ann.post("/api/v1/projects", &body), pointer);
        }
        ann.post("/api/v1/projects", &json!({"name": "\u{1f9ea}".repeat(128), "description": "\u{e9}".repeat(1000)})).expect(201);
    }

    fn a_name_is_taken_until_its_project_is_deleted(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        problem(bob.post("/api/v1/projects", &project("ALLOYS")), 422);
        let gone = ann.delete("/api/v1/projects/alloys").expect(200).json();
        assert_eq!(gone, json!({"status": "resource deleted"}));
        problem(ann.get("/api/v1/projects/alloys"), 404);
        bob.post("/api/v1/projects", &project("alloys")).expect(201);
    }

    fn a_stranger_can_not_tell_a_project_from_none(lab: &Lab) {
        let (ann, eve) = (lab.person("ann"), lab.person("eve"));
        let id = ann.post("/api/v1/projects", &project("Secret")).expect(201).json()["id"].clone();
        let strip = |mut body: serde_json::Value| { body["instance"] = json!(""); body };
        let hidden = strip(problem(eve.get(&format!("/api/v1/projects/{id}")), 404));
        let absent = strip(problem(eve.get("/api/v1/projects/999999"), 404));
        assert_eq!(hidden, absent);
        problem(eve.delete(&format!("/api/v1/projects/{id}")), 404);
        problem(eve.patch(&format!("/api/v1/projects/{id}"), &json!({"name": "Mine"}), &[]), 404);
        assert_eq!(eve.get("/api/v1/projects").json()["projects"], json!([]));
        ann.get("/api/v1/projects/Secret").expect(200);
    }

    fn a_member_sees_a_project_and_does_not_change_it(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        ann.post("/api/v1/projects", &json!({"name": "Shared", "description": "", "members": ["bob"]})).expect(201);
        bob.get("/api/v1/projects/shared").expect(200);
        problem(bob.delete("/api/v1/projects/shared"), 403);
        problem(bob.patch("/api/v1/projects/shared", &json!({"name": "Mine"}), &[]), 403);
        problem(bob.post("/api/v1/projects/shared/members", &json!({"username": "root"})), 403);
        problem(bob.delete("/api/v1/projects/shared/members/ann"), 403);
        bob.delete("/api/v1/projects/shared/members/bob").expect(204);
        problem(bob.get("/api/v1/projects/shared"), 404);
    }

    fn a_project_is_renamed_and_described(lab: &Lab) {
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Old")).expect(201);
        ann.post("/api/v1/projects", &project("Other")).expect(201);
        let new = ann.patch("/api/v1/projects/old", &json!({"name": "New"}), &[]).expect(200).json();
        assert_eq!((&new["name"], &new["description"]), (&json!("New"), &json!("about something")));
        let new = ann.patch("/api/v1/projects/new", &json!({"description": null}), &[]).expect(200).json();
        assert_eq!(new["description"], "");
        problem(ann.patch("/api/v1/projects/new", &json!({"name": "OTHER"}), &[]), 422);
        ann.patch("/api/v1/projects/new", &json!({"name": "NEW"}), &[]).expect(200);
        invalid(ann.patch("/api/v1/projects/new", &json!({"nmae": "x"}), &[]), "/nmae");
        invalid(ann.patch("/api/v1/projects/new", &json!({"name": null}), &[]), "/name");
        problem(ann.patch("/api/v1/projects/new", &json!({}), &[]), 400);
    }

    fn a_change_of_what_has_changed_is_refused(lab: &Lab) {
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let seen = ann.get("/api/v1/projects/alloys").expect(200);
        let tag = seen.header("etag").unwrap();
        let again = ann.request("GET", "/api/v1/projects/alloys").header("if-none-match", tag).send();
        assert_eq!((again.expect(304).body.len(), tag.len()), (0, 34));
        let patch = |text: &str| ann.patch("/api/v1/projects/alloys", &json!({"description": text}), &[("if-match", tag)]);
        let changed = patch("first").expect(200);
        problem(patch("second"), 412);
        assert_eq!(ann.get("/api/v1/projects/alloys").json()["description"], "first");
        assert_eq!(ann.get("/api/v1/projects/alloys").header("etag"), changed.header("etag"));
        problem(ann.request("DELETE", "/api/v1/projects/alloys").header("if-match", tag).send(), 412);
        ann.request("DELETE", "/api/v1/projects/alloys").header("if-match", "*").send().expect(200);
    }

    fn of_two_changes_of_the_same_state_one_is_refused(lab: &Lab) {
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let tag = text(&json!(ann.get("/api/v1/projects/alloys").header("etag").unwrap()));
        let race = |number: usize| {
            let (ann, tag) = (ann.clone(), tag.clone());
            std::thread::spawn(move || {
                let body = json!({"description": format!("{number}")});
                ann.patch("/api/v1/projects/alloys", &body, &[("if-match", &tag)]).status
            })
        };
        let racers: Vec<_> = (0..8).map(race).collect();
        let mut statuses: Vec<_> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    }

    fn a_project_is_handed_over_to_someone_who_can_look_after_it(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        lab.person("gone");
        lab.root().put("/api/v1/users/gone/disabled", &json!({})).expect(200);
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let owner = "/api/v1/projects/alloys/owner";
        problem(bob.put(owner, &json!({"username": "bob"})), 404);
        invalid(ann.put(owner, &json!({"username": "nobody"})), "/username");
        invalid(ann.put(owner, &json!({"username": "gone"})), "/username");
        let same = ann.put(owner, &json!({"username": "ANN"})).expect(200);
        let stale = same.header("etag").unwrap().to_owned();
        let after = ann.put(owner, &json!({"username": "bob"})).expect(200);
        assert_eq!(after.json()["owner"]["username"], "bob");
        assert_eq!(after.json()["members"][0]["username"], "ann");
        problem(ann.put(owner, &json!({"username": "ann"})), 403);
        let back = bob.request("PUT", owner).header("if-match", stale).json(&json!({"username": "ann"}));
        problem(back.send(), 412);
        ann.delete("/api/v1/projects/alloys/members/ann").expect(204);
        problem(ann.get("/api/v1/projects/alloys"), 404);
        bob.delete("/api/v1/projects/alloys").expect(200);
    }

    fn members_come_and_go(lab: &Lab) {
        let ann = lab.person("ann");
        lab.anonymous().post("/api/v1/users", &person("bob")).expect(201);
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let members = "/api/v1/projects/alloys/members";
        let after = ann.post(members, &json!({"username": "BOB"})).expect(201).json();
        assert_eq!(after["members"][0]["username"], "bob");
        problem(ann.post(members, &json!({"username": "bob"})), 409);
        invalid(ann.post(members, &json!({"username": "nobody"})), "/username");
        problem(ann.delete(&format!("{members}/ann")), 403);
        problem(lab.root().delete(&format!("{members}/ann")), 409);
        problem(ann.delete(&format!("{members}/nobody")), 404);
        ann.delete(&format!("{members}/bob")).expect(204);
        problem(ann.delete(&format!("{members}/bob")), 404);
    }
}
