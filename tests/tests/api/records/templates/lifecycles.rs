//! The lifecycles of templates: statuses, and who moves where.

use super::{SAMPLES, TEMPLATES, begin, change, four, ingot, patch, pointers, template};
use crate::lab::{problem, text};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Client, on_both};
use serde_json::{Value, json};

/// Four statuses; what is measured needs a yield and an end, and only maintainers approve it.
fn measured() -> Value {
    json!({
        "statuses": ["new", "measured", "approved", "lost"],
        "moves": [
            {"from": "new", "to": "measured", "filled": ["/data/yield", "/end", "/people"]},
            {"from": "measured", "to": "approved", "by": "maintainer"},
            {"from": "measured", "to": "new"},
            {"from": "new", "to": "lost", "filled": ["/body"]},
            {"from": "measured", "to": "lost"},
        ],
    })
}

fn to(client: &Client, href: &str, status: &str) -> Answer {
    client.patch(href, &json!({"status": status}), &[("if-match", "*")])
}

/// What is said of a status.
#[track_caller]
fn said(answer: Answer) -> String {
    let refused = problem(answer, 400);
    assert_eq!(refused["errors"][0]["pointer"], "/status", "{refused}");
    text(&refused["errors"][0]["message"])
}

on_both! {
    fn a_move_is_made_by_whom_the_template_says(lab: &Lab) {
        let [ann, dora, bob, carl] = four(lab);
        let made = template(&ann, &json!({"lifecycle": measured()}));
        let filled = json!({"title": "Ingot", "template": made["id"], "data": {"yield": 0.5}, "people": ["bob"],
                            "end": "2026-11-24T09:30:00Z", "status": "measured"});
        let by_maintainer = "may be given by a maintainer or the owner alone";
        for approver in [&ann, &dora, &lab.root()] {
            let href = text(&begin(&bob, SAMPLES, &filled)["href"]);
            assert_eq!(said(to(&bob, &href, "approved")), by_maintainer);
            problem(to(&carl, &href, "approved"), 403);
            assert_eq!(to(approver, &href, "approved").expect(200).json()["status"], "approved");
            assert_eq!(said(to(approver, &href, "new")), "can't follow approved: from there it is the last one");
        }
        let href = text(&begin(&bob, SAMPLES, &filled)["href"]);
        to(&bob, &href, "new").expect(200);
        assert_eq!(said(to(&dora, &href, "approved")), "can't follow new: from there it is measured, lost");
        assert_eq!(said(to(&dora, &href, "available")),
                   "must be one of the statuses of its lifecycle: new, measured, approved, lost");
    }

    fn what_must_be_filled_before_a_move_is_told_by_pointer(lab: &Lab) {
        let [ann, ..] = four(lab);
        let made = template(&ann, &json!({"lifecycle": measured()}));
        let body = json!({"title": "Ingot", "template": made["id"]});
        let created = begin(&ann, SAMPLES, &body);
        assert_eq!(created["status"], "new");
        let href = text(&created["href"]);
        let refused = problem(to(&ann, &href, "measured"), 400);
        let message = "must be filled before the status is measured";
        assert_eq!(refused["errors"], json!([
            {"pointer": "/data/yield", "message": message}, {"pointer": "/end", "message": message},
            {"pointer": "/people", "message": message},
        ]));
        let end = "2026-11-24T09:30:00Z";
        for (value, is_filled) in [(json!(""), false), (json!(" "), false), (json!([]), false), (json!({}), false),
                                   (json!([null]), true), (json!(0), true), (json!(false), true), (json!("x"), true)] {
            let wanted = json!({"title": "Ingot", "template": made["id"], "data": {"yield": value},
                                "people": ["ann"], "end": end, "status": "measured"});
            let answer = ann.post(SAMPLES, &wanted);
            if is_filled {
                answer.expect(201);
            } else {
                assert_eq!(pointers(answer), ["/data/yield"], "{value}");
            }
        }
        // What is filled in the same request counts.
        let all = json!({"status": "measured", "data": {"yield": 1}, "end": end, "people": ["ann"]});
        change(&ann, &href, 1, &all).expect(200);
    }

    fn a_new_record_has_any_status_to_which_its_author_could_bring_it(lab: &Lab) {
        let [ann, _, bob, _] = four(lab);
        let made = template(&ann, &json!({"lifecycle": measured()}));
        let with = |status: &str| json!({"title": "Ingot", "template": made["id"], "status": status});
        assert_eq!(begin(&bob, SAMPLES, &with("new"))["status"], "new");
        assert_eq!(begin(&bob, SAMPLES, &with("lost"))["status"], "lost", "one of two ways asks for nothing");
        assert_eq!(pointers(bob.post(SAMPLES, &with("measured"))), ["/data/yield", "/end", "/people"]);
        assert_eq!(said(bob.post(SAMPLES, &with("approved"))), "may be given by a maintainer or the owner alone");
        begin(&ann, SAMPLES, &with("approved"));
        assert_eq!(said(bob.post(SAMPLES, &with("available"))),
                   "must be one of the statuses of its lifecycle: new, measured, approved, lost");
        let island = json!({"statuses": ["here", "there"], "moves": []});
        let island = template(&ann, &json!({"name": "Island", "lifecycle": island}));
        let there = json!({"title": "x", "template": island["id"], "status": "there"});
        assert_eq!(said(ann.post(SAMPLES, &there)), "can't be reached: no move of its lifecycle leads to there");
    }

    fn a_record_that_follows_another_template_needs_a_status_of_that(lab: &Lab) {
        let [ann, _, bob, _] = four(lab);
        let made = template(&ann, &json!({"lifecycle": measured()}));
        let href = text(&begin(&bob, SAMPLES, &json!({"title": "Ingot"}))["href"]);
        let follow = |status: Value| {
            let mut body = json!({"template": made["id"]});
            if !status.is_null() {
                body["status"] = status;
            }
            change(&bob, &href, 1, &body)
        };
        assert_eq!(said(follow(json!(null))), "must be one of new, measured, approved, lost: give it one of them");
        assert_eq!(said(follow(json!("approved"))), "may be given by a maintainer or the owner alone");
        assert_eq!(said(follow(json!("available"))), "must be one of new, measured, approved, lost: give it one of them");
        let now = follow(json!("new")).expect(200).json();
        assert_eq!((&now["status"], &now["template"]["id"]), (&json!("new"), &made["id"]));
        assert_eq!(said(change(&bob, &href, 2, &json!({"template": null}))),
                   "must be one of available, in use, consumed: give it one of them");
        change(&bob, &href, 2, &json!({"template": null, "status": "consumed"})).expect(200);
    }

    fn a_lifecycle_that_makes_no_sense_is_refused_where_it_does_not(lab: &Lab) {
        let [ann, ..] = four(lab);
        let good = template(&ann, &json!({}));
        let with = |moves: Value| json!({"statuses": ["a", "b"], "moves": moves});
        for (lifecycle, pointer) in [
            (json!({"statuses": ["a", "b", "A"], "moves": []}), "/lifecycle/statuses/2"),
            (with(json!([{"from": "a", "to": "c"}])), "/lifecycle/moves/0/to"),
            (with(json!([{"from": "A", "to": "b"}])), "/lifecycle/moves/0/from"),
            (with(json!([{"from": "a", "to": "b"}, {"from": "a", "to": "b"}])), "/lifecycle/moves/1"),
            (with(json!([{"from": "a", "to": "a"}])), "/lifecycle/moves/0"),
            (with(json!([{"from": "a", "to": "b", "filled": ["/end", "/status"]}])), "/lifecycle/moves/0/filled/1"),
            (with(json!([{"from": "a", "to": "b", "by": "viewer"}])), "/lifecycle/moves/0/by"),
            (json!({"statuses": [], "moves": []}), "/lifecycle/statuses"),
        ] {
            let body = json!({"name": "Bad", "lifecycle": lifecycle});
            assert_eq!(pointers(ann.post(TEMPLATES, &ingot(&body))), [pointer], "{lifecycle}");
            let body = json!({"lifecycle": lifecycle, "records": "keep"});
            assert_eq!(pointers(patch(&ann, &good, &body)), [pointer], "{lifecycle}");
        }
    }
}
