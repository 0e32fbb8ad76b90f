//! What is posted about records with an `Idempotency-Key` is done once.

use super::{BULK, SAMPLES, alloys, change, sample};
use crate::lab::problem;
use crate::{Lab, fixture};
use omicron_tests::{Answer, Client, on_both};
use serde_json::{Value, json};

fn send(client: &Client, path: &str, body: &Value) -> Answer {
    let request = client.request("POST", path).json(body).header("idempotency-key", "k");
    request.header("if-match", "\"1\"").send()
}

on_both! {
    fn a_post_that_is_sent_again_gets_the_first_answer(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        let template = json!({"kind": "sample", "name": "Ingot", "project": "alloys"});
        let bulk = json!({"items": [{"kind": "sample", "record": {"title": "b"}},
                                    {"id": 1, "version": 1, "change": {"title": "Bar"}}]});
        let cases = [
            (SAMPLES.to_owned(), json!({"title": "a"}), 201),
            (format!("{href}/comments"), json!({"text": "Fine."}), 201),
            (format!("{href}/revert"), json!({"version": 1}), 200),
            (BULK.to_owned(), bulk, 200),
            ("/api/v1/templates".to_owned(), template, 201),
        ];
        for (path, body, status) in &cases {
            let first = send(&ann, path, body).expect(*status);
            assert_eq!(first.header("idempotency-replayed"), None, "{first}");
            let again = send(&ann, path, body).expect(*status);
            assert_eq!(again.header("idempotency-replayed"), Some("true"), "{again}");
            assert_eq!(again.body, first.body, "{path}");
            for name in ["location", "etag"] {
                assert_eq!(again.header(name), first.header(name), "{path}");
            }
            let mut other = body.clone();
            other["more"] = json!(1);
            let reused = send(&ann, path, &other);
            assert!([400, 422].contains(&reused.status), "{reused}");
        }
        let all = ann.get(SAMPLES).expect(200).json();
        assert_eq!(super::each(&all["samples"], "title"), ["Bar", "a", "b"]);
        assert_eq!(ann.get(&href).json()["version"], 2);
        assert_eq!(ann.get(&format!("{href}/comments")).header("count"), Some("1"));
        assert_eq!(ann.get("/api/v1/templates").header("count"), Some("1"));
    }

    fn the_first_answer_stays_what_it_was_whatever_has_changed(lab: &Lab) {
        let ann = alloys(lab);
        let first = send(&ann, SAMPLES, &json!({"title": "a"})).expect(201);
        change(&ann, &format!("{SAMPLES}/1"), 1, &json!({"title": "b"})).expect(200);
        assert_eq!(send(&ann, SAMPLES, &json!({"title": "a"})).expect(201).body, first.body);
        let reused = problem(send(&ann, SAMPLES, &json!({"title": "c"})), 422);
        assert_eq!(reused["type"], "urn:omicron:problem:idempotency-key-reused");
    }

    fn what_was_refused_or_only_tried_leaves_its_key_free(lab: &Lab) {
        let ann = alloys(lab);
        problem(send(&ann, SAMPLES, &json!({"title": "a", "status": "x"})), 400);
        send(&ann, SAMPLES, &json!({"title": "a"})).expect(201);
        let items = json!({"items": [{"kind": "sample", "record": {"title": "b"}}]});
        let tried = send(&ann, &format!("{BULK}?dry_run=true"), &items).expect(200);
        assert_eq!(tried.json()["dry_run"], true);
        let done = send(&ann, BULK, &items).expect(200);
        assert_eq!((done.header("idempotency-replayed"), &done.json()["dry_run"]), (None, &json!(false)));
        assert_eq!(ann.get(SAMPLES).json()["total"]["count"], 2);
    }
}
