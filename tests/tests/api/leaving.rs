//! People who leave: made unknown, while the history stays whole.

use crate::lab::{PASSWORD, holds, invalid, person, problem, project, stored, text, token_of};
use crate::{Lab, fixture};
use omicron_domain::{ProjectId, Subject, UserId, Viewer};
use omicron_persistence::{Database, Error, Event, Options, events_of};
use omicron_tests::{Backend, on_both};
use serde_json::json;

on_both! {
    fn nothing_of_an_unknown_person_changes_any_more(lab: &Lab) {
        lab.person("ann");
        let gone = lab.root().delete("/api/v1/users/ann").expect(200).json();
        let path = format!("/api/v1/users/{}", gone["id"]);
        for answer in [
            lab.root().patch(&path, &json!({"email": "ann@example.org"}), &[]),
            lab.root().delete(&format!("{path}/disabled")),
            lab.root().post(&format!("{path}/approval"), &json!({})),
            lab.root().post(&format!("{path}/password-reset"), &json!({})),
        ] {
            problem(answer, 409);
        }
        let listed = lab.root().get("/api/v1/users?status=anonymised").expect(200);
        assert_eq!((listed.header("count"), &listed.json()["users"][0]["id"]), (Some("1"), &gone["id"]));
        assert_eq!(lab.root().get("/api/v1/users?status=disabled").header("count"), Some("0"));
        // The name is free again, and its new owner is someone else.
        let new = lab.anonymous().post("/api/v1/users", &person("ann")).expect(201).json();
        assert_ne!(new["id"], gone["id"]);
    }

    fn nobody_makes_an_unknown_person_anything(lab: &Lab) {
        lab.person("ann");
        let gone = text(&lab.root().delete("/api/v1/users/ann").expect(200).json()["username"]);
        let new = |extra: serde_json::Value| {
            let mut body = project("Ghost");
            body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            lab.root().post("/api/v1/projects", &body)
        };
        invalid(new(json!({"owner": gone})), "/owner");
        invalid(new(json!({"members": [gone]})), "/members/0");
        lab.root().post("/api/v1/projects", &project("Alloys")).expect(201);
        let named = json!({"username": gone});
        invalid(lab.root().post("/api/v1/projects/Alloys/members", &named), "/username");
        invalid(lab.root().put("/api/v1/projects/Alloys/owner", &named), "/username");
    }

    fn nothing_is_left_that_refers_to_someone_who_leaves_while_others_reach_for_them(lab: &Lab) {
        let bob = lab.person("bob");
        bob.post("/api/v1/projects", &project("Alloys")).expect(201);
        for round in 0..8 {
            let name = format!("u{round}");
            let leaver = lab.person(&name);
            let id = leaver.get(&format!("/api/v1/users/{name}")).json()["id"].clone();
            std::thread::scope(|scope| {
                let racers = [
                    scope.spawn(|| lab.root().delete(&format!("/api/v1/users/{id}")).status),
                    // In every other round only: whoever is quick to own a project stays.
                    scope.spawn(|| match round % 2 {
                        0 => leaver.post("/api/v1/projects", &project(&format!("p{round}"))).status,
                        _ => leaver.get("/api/v1/projects").status,
                    }),
                    scope.spawn(|| bob.post("/api/v1/projects/Alloys/members", &json!({"username": name})).status),
                    scope.spawn(|| leaver.post("/api/v1/tokens", &json!({})).status),
                    scope.spawn(|| bob.post("/api/v1/projects", &json!({"name": format!("q{round}"), "description": "", "members": [name]})).status),
                ];
                for status in racers.map(|racer| racer.join().unwrap()) {
                    assert!(status < 500 || status == 503, "{status}");
                }
            });
            let left = lab.root().get(&format!("/api/v1/users/{id}")).expect(200).json();
            if left["status"] == "anonymised" {
                let seen = lab.root().get(&format!("/api/v1/users/{id}/access")).expect(200).json();
                assert_eq!(seen["projects"], json!([]), "round {round}");
            }
        }
        let unknown = lab.root().get("/api/v1/users?status=anonymised").expect(200);
        assert_ne!(unknown.header("count"), Some("0"), "none of them left");
    }

    fn a_kept_answer_is_emptied_for_a_name_and_not_for_a_word(lab: &Lab) {
        let ann = lab.person("ann");
        lab.person("owner");
        let create = || {
            let post = ann.request("POST", "/api/v1/projects").header("idempotency-key", "k");
            post.json(&project("Alloys")).send().expect(201)
        };
        let first = create();
        lab.root().delete("/api/v1/users/owner").expect(200);
        assert_eq!(create().body, first.body);
    }

    fn whoever_owns_projects_or_is_the_last_administrator_stays(lab: &Lab) {
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let said = problem(lab.root().delete("/api/v1/users/ann"), 409);
        assert_eq!(said["detail"], "ann owns 1 projects: hand them over or delete them first");
        problem(lab.root().delete("/api/v1/users/root"), 409);
        problem(ann.delete("/api/v1/users/ann"), 403);
        ann.get("/api/v1/users/ann").expect(200);
    }

    fn a_pseudonym_that_someone_has_taken_gets_a_number(lab: &Lab) {
        lab.person("ann");
        lab.person("gone-2");
        let gone = lab.root().delete("/api/v1/users/ann").expect(200).json();
        assert_eq!(text(&gone["username"]), "gone-2-2");
        lab.anonymous().basic("gone-2", PASSWORD).get("/api/v1/users").expect(200);
    }
}

