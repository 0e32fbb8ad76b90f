//! `Idempotency-Key`: a POST that is sent again is done once.

use crate::lab::{PASSWORD, holds, invalid, person, problem, project, stored, token_of};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Backend, Client, on_both};
use serde_json::{Value, json};

const PROJECTS: &str = "/api/v1/projects";

fn send(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    client.request("POST", path).json(body).header("idempotency-key", key).send()
}

fn count(client: &Client, path: &str) -> String {
    client.get(path).expect(200).header("count").unwrap().to_owned()
}

/// Checks that an answer is the first one again, and says so.
#[track_caller]
fn replays(again: Answer, first: &Answer) {
    let again = again.expect(first.status);
    assert_eq!(again.header("idempotency-replayed"), Some("true"), "{again}");
    assert_eq!(first.header("idempotency-replayed"), None, "{first}");
    assert_eq!(again.body, first.body);
    for name in ["content-type", "location", "etag"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
    assert_ne!(again.header("request-id"), first.header("request-id"));
}

#[track_caller]
fn reused(answer: Answer) {
    assert_eq!(problem(answer, 422)["type"], "urn:omicron:problem:idempotency-key-reused");
}

on_both! {
    fn a_project_is_begun_once(lab: &Lab) {
        let ann = lab.person("ann");
        let first = send(&ann, PROJECTS, "k", &project("Alloys")).expect(201);
        assert!(first.header("location").is_some() && first.header("etag").is_some(), "{first}");
        replays(send(&ann, PROJECTS, "k", &project("Alloys")), &first);
        replays(send(&ann, "/projects", "\"k\"", &project("Alloys")), &first);
        assert_eq!(count(&ann, PROJECTS), "1");
        ann.delete("/api/v1/projects/alloys").expect(200);
        replays(send(&ann, PROJECTS, "k", &project("Alloys")), &first);
        assert_eq!(count(&ann, PROJECTS), "0");
    }

    fn so_is_everything_else_that_an_administrator_posts(lab: &Lab) {
        let root = lab.root();
        root.post(PROJECTS, &project("Alloys")).expect(201);
        for (path, body) in [
            ("/api/v1/users", person("ann")),
            ("/api/v1/users/ann/approval", json!({})),
            ("/api/v1/projects/alloys/members", json!({"username": "ann"})),
        ] {
            let first = send(&root, path, "k", &body);
            assert!(first.status < 300, "{first}");
            replays(send(&root, path, "k", &body), &first);
        }
        assert_eq!(count(&root, "/api/v1/users"), "2");
    }

    fn a_key_with_another_request_is_refused(lab: &Lab) {
        let ann = lab.person("ann");
        let first = send(&ann, PROJECTS, "k", &project("Alloys")).expect(201);
        reused(send(&ann, PROJECTS, "k", &project("Steels")));
        let spaced = format!(" {}", project("Alloys"));
        let bytes = ann.request("POST", PROJECTS).header("content-type", "application/json");
        reused(bytes.body(spaced).header("idempotency-key", "k").send());
        replays(send(&ann, PROJECTS, "k", &project("Alloys")), &first);
        assert_eq!(count(&ann, PROJECTS), "1");
        ann.post(PROJECTS, &project("Steels")).expect(201);
        let member = json!({"username": "root"});
        send(&ann, "/api/v1/projects/alloys/members", "k", &member).expect(201);
        reused(send(&ann, "/api/v1/projects/steels/members", "k", &member));
    }

    fn the_key_of_another_caller_is_another_key(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let first = send(&ann, PROJECTS, "k", &project("Alloys")).expect(201);
        let bobs = send(&bob, PROJECTS, "k", &project("Steels")).expect(201);
        assert_eq!(bobs.header("idempotency-replayed"), None);
        // Whatever the credential, it is Ann.
        let token = token_of(&ann);
        replays(send(&lab.anonymous().bearer(&token), PROJECTS, "k", &project("Alloys")), &first);
        problem(send(&lab.anonymous(), PROJECTS, "k", &project("Alloys")), 401);
    }

    fn what_failed_can_be_tried_again(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        bob.post(PROJECTS, &project("Alloys")).expect(201);
        invalid(send(&ann, PROJECTS, "k", &json!({"name": "Alloys"})), "/description");
        let taken = problem(send(&ann, PROJECTS, "k", &project("Alloys")), 422);
        assert_eq!(taken["type"], "urn:omicron:problem:taken");
        bob.delete("/api/v1/projects/alloys").expect(200);
        let made = send(&ann, PROJECTS, "k", &project("Alloys")).expect(201);
        assert_eq!(made.header("idempotency-replayed"), None);
    }

    fn of_sixteen_at_once_one_is_done(lab: &Lab) {
        let ann = lab.person("ann");
        let race = |_| {
            let ann = ann.clone();
            std::thread::spawn(move || send(&ann, PROJECTS, "k", &project("Alloys")))
        };
        let racers: Vec<_> = (0..16).map(race).collect();
        let answers: Vec<_> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
        let is_first = |answer: &&Answer| answer.header("idempotency-replayed").is_none();
        let first: Vec<_> = answers.iter().filter(is_first).collect();
        assert_eq!(first.len(), 1, "{}", first.len());
        for answer in &answers {
            assert_eq!((answer.status, &answer.body), (201, &first[0].body), "{answer}");
        }
        assert_eq!(count(&ann, PROJECTS), "1");
    }

    fn who_is_not_known_has_no_keys(lab: &Lab) {
        let post = |key: &str| send(&lab.anonymous(), "/api/v1/users", key, &person("ann"));
        post("k").expect(201);
        let again = problem(post("k"), 422);
        assert_eq!(again["type"], "urn:omicron:problem:taken");
        assert_eq!(problem(post("two words"), 422)["type"], again["type"]);
    }

    fn every_documented_post_takes_a_key_and_only_a_good_one(lab: &Lab) {
        let document = lab.anonymous().get("/openapi.json").expect(200).json();
        let mut without = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let Some(post) = item.get("post") else { continue };
            let named = post["parameters"].as_array().into_iter().flatten();
            let mut named = named.filter_map(|parameter| parameter["$ref"].as_str());
            if !named.any(|name| name == "#/components/parameters/Idempotency-Key") {
                without.push(path.as_str());
                continue;
            }
            for key in ["", "two words", "\"open", &"x".repeat(256)] {
                invalid(send(&lab.root(), path, key, &json!({})), "/Idempotency-Key");
            }
        }
        let none = ["password-resets", "/{username_or_id}/tokens", "/validate", "/token", "/tokens", "password-reset", "/webhooks", "/secret"];
        assert_eq!(without.len(), none.len(), "{without:?}");
        for (path, end) in without.iter().zip(none) {
            assert!(path.ends_with(end), "{path}");
        }
        send(&lab.root(), PROJECTS, &"x".repeat(255), &project("Alloys")).expect(201);
    }

    fn a_token_is_new_each_time_and_kept_nowhere(lab: &Lab) {
        let root = lab.root();
        send(&root, PROJECTS, "k", &project("Alloys")).expect(201);
        let issue = |path: &str| {
            let answer = send(&root, path, "k", &json!({})).expect(201);
            assert_eq!(answer.header("idempotency-replayed"), None);
            answer.json()["token"].as_str().unwrap().to_owned()
        };
        let tokens = [issue("/api/v1/token"), issue("/api/v1/token"), issue("/api/v1/tokens")];
        assert_ne!(tokens[0], tokens[1]);
        let stored = stored(&lab.database);
        assert!(holds(&stored, "about something"), "the project's answer is not found either");
        for token in &tokens {
            assert!(!holds(&stored, token), "{token} is in the database");
        }
        assert!(!holds(&stored, PASSWORD));
    }
}

#[test]
fn the_answer_outlives_a_killed_server() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let mut lab = Lab::with(backend, &[]);
        let first = send(&lab.root(), PROJECTS, "k", &project("Alloys")).expect(201);
        lab.server.kill();
        lab.server.restart();
        replays(send(&lab.root(), PROJECTS, "k", &project("Alloys")), &first);
        assert_eq!(count(&lab.root(), PROJECTS), "1");
    }
}
