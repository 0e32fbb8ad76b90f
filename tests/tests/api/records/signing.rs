//! Signing records over HTTP: with the password each time, and what is signed stays as it is.

use super::{BULK, alloys, change, made, matching, sample};
use crate::lab::{PASSWORD, holds, invalid, problem, stored, token_of};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Client, on_both};
use serde_json::{Value, json};

fn approval() -> Value {
    json!({"meaning": "approved", "password": PASSWORD})
}

#[track_caller]
fn sign(client: &Client, href: &str, tag: &str, body: &Value) -> Answer {
    let request = client.request("POST", &format!("{href}/signatures"));
    request.header("if-match", tag).json(body).send()
}

fn unlock(client: &Client, href: &str) -> Answer {
    let request = client.request("POST", &format!("{href}/unlock")).header("if-match", "*");
    request.json(&json!({"reason": "The mass was misread."})).send()
}

fn signatures(client: &Client, href: &str) -> Value {
    client.get(&format!("{href}/signatures")).expect(200).json()["signatures"].clone()
}

on_both! {
    fn a_signature_says_who_when_and_what_is_meant(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        let body = json!({"meaning": "reviewed", "password": PASSWORD, "comment": "Run 3 is left out."});
        let made = sign(&ann, &href, "\"1\"", &body).expect(201);
        let shown = made.json();
        assert_eq!((&shown["signer"], &shown["meaning"]), (&json!("ann"), &json!("reviewed")));
        assert_eq!((&shown["version"], &shown["comment"]), (&json!(1), &json!("Run 3 is left out.")));
        assert_eq!((&shown["current"], &shown["intact"]), (&json!(true), &json!(true)));
        let (date, hash) = (shown["date_signed"].as_str().unwrap(), shown["hash"].as_str().unwrap());
        assert!(date.ends_with('Z') && date.len() >= 20, "{date}");
        assert_eq!(hash.len(), 64, "{hash}");
        let at = made.header("location").unwrap();
        assert_eq!(at, format!("{href}/signatures/{}", shown["id"]));
        assert_eq!(ann.get(at).expect(200).json(), shown);
        assert_eq!(signatures(&ann, &href), json!([shown]));
        problem(lab.person("eve").get(at), 404);
        problem(ann.get(&format!("{href}/signatures/404")), 404);
    }

    fn each_signing_takes_the_password_whatever_the_request_comes_with(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        let token = lab.anonymous().bearer(&token_of(&ann));
        let wrong = json!({"meaning": "approved", "password": "radium"});
        for client in [&ann, &token] {
            invalid(sign(client, &href, "\"1\"", &json!({"meaning": "approved"})), "/password");
            let refused = invalid(sign(client, &href, "\"1\"", &wrong), "/password");
            assert_eq!(refused["errors"][0]["message"], "is not the current password");
        }
        assert_eq!(signatures(&ann, &href), json!([]));
        sign(&token, &href, "\"1\"", &approval()).expect(201);
        // One who is logged in signs no more than once with what they have shown.
        invalid(sign(&token, &href, "\"1\"", &json!({"meaning": "authored"})), "/password");
        invalid(sign(&ann, &href, "\"1\"", &json!({"meaning": "liked", "password": PASSWORD})), "/meaning");
    }

    fn one_persons_password_signs_for_nobody_else(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        made(lab, "bob", "member");
        lab.root().put("/api/v1/users/bob/disabled", &json!({})).expect(200);
        let carl = json!({"username": "carl", "password": "carls own", "email": "c@example.org"});
        lab.anonymous().post("/api/v1/users", &carl).expect(201);
        let member = json!({"username": "carl", "role": "member"});
        ann.post("/api/v1/projects/alloys/members", &member).expect(201);
        let carl = lab.anonymous().basic("carl", "carls own");
        invalid(sign(&carl, &href, "\"1\"", &approval()), "/password");
        let own = json!({"meaning": "approved", "password": "carls own"});
        assert_eq!(sign(&carl, &href, "\"1\"", &own).expect(201).json()["signer"], "carl");
        // Someone who was switched off signs nothing.
        let bob = lab.anonymous().basic("bob", PASSWORD);
        problem(sign(&bob, &href, "\"1\"", &approval()), 403);
    }

    fn guesses_at_the_password_of_a_signature_end_in_a_pause(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        let token = lab.anonymous().bearer(&token_of(&ann));
        let wrong = json!({"meaning": "approved", "password": "radium"});
        let answers: Vec<u16> = (0..12).map(|_| sign(&token, &href, "\"1\"", &wrong).status).collect();
        assert!(answers.starts_with(&[400; 5]) && answers.ends_with(&[429]), "{answers:?}");
    }

    fn the_version_that_was_seen_is_signed_and_no_other(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        problem(ann.post(&format!("{href}/signatures"), &approval()), 428);
        problem(sign(&ann, &href, "*", &approval()), 428);
        change(&ann, &href, 1, &json!({"title": "Ingot 7"})).expect(200);
        let outdated = problem(sign(&ann, &href, "\"1\"", &approval()), 412);
        assert_eq!(outdated["current_version"], 2);
        let tag = ann.get(&href).header("etag").unwrap().to_owned();
        assert_eq!(sign(&ann, &href, &tag, &approval()).expect(201).json()["version"], 2);
        let twice = problem(sign(&ann, &href, "\"2\"", &approval()), 409);
        assert_eq!(twice["type"], "urn:omicron:problem:conflict");
    }

    fn a_signed_record_is_locked_until_a_maintainer_says_why_not(lab: &Lab) {
        let ann = alloys(lab);
        let bob = made(lab, "bob", "member");
        let href = sample(&bob, "Ingot");
        let id: i64 = href.rsplit('/').next().unwrap().parse().unwrap();
        sign(&bob, &href, "\"1\"", &json!({"meaning": "authored", "password": PASSWORD})).expect(201);
        let locked = bob.get(&href).expect(200).json();
        assert_eq!((&locked["locked"], &locked["signed_versions"]), (&json!(true), &json!([1])));
        let refused = problem(change(&ann, &href, 1, &json!({"title": "Ingot 7"})), 409);
        assert_eq!(refused["type"], "urn:omicron:problem:signed");
        assert_eq!(refused["detail"], "the record is signed: whoever maintains the project can unlock it");
        problem(matching(&ann, "DELETE", &href, "*"), 409);
        let revert = ann.request("POST", &format!("{href}/revert")).header("if-match", "*");
        problem(revert.json(&json!({"version": 1})).send(), 409);
        let item = json!({"items": [{"id": id, "version": 1, "change": {"title": "Ingot 7"}}]});
        invalid(ann.post(BULK, &item), "/items/0/id");
        // Others sign the same, and speak about it.
        sign(&ann, &href, "\"1\"", &approval()).expect(201);
        ann.post(&format!("{href}/comments"), &json!({"text": "Fine."})).expect(201);

        problem(unlock(&bob, &href), 403);
        let unlock_for_nothing = ann.request("POST", &format!("{href}/unlock")).header("if-match", "*");
        invalid(unlock_for_nothing.json(&json!({})).send(), "/reason");
        let body = json!({"reason": "x"});
        problem(ann.post(&format!("{href}/unlock"), &body), 428);
        let unlocked = unlock(&ann, &href).expect(200);
        assert!(unlocked.header("etag").unwrap().starts_with("\"2."));
        let body = unlocked.json();
        assert_eq!((&body["locked"], &body["signed_versions"]), (&json!(false), &json!([1])));
        problem(unlock(&ann, &href), 409);
        change(&bob, &href, 2, &json!({"title": "Ingot 7"})).expect(200);
        let history = ann.get(&format!("{href}/history")).expect(200).json()["history"].clone();
        assert_eq!(history[1]["action"], "record.unlocked");
        assert_eq!((&history[1]["reason"], &history[1]["user"]), (&json!("The mass was misread."), &json!("ann")));
        assert_eq!((history[0].get("reason"), &history[1]["changed"]), (None, &json!([])));
    }

    fn a_later_version_shows_the_signature_as_the_earlier_ones(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        sign(&ann, &href, "\"1\"", &approval()).expect(201);
        unlock(&ann, &href).expect(200);
        change(&ann, &href, 2, &json!({"title": "Ingot 7"})).expect(200);
        let shown = signatures(&ann, &href);
        assert_eq!((&shown[0]["version"], &shown[0]["current"], &shown[0]["intact"]), (&json!(1), &json!(false), &json!(true)));
        let record = ann.get(&href).expect(200).json();
        assert_eq!((&record["version"], &record["locked"], &record["signed_versions"]), (&json!(3), &json!(false), &json!([1])));
        let listed = ann.get("/api/v1/projects/alloys/samples?fields=locked,signed_versions").expect(200).json();
        assert_eq!(listed["samples"][0]["signed_versions"], json!([1]));
        let first = ann.get(&format!("{href}/history/1")).expect(200).json();
        assert_eq!(first["locked"], true);
    }

    fn a_signature_that_is_sent_again_is_given_once_and_no_password_is_kept(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        let password = "Zirconium-crucible-40";
        let body = json!({"current_password": PASSWORD, "new_password": password});
        ann.put("/api/v1/users/ann/password", &body).expect(204);
        let ann = lab.anonymous().basic("ann", password);
        let send = || {
            let request = ann.request("POST", &format!("{href}/signatures")).header("if-match", "\"1\"");
            let body = json!({"meaning": "approved", "password": password});
            request.header("idempotency-key", "c0ffee").json(&body).send().expect(201)
        };
        let (first, second) = (send(), send());
        assert_eq!(second.header("idempotency-replayed"), Some("true"));
        assert_eq!((first.json(), first.header("location")), (second.json(), second.header("location")));
        assert_eq!(signatures(&ann, &href).as_array().unwrap().len(), 1);
        assert!(!holds(&stored(&lab.database), password));
        assert!(!lab.server.log().contains(password));
    }
}