fn what_is_left_is_a_pseudonym(backend: Backend) {
    let mut lab = Lab::with(backend, &[]);
    let (name, bob) = ("Ann \"A\" Other", lab.person("bob"));
    let body = json!({"username": name, "password": PASSWORD, "email": "other@example.org"});
    lab.anonymous().post("/api/v1/users", &body).expect(201);
    let ann = lab.anonymous().basic(name, PASSWORD);
    bob.post("/api/v1/projects", &project("Alloys")).expect(201);
    let id = ann.get("/api/v1/users?starts_with=ann").json()["users"][0]["id"].as_i64().unwrap();
    let token = lab.anonymous().bearer(&token_of(&ann));
    ann.post("/api/v1/tokens", &json!({"name": "Ann's laptop"})).expect(201);
    let member = json!({"username": name});
    let add = bob.request("POST", "/api/v1/projects/Alloys/members").header("idempotency-key", "k");
    add.json(&member).send().expect(201);
    lab.root().post(&format!("/api/v1/users/{id}/password-reset"), &json!({})).expect(201);
    assert!(holds(&stored(&lab.database), "Other"));

    let left = lab.root().delete(&format!("/api/v1/users/{id}")).expect(200).json();
    assert_eq!(left["username"], format!("gone-{id}"));
    assert_eq!(left["email"], format!("gone-{id}@anonymous.invalid"));
    assert_eq!((&left["status"], &left["id"]), (&json!("anonymised"), &json!(id)));
    assert_eq!(lab.root().delete(&format!("/api/v1/users/{id}")).expect(200).json(), left);

    problem(token.get("/api/v1/projects"), 401);
    problem(ann.get("/api/v1/projects"), 401);
    assert_eq!(bob.get("/api/v1/projects/Alloys").json()["members"], json!([]));
    // What was done with the key is not done again, and the answer no longer says to whom.
    let again =
        bob.request("POST", "/api/v1/projects/Alloys/members").header("idempotency-key", "k");
    assert_eq!(again.json(&member).send().expect(201).json(), json!({}));

    let db = Database::open(lab.database.url(), Options::default()).unwrap();
    let events = |subject: Subject| -> Vec<Event> {
        let read = db.read(Viewer::Everything, |view| events_of(view, subject, 0));
        read.unwrap_or_else(|error: Error| panic!("{error}"))
    };
    let history = events(UserId(id).into());
    let actions: Vec<_> = history.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(actions, ["user.registered", "user.password_reset_issued", "user.anonymised"]);
    let kept: Vec<_> = history.iter().map(|event| event.payload.is_some()).collect();
    assert_eq!(kept, [false, false, true]);
    assert!(history.iter().all(|event| event.intact), "an erased payload is no damage");
    for erased in &history[..2] {
        assert_eq!(events(Subject::Event(erased.seq))[0].action, "payload.erased");
    }
    let project = events(ProjectId(1).into());
    assert!(
        project.iter().all(|event| event.payload.is_some()),
        "a project's history names ids alone"
    );
    drop(db);
    lab.server.terminate();
    let stored = stored(&lab.database);
    for word in ["Other", "\" other", "other@example", "laptop"] {
        assert!(!holds(&stored, word), "{word} is still there");
    }
}

#[test]
fn what_is_left_of_someone_is_a_pseudonym_that_history_points_to_on_sqlite() {
    what_is_left_is_a_pseudonym(Backend::Sqlite);
}

#[test]
fn what_is_left_of_someone_is_a_pseudonym_that_history_points_to_on_postgresql() {
    what_is_left_is_a_pseudonym(Backend::Postgres);
}
