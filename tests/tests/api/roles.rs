//! What people are in a project, and what is put away.

use crate::lab::{invalid, problem, project, text};
use crate::{Lab, fixture};
use omicron_tests::{Client, on_both};
use serde_json::{Value, json};

const ALLOYS: &str = "/api/v1/projects/Alloys";

/// Ann's project, with Bob in it as this.
fn with_bob(lab: &Lab, role: &str) -> (Client, Client) {
    let (ann, bob) = (lab.person("ann"), lab.person("bob"));
    ann.post("/api/v1/projects", &project("Alloys")).expect(201);
    let member = json!({"username": "bob", "role": role});
    let after = ann.post(&format!("{ALLOYS}/members"), &member).expect(201).json();
    assert_eq!(after["members"][0]["role"], role);
    (ann, bob)
}

fn change(client: &Client, who: &str, role: &str) -> omicron_tests::Answer {
    client.patch(&format!("{ALLOYS}/members/{who}"), &json!({"role": role}), &[])
}

on_both! {
    fn a_maintainer_says_who_belongs_to_it_but_not_to_whom_it_belongs(lab: &Lab) {
        let (_, bob) = with_bob(lab, "maintainer");
        lab.person("eve");
        let path = format!("{ALLOYS}/members");
        bob.post(&path, &json!({"username": "eve"})).expect(201);
        let after = change(&bob, "eve", "viewer").expect(200);
        assert_eq!(after.json()["members"][1]["role"], "viewer");
        assert_eq!(after.header("etag"), bob.get(ALLOYS).header("etag"));
        bob.delete(&format!("{path}/eve")).expect(204);
        problem(change(&bob, "eve", "viewer"), 404);
        problem(change(&bob, "ann", "viewer"), 409);
        problem(bob.delete(&format!("{path}/ann")), 409);
        problem(bob.put(&format!("{ALLOYS}/owner"), &json!({"username": "bob"})), 403);
        problem(bob.put(&format!("{ALLOYS}/archived"), &json!({})), 403);
        problem(bob.delete(ALLOYS), 403);
    }

    fn a_role_that_is_taken_away_is_gone_at_once(lab: &Lab) {
        let (ann, bob) = with_bob(lab, "maintainer");
        let rename = json!({"description": "new"});
        bob.patch(ALLOYS, &rename, &[]).expect(200);
        change(&ann, "bob", "member").expect(200);
        problem(bob.patch(ALLOYS, &rename, &[]), 403);
        problem(change(&bob, "bob", "maintainer"), 403);
        ann.delete(&format!("{ALLOYS}/members/bob")).expect(204);
        problem(bob.get(ALLOYS), 404);
    }

    fn a_role_must_be_one_that_can_be_given(lab: &Lab) {
        let (ann, _) = with_bob(lab, "viewer");
        lab.person("eve");
        for role in ["owner", "administrator", "Viewer", ""] {
            invalid(change(&ann, "bob", role), "/role");
            let member = json!({"username": "eve", "role": role});
            invalid(ann.post(&format!("{ALLOYS}/members"), &member), "/role");
        }
        invalid(ann.patch(&format!("{ALLOYS}/members/bob"), &json!({}), &[]), "/role");
        let stale = [("If-Match", "\"stale\"")];
        let path = format!("{ALLOYS}/members/bob");
        problem(ann.patch(&path, &json!({"role": "member"}), &stale), 412);
    }

    fn an_owner_hands_over_before_they_leave(lab: &Lab) {
        let (ann, bob) = with_bob(lab, "viewer");
        let leave = format!("{ALLOYS}/members/ann");
        let said = problem(ann.delete(&leave), 403);
        assert_eq!(said["detail"], "you may not leave it (the owner hands it over first)");
        let after = ann.put(&format!("{ALLOYS}/owner"), &json!({"username": "bob"})).expect(200).json();
        assert_eq!(after["members"][0]["role"], "member");
        ann.delete(&leave).expect(204);
        bob.get(ALLOYS).expect(200);
    }

    fn nothing_in_an_archived_project_is_changed_until_it_is_restored(lab: &Lab) {
        let (ann, bob) = with_bob(lab, "maintainer");
        lab.person("eve");
        let away = ann.put(&format!("{ALLOYS}/archived"), &json!({})).expect(200).json();
        let date = text(&away["date_archived"]);
        assert_eq!(ann.put(&format!("{ALLOYS}/archived"), &json!({})).json(), away);
        let member = json!({"username": "eve"});
        for answer in [
            bob.patch(ALLOYS, &json!({"description": "new"}), &[]),
            bob.post(&format!("{ALLOYS}/members"), &member),
            change(&ann, "bob", "viewer"),
            ann.delete(&format!("{ALLOYS}/members/bob")),
            ann.post(&format!("{ALLOYS}/service-accounts"), &member),
        ] {
            let said = problem(answer, 409);
            assert_eq!(said["detail"], "the project is archived: restore it first");
            assert!(text(&said["type"]).ends_with("archived"), "{said}");
        }
        let seen = bob.get(ALLOYS).expect(200).json();
        assert_eq!((&seen, text(&seen["date_archived"])), (&away, date));
        let back = ann.delete(&format!("{ALLOYS}/archived")).expect(200).json();
        assert_eq!(back["date_archived"], Value::Null);
        bob.patch(ALLOYS, &json!({"description": "new"}), &[]).expect(200);
    }

    fn archived_projects_are_listed_apart_if_that_is_asked_for(lab: &Lab) {
        let (ann, _) = with_bob(lab, "viewer");
        ann.post("/api/v1/projects", &project("Glass")).expect(201);
        ann.put(&format!("{ALLOYS}/archived"), &json!({})).expect(200);
        let names = |client: &Client, query: &str| {
            let list = client.get(&format!("/api/v1/projects{query}")).expect(200).json();
            list["projects"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect::<Vec<_>>()
        };
        for client in [&ann, &lab.root()] {
            assert_eq!(names(client, ""), ["Alloys", "Glass"]);
            assert_eq!(names(client, "?archived=true"), ["Alloys"]);
            assert_eq!(names(client, "?archived=false&limit=5"), ["Glass"]);
        }
        invalid(ann.get("/api/v1/projects?archived=perhaps"), "/archived");
    }

    fn an_archived_project_can_be_handed_over_left_and_deleted(lab: &Lab) {
        let (ann, bob) = with_bob(lab, "viewer");
        ann.put(&format!("{ALLOYS}/archived"), &json!({})).expect(200);
        ann.put(&format!("{ALLOYS}/owner"), &json!({"username": "bob"})).expect(200);
        ann.delete(&format!("{ALLOYS}/members/ann")).expect(204);
        bob.delete(ALLOYS).expect(200);
    }
}
