//! Records and the project that they are in.

use super::{BULK, SAMPLES, alloys, begin, change, made, matching, sample};
use crate::lab::{problem, project, text};
use crate::{Lab, fixture};
use omicron_tests::{Answer, on_both};
use serde_json::json;

fn archived(answer: Answer) {
    assert_eq!(problem(answer, 409)["type"], "urn:omicron:problem:archived");
}

on_both! {
    fn an_archived_project_is_read_and_nothing_in_it_changes(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        change(&ann, &href, 1, &json!({"title": "Bar"})).expect(200);
        let comments = format!("{href}/comments");
        let said = ann.post(&comments, &json!({"text": "Fine."})).expect(201);
        let said = text(&json!(said.header("location").unwrap()));
        let template = json!({"kind": "sample", "name": "Ingot", "project": "alloys"});
        let own = ann.post("/api/v1/templates", &template).expect(201);
        let own = text(&json!(own.header("location").unwrap()));
        ann.put("/api/v1/projects/alloys/archived", &json!({})).expect(200);
        archived(ann.post(SAMPLES, &json!({"title": "New"})));
        archived(change(&ann, &href, 2, &json!({"title": "New"})));
        archived(ann.patch(&href, &json!({"title": "New"}), &[]));
        archived(matching(&ann, "DELETE", &href, "*"));
        archived(matching(&ann, "DELETE", &format!("{href}/trashed"), "*"));
        archived(ann.post(&format!("{href}/revert"), &json!({"version": 1})));
        archived(ann.post(BULK, &json!({"items": [{"kind": "sample", "record": {"title": "New"}}]})));
        archived(ann.post(&comments, &json!({"text": "Late."})));
        archived(ann.patch(&said, &json!({"text": "Late."}), &[("if-match", "*")]));
        archived(matching(&ann, "DELETE", &said, "*"));
        archived(ann.post("/api/v1/templates", &json!({"kind": "sample", "name": "Bar", "project": "alloys"})));
        archived(ann.patch(&own, &json!({"name": "Bar"}), &[("if-match", "*")]));
        archived(matching(&ann, "PUT", &format!("{own}/retired"), "*"));
        for read in [SAMPLES, &href, &comments, &own, &format!("{href}/history"), &format!("{href}/history/1"),
                     &format!("{href}/diff?from=1&to=2"), &format!("{href}/graph"), "/api/v1/templates"] {
            ann.get(read).expect(200);
        }
        assert_eq!(ann.get(&href).json()["version"], 2);
        ann.delete("/api/v1/projects/alloys/archived").expect(200);
        change(&ann, &href, 2, &json!({"title": "New"})).expect(200);
    }

    fn a_project_in_which_something_was_written_is_not_deleted(lab: &Lab) {
        let ann = alloys(lab);
        let href = sample(&ann, "Ingot");
        let refused = problem(ann.delete("/api/v1/projects/alloys"), 409);
        assert_eq!(refused["detail"], "the project holds records or templates: archive it instead");
        matching(&ann, "DELETE", &href, "*").expect(200);
        problem(ann.delete("/api/v1/projects/alloys"), 409);
        ann.post("/api/v1/projects", &project("Steels")).expect(201);
        let template = json!({"kind": "sample", "name": "Ingot", "project": "steels"});
        ann.post("/api/v1/templates", &template).expect(201);
        problem(lab.root().delete("/api/v1/projects/steels"), 409);
        ann.post("/api/v1/projects", &project("Empty")).expect(201);
        ann.delete("/api/v1/projects/empty").expect(200);
        ann.get(&href).expect(200);
    }

    fn members_write_viewers_read_and_strangers_find_nothing(lab: &Lab) {
        let ann = alloys(lab);
        let (bob, carl, eve) = (made(lab, "bob", "member"), made(lab, "carl", "viewer"), lab.person("eve"));
        let href = text(&begin(&bob, SAMPLES, &json!({"title": "Ingot"}))["href"]);
        let title = json!({"title": "Bar"});
        // Who may not is told so before anything else.
        for tag in ["\"1\"", "\"9\"", "*"] {
            assert_eq!(problem(carl.patch(&href, &title, &[("if-match", tag)]), 403)["detail"],
                       "you may not create and change its records, and put them into the trash");
            problem(eve.patch(&href, &title, &[("if-match", tag)]), 404);
        }
        problem(carl.post(SAMPLES, &title), 403);
        let said = problem(eve.get(&href), 404);
        assert_eq!(said["detail"], "there is no such sample, or you may not see it");
        assert_eq!(carl.get(&href).expect(200).body, ann.get(&href).expect(200).body);
        let token = bob.post("/api/v1/tokens", &json!({"scopes": ["read"]})).expect(201).json();
        let reader = lab.anonymous().bearer(&text(&token["token"]));
        reader.get(&href).expect(200);
        assert_eq!(problem(change(&reader, &href, 1, &title), 403)["type"],
                   "urn:omicron:problem:insufficient-scope");
        assert_eq!(ann.get(&href).json()["version"], 1);
    }

    fn an_instrument_writes_in_its_own_project(lab: &Lab) {
        let ann = alloys(lab);
        ann.post("/api/v1/projects", &project("Steels")).expect(201);
        let accounts = "/api/v1/projects/alloys/service-accounts";
        ann.post(accounts, &json!({"username": "furnace"})).expect(201);
        let token = ann.post(&format!("{accounts}/furnace/tokens"), &json!({"scopes": ["write"]})).expect(201);
        let furnace = lab.anonymous().bearer(&text(&token.json()["token"]));
        // It is nobody, and so not in charge of anything.
        let melt = json!({"title": "Melt", "people": ["furnace"]});
        assert_eq!(super::pointers(furnace.post(SAMPLES, &melt)), ["/people/0"]);
        let made = begin(&furnace, SAMPLES, &json!({"title": "Melt", "people": ["ann"]}));
        let href = text(&made["href"]);
        furnace.post(&format!("{href}/comments"), &json!({"text": "1811 K"})).expect(201);
        let history = ann.get(&format!("{href}/history")).expect(200).json();
        assert_eq!(history["history"][0]["user"], "furnace");
        problem(furnace.post("/api/v1/projects/steels/samples", &json!({"title": "Melt"})), 404);
    }
}
