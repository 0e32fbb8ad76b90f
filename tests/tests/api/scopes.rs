//! Tokens that are good for less than everything, and accounts that have nothing else.

use crate::lab::{PASSWORD, invalid, problem, project, text};
use crate::{Lab, fixture};
use omicron_tests::{Client, Server, on_both};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

const ALLOYS: &str = "/api/v1/projects/Alloys";

fn ann_with_alloys(lab: &Lab) -> Client {
    let ann = lab.person("ann");
    ann.post("/api/v1/projects", &project("Alloys")).expect(201);
    ann
}

fn with(lab: &Lab, made: &Value) -> Client {
    lab.anonymous().bearer(&text(&made["token"]))
}

/// An instrument of Ann's project, and a token of it.
fn furnace(lab: &Lab, ann: &Client, scopes: &Value) -> (Client, Value) {
    let account = json!({"username": "furnace-3"});
    let account = ann.post(&format!("{ALLOYS}/service-accounts"), &account).expect(201).json();
    assert_eq!(account["service_account"], true);
    let tokens = format!("{ALLOYS}/service-accounts/furnace-3/tokens");
    let made = ann.post(&tokens, &json!({"scopes": scopes, "name": "control"})).expect(201).json();
    (with(lab, &made), made)
}

on_both! {
    fn a_token_says_what_it_is_called_and_good_for(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        let all = ann.post("/api/v1/tokens", &json!({})).expect(201).json();
        assert_eq!((&all["name"], &all["scopes"], &all["project_id"]), (&Value::Null, &json!(["admin"]), &Value::Null));
        let asked = json!({"name": "plots", "scopes": ["write", "ingest"], "project": "alloys"});
        let made = ann.post("/api/v1/tokens?expiration=3600", &asked).expect(201).json();
        let listed = ann.get("/api/v1/tokens").expect(200).json()["tokens"][0].clone();
        for field in ["id", "name", "scopes", "project_id", "expiration_date"] {
            assert_eq!(listed[field], made[field], "{field}");
        }
        assert_eq!((&listed["name"], &listed["scopes"]), (&json!("plots"), &json!(["ingest", "write"])));
        assert!(listed.get("token").is_none() && listed.get("signing_key").is_none());
    }

    fn a_token_that_is_asked_for_wrongly_is_not_made(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        for (pointer, body) in [
            ("/scopes", json!({"scopes": []})),
            ("/scopes/0", json!({"scopes": ["everything"]})),
            ("/scopes", json!({"scopes": "read"})),
            ("/username", json!({"username": "ann"})),
            ("/scope", json!({"scope": "read"})),
            ("/name", json!({"name": ""})),
            ("/name", json!({"name": "x".repeat(65)})),
            ("/name", json!({"name": "a\u{202e}b"})),
        ] {
            let said = problem(ann.post("/api/v1/tokens", &body), 400);
            let pointers = said["errors"].as_array().unwrap();
            assert!(pointers.iter().any(|error| error["pointer"] == pointer), "{said}");
        }
        // What says nothing that is JSON means nothing, as ever.
        for body in ["expiration=5", "[]", "nonsense", "{}", "null"] {
            let post = ann.request("POST", "/api/v1/tokens").header("content-type", "application/json");
            let made = post.body(body.as_bytes().to_vec()).send().expect(201).json();
            assert_eq!(made["scopes"], json!(["admin"]));
            ann.delete(&format!("/api/v1/tokens/{}", made["id"])).expect(200);
        }
        invalid(ann.post("/api/v1/tokens", &json!({"project": "nothing"})), "/project");
        let eve = lab.person("eve");
        invalid(eve.post("/api/v1/tokens", &json!({"project": "Alloys"})), "/project");
        assert_eq!(ann.get("/api/v1/tokens").json()["tokens"], json!([]));
    }

    fn a_token_is_good_for_its_scopes_and_says_which_one_is_missing(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        let reader = with(lab, &ann.post("/api/v1/tokens", &json!({"scopes": ["read"]})).json());
        reader.get(ALLOYS).expect(200);
        reader.get("/api/v1/users").expect(200);
        let refused = reader.patch(ALLOYS, &json!({"description": "new"}), &[]);
        let challenges = refused.headers_named("www-authenticate").join(" ");
        assert!(challenges.contains(r#"error="insufficient_scope", scope="write""#), "{challenges}");
        let said = problem(refused, 403);
        assert_eq!(
            said["detail"],
            "this token may not be used to rename and describe it: that takes the scope write, in \
             this project"
        );
        let writer = with(lab, &ann.post("/api/v1/tokens", &json!({"scopes": ["write"]})).json());
        writer.patch(ALLOYS, &json!({"description": "new"}), &[]).expect(200);
        problem(writer.delete(ALLOYS), 403);
        let ingest = with(lab, &ann.post("/api/v1/tokens", &json!({"scopes": ["ingest"]})).json());
        problem(ingest.get(ALLOYS), 403);
        // Whatever it is good for, it can be given back.
        for token in [reader, writer, ingest] {
            token.delete("/api/v1/token").expect(200);
            problem(token.get(ALLOYS), 401);
        }
    }

    fn a_token_for_one_project_shows_that_one_alone(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        ann.post("/api/v1/projects", &project("Glass")).expect(201);
        for owner in [&ann, &lab.root()] {
            let token = with(lab, &owner.post("/api/v1/tokens", &json!({"project": "Alloys"})).json());
            token.get(ALLOYS).expect(200);
            problem(token.get("/api/v1/projects/Glass"), 404);
            problem(token.patch("/api/v1/projects/Glass", &json!({"description": "x"}), &[]), 404);
            let list = token.get("/api/v1/projects").expect(200);
            assert_eq!(list.header("count"), Some("1"));
            assert_eq!(list.json()["projects"][0]["name"], "Alloys");
            problem(token.get("/api/v1/users"), 403);
            problem(token.post("/api/v1/projects", &project("Mine")), 403);
        }
    }

    fn what_a_token_may_not_see_it_can_not_ask_for_either(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        let make = |body: Value| with(lab, &ann.post("/api/v1/tokens", &body).expect(201).json());
        let (ingest, here) = (make(json!({"scopes": ["ingest"]})), make(json!({"project": "Alloys"})));
        let explain = |token: &Client, rest: &str| {
            let answer = token.get(&format!("/api/v1/access/explain?{rest}"));
            (answer.status, answer.json()["status"].clone())
        };
        let told = (200, json!(403));
        for who in ["root", "nobody"] {
            assert_eq!(here.patch(&format!("/api/v1/users/{who}"), &json!({"email": "a@b"}), &[]).status, 403);
            for token in [&ingest, &here] {
                assert_eq!(explain(token, &format!("action=read_users&user={who}")).0, 403);
                assert_eq!(explain(token, &format!("action=change_email&resource=user:{who}")), told);
            }
        }
        for project in ["Alloys", "Nothing"] {
            assert_eq!(explain(&ingest, &format!("action=read_project&resource=project:{project}")), told);
        }
        assert_eq!(explain(&here, "action=read_project&resource=project:Alloys"), (200, Value::Null));
        assert_eq!(explain(&ingest, "action=read_users"), told);
    }

    fn an_answer_that_was_kept_is_not_for_a_token_that_is_good_for_less(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        ann.post("/api/v1/projects", &project("Glass")).expect(201);
        lab.person("bob");
        let elsewhere = with(lab, &ann.post("/api/v1/tokens", &json!({"project": "Glass"})).json());
        let add = |client: &Client| {
            let post = client.request("POST", &format!("{ALLOYS}/members")).header("idempotency-key", "k");
            post.json(&json!({"username": "bob"})).send()
        };
        let first = add(&ann).expect(201);
        assert_eq!(add(&ann).expect(201).body, first.body);
        problem(add(&elsewhere), 422);
    }

    fn a_token_ends_with_the_project_that_it_is_for(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        let token = with(lab, &ann.post("/api/v1/tokens", &json!({"project": "Alloys"})).json());
        token.get(ALLOYS).expect(200);
        ann.delete(ALLOYS).expect(200);
        problem(token.get("/api/v1/projects"), 401);
    }

    fn tokens_end_one_by_one(lab: &Lab) {
        let (ann, eve) = (ann_with_alloys(lab), lab.person("eve"));
        let made: Vec<Value> =
            (0..3).map(|_| ann.post("/api/v1/tokens", &json!({})).expect(201).json()).collect();
        let path = |token: &Value| format!("/api/v1/tokens/{}", token["id"]);
        problem(eve.delete(&path(&made[1])), 404);
        ann.delete(&path(&made[1])).expect(200);
        problem(ann.delete(&path(&made[1])), 404);
        let live = made.iter().map(|token| with(lab, token).get(ALLOYS).status).collect::<Vec<_>>();
        assert_eq!(live, [200, 401, 200]);
        lab.root().delete(&path(&made[0])).expect(200);
        let reader = ann.post("/api/v1/tokens", &json!({"scopes": ["read"]})).json();
        problem(with(lab, &reader).delete(&path(&made[2])), 403);
        // Of others' tokens it is not even told that they are there.
        let eves = eve.post("/api/v1/tokens", &json!({})).json();
        problem(with(lab, &reader).delete(&path(&eves)), 404);
        with(lab, &reader).delete(&path(&reader)).expect(200);
        for nonsense in ["x", "99999999999999999999", "-1", "0"] {
            problem(ann.delete(&format!("/api/v1/tokens/{nonsense}")), 404);
        }
    }

    fn an_instrument_calls_with_a_token_that_has_no_end(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        let (furnace, made) = furnace(lab, &ann, &json!(["write"]));
        assert_eq!(made["expiration_date"], Value::Null);
        assert_eq!(made["project_id"], ann.get(ALLOYS).json()["id"]);
        assert_eq!(furnace.get(ALLOYS).expect(200).json()["members"][0]["username"], "furnace-3");
        problem(furnace.patch(ALLOYS, &json!({"description": "x"}), &[]), 403);
        problem(furnace.get("/api/v1/users"), 403);
        let list = ann.get(&format!("{ALLOYS}/service-accounts")).expect(200).json();
        assert_eq!(list["service_accounts"][0]["username"], "furnace-3");
        let tokens = format!("{ALLOYS}/service-accounts/furnace-3/tokens");
        let listed = ann.get(&tokens).expect(200).json();
        assert_eq!((&listed["tokens"][0]["id"], &listed["tokens"][0]["name"]), (&made["id"], &json!("control")));
        ann.delete(&format!("/api/v1/tokens/{}", made["id"])).expect(200);
        problem(furnace.get(ALLOYS), 401);
        // For a JSON Schema, 60.0 and 6e1 are integers.
        let float = ann.request("POST", &tokens).header("content-type", "application/json");
        float.body(br#"{"scopes": ["ingest"], "expiration": 6.0e1}"#.to_vec()).send().expect(201);
        let short = json!({"scopes": ["ingest"], "expiration": 60});
        assert!(ann.post(&tokens, &short).expect(201).json()["expiration_date"].is_string());
        // Nobody logs in to it, whatever the password.
        for password in ["!", "", PASSWORD] {
            problem(lab.anonymous().basic("furnace-3", password).get(ALLOYS), 401);
        }
    }

    fn an_instrument_belongs_to_its_project_and_to_nothing_else(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        ann.post("/api/v1/projects", &project("Glass")).expect(201);
        furnace(lab, &ann, &json!(["read"]));
        let it = json!({"username": "Furnace-3"});
        invalid(ann.post("/api/v1/projects/Glass/members", &it), "/username");
        invalid(ann.put(&format!("{ALLOYS}/owner"), &it), "/username");
        let new = json!({"name": "New", "description": "", "members": ["furnace-3"]});
        invalid(ann.post("/api/v1/projects", &new), "/members/0");
        let member = format!("{ALLOYS}/members/furnace-3");
        invalid(ann.patch(&member, &json!({"role": "maintainer"}), &[]), "/role");
        ann.patch(&member, &json!({"role": "viewer"}), &[]).expect(200);
        let boss = json!({"username": "boss", "role": "maintainer"});
        invalid(ann.post(&format!("{ALLOYS}/service-accounts"), &boss), "/role");
        problem(ann.post("/api/v1/projects/Glass/service-accounts/furnace-3/tokens", &json!({"scopes": ["read"]})), 404);
        problem(ann.post(&format!("{ALLOYS}/service-accounts/ann/tokens"), &json!({"scopes": ["read"]})), 404);
        problem(ann.post(&format!("{ALLOYS}/service-accounts"), &it), 422);
    }

    fn an_instrument_is_switched_off_with_its_membership_or_its_project(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        let (first, _) = furnace(lab, &ann, &json!(["read"]));
        first.get(ALLOYS).expect(200);
        ann.delete(&format!("{ALLOYS}/members/furnace-3")).expect(204);
        problem(first.get("/api/v1/projects"), 401);
        let second = json!({"username": "furnace-4"});
        ann.post(&format!("{ALLOYS}/service-accounts"), &second).expect(201);
        ann.delete(ALLOYS).expect(200);
        for name in ["furnace-3", "furnace-4"] {
            let left = lab.root().get(&format!("/api/v1/users/{name}")).expect(200).json();
            assert_eq!(left["status"], "disabled", "{left}");
        }
    }

    fn a_token_makes_no_other_token_not_even_for_an_instrument(lab: &Lab) {
        let ann = ann_with_alloys(lab);
        furnace(lab, &ann, &json!(["read"]));
        let token = with(lab, &ann.post("/api/v1/tokens", &json!({})).json());
        let said = problem(token.post("/api/v1/tokens", &json!({})), 403);
        assert!(text(&said["detail"]).contains("takes a password"), "{said}");
        let tokens = format!("{ALLOYS}/service-accounts/furnace-3/tokens");
        problem(token.post(&tokens, &json!({"scopes": ["read"]})), 403);
        invalid(ann.post(&tokens, &json!({})), "/scopes");
        let endless = json!({"scopes": ["read"], "expiration": 0});
        invalid(ann.post(&tokens, &endless), "/expiration");
    }

    fn a_token_or_person_that_is_no_more_is_refused_everywhere_within_a_second(lab: &Lab) {
        let key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        let start = || Server::builder().database(lab.database.url()).env("TOKEN_SECRET_KEY", key).start();
        let (here, there) = (start(), start());
        let ann = lab.person("ann");
        let call = |token: &str| there.client().bearer(token).get("/api/v1/users/ann").status;
        let make = || here.client().basic("ann", PASSWORD).post("/api/v1/tokens", &json!({})).expect(201).json();
        let refused = |token: &str| {
            // A busy machine may take more than the second after which nobody is believed any more.
            let since = Instant::now();
            while call(token) == 200 {
                assert!(since.elapsed() < Duration::from_secs(3), "still accepted");
                thread::sleep(Duration::from_millis(20));
            }
            assert_eq!(call(token), 401);
        };
        let token = make();
        assert_eq!(call(&text(&token["token"])), 200);
        here.client().basic("ann", PASSWORD).delete(&format!("/api/v1/tokens/{}", token["id"])).expect(200);
        refused(&text(&token["token"]));
        let token = text(&make()["token"]);
        assert_eq!(call(&token), 200);
        lab.root().put("/api/v1/users/ann/disabled", &json!({})).expect(200);
        refused(&token);
        problem(ann.get("/api/v1/users/ann"), 403);
    }
}
