//! The schemas of what is sent about records, templates and comments.

use crate::bodies::check;
use serde_json::{Value, json};

/// A new record with one more member.
fn record(field: &str, value: Value) -> Value {
    let mut body = json!({"title": "Ingot 7"});
    body[field] = value;
    body
}

fn link(relation: &str, target: &Value) -> Value {
    record("links", json!([{"relation": relation, "target": target}]))
}

#[test]
fn a_new_record_has_a_title_and_may_have_all_else() {
    check(
        "new-record",
        vec![
            (json!({}), &["/title"]),
            (record("title", json!("x".repeat(255))), &[]),
            (record("title", json!("x".repeat(256))), &["/title"]),
            (record("title", json!("")), &["/title"]),
            (record("title", json!("a\nb")), &["/title"]),
            (record("title", json!("a\u{202e}b")), &["/title"]),
            (record("title", json!(null)), &["/title"]),
            (record("name", json!("x")), &["/name"]),
            (record("status", json!("in use")), &[]),
            (record("status", json!("")), &["/status"]),
            (record("status", json!("x".repeat(65))), &["/status"]),
            (record("template", json!(3)), &[]),
            (record("template", json!(null)), &[]),
            (record("template", json!(0)), &["/template"]),
            (record("template", json!("Ingot")), &["/template"]),
            (record("data", json!({"any": [1.0, null, {"a/b": {}}]})), &[]),
            (record("data", json!([1])), &["/data"]),
            (record("data", json!(null)), &["/data"]),
            (record("body", json!("# One\r\n\ttwo")), &[]),
            (record("body", json!("x".repeat(200_000))), &[]),
            (record("body", json!("x".repeat(200_001))), &["/body"]),
            (record("body", json!("\u{1b}[0m")), &["/body"]),
            (record("tags", json!(["a", "A", "x y"])), &[]),
            (record("tags", json!(["a", "", 7])), &["/tags/1", "/tags/2"]),
            (record("tags", json!(["x".repeat(65)])), &["/tags/0"]),
            (record("tags", json!(vec!["a"; 101])), &["/tags"]),
            (record("people", json!(["ann", "gone-1"])), &[]),
            (record("people", json!(["ann", 7])), &["/people/1"]),
            (record("people", json!(vec!["ann"; 101])), &["/people"]),
        ],
    );
}

#[test]
fn a_link_names_a_relation_and_a_record_or_an_earlier_item() {
    for relation in [
        "derived_from",
        "part_of",
        "produced_by",
        "uses",
        "measured_by",
        "follows",
        "succeeds",
        "refers_to",
    ] {
        check("new-record", vec![(link(relation, &json!(12)), &[])]);
    }
    let long = format!("#{}", "x".repeat(64));
    check(
        "new-record",
        vec![
            (link("made_of", &json!(12)), &["/links/0/relation"]),
            (link("uses", &json!("#melt")), &[]),
            (link("uses", &json!(long)), &[]),
            (link("uses", &json!(format!("{long}x"))), &["/links/0/target"]),
            (link("uses", &json!("melt")), &["/links/0/target"]),
            (link("uses", &json!("#")), &["/links/0/target"]),
            (link("uses", &json!("#a b")), &["/links/0/target"]),
            (link("uses", &json!(0)), &["/links/0/target"]),
            (link("uses", &json!(1.5)), &["/links/0/target"]),
            (link("uses", &json!(null)), &["/links/0/target"]),
            (record("links", json!([{"relation": "uses"}])), &["/links/0/target"]),
            (record("links", json!([{"target": 1, "relation": "uses", "x": 1}])), &["/links/0/x"]),
            (
                record("links", json!(vec![json!({"relation": "uses", "target": 1}); 1001])),
                &["/links"],
            ),
        ],
    );
}

#[test]
fn a_time_has_a_day_an_hour_and_a_zone() {
    for field in ["start", "end"] {
        let at = format!("/{field}");
        let pointers: &[&str] = &[&at];
        for good in
            [json!("2026-11-24T09:30:00Z"), json!("2026-11-24T09:30:00.5+02:00"), json!(null)]
        {
            check("new-record", vec![(record(field, good.clone()), &[])]);
            check("change-record", vec![(json!({field: good}), &[])]);
        }
        for bad in [json!("2026-11-24"), json!("2026-11-24T09:30:00"), json!("soon"), json!(1)] {
            check("new-record", vec![(record(field, bad.clone()), pointers)]);
            check("change-record", vec![(json!({field: bad}), pointers)]);
        }
    }
}

#[test]
fn a_change_of_a_record_changes_something_and_null_empties_what_may_be_empty() {
    check(
        "change-record",
        vec![
            (json!({}), &[""]),
            (json!({"title": "x"}), &[]),
            (json!({"title": null}), &["/title"]),
            (json!({"status": null}), &["/status"]),
            (json!({"kind": "sample"}), &["/kind"]),
            (json!({"version": 1}), &["/version"]),
            (json!({"data": {"a": null}}), &[]),
            (json!({"data": 1}), &["/data"]),
            (
                json!({"template": null, "data": null, "body": null, "tags": null, "people": null,
                       "links": null, "start": null, "end": null}),
                &[],
            ),
        ],
    );
}

#[test]
fn an_item_begins_a_record_or_changes_one() {
    check(
        "bulk-item",
        vec![
            (json!({"kind": "sample", "record": {}}), &[]),
            (json!({"kind": "sample", "record": {}, "ref": "melt-1"}), &[]),
            (json!({"kind": "sample", "record": {}, "ref": "a b"}), &["/ref"]),
            (json!({"kind": "sample", "record": {}, "ref": ""}), &["/ref"]),
            (json!({"kind": "samples", "record": {}}), &["/kind"]),
            (json!({"kind": "sample"}), &["/record"]),
            (json!({"record": {}}), &["/kind"]),
            (json!({"kind": "sample", "record": []}), &["/record"]),
            (json!({"id": 1, "version": 1, "change": {}}), &[]),
            (json!({"id": 1, "change": {}}), &["/version"]),
            (json!({"id": 1, "version": 0, "change": {}}), &["/version"]),
            (json!({"version": 1}), &["/id"]),
            (json!({"id": 1, "version": 1, "change": {}, "as": 1}), &["/as"]),
        ],
    );
    check(
        "bulk-records",
        vec![
            (json!({"items": [{}]}), &[]),
            (json!({"items": []}), &["/items"]),
            (json!({"items": [{}, 1]}), &["/items/1"]),
            (json!({"items": vec![json!({}); 10_000]}), &[]),
            (json!({"items": vec![json!({}); 10_001]}), &["/items"]),
            (json!({"items": [{}], "dry_run": true}), &["/dry_run"]),
            (json!({}), &["/items"]),
        ],
    );
}

#[test]
fn a_new_template_has_a_kind_and_a_name() {
    let template = |field: &str, value: Value| {
        let mut body = json!({"kind": "sample", "name": "Ingot"});
        body[field] = value;
        body
    };
    let moves =
        |moves: Value| template("lifecycle", json!({"statuses": ["a", "b"], "moves": moves}));
    check(
        "new-template",
        vec![
            (json!({}), &["/kind", "/name"]),
            (template("project", json!("Alloys")), &[]),
            (template("project", json!(7)), &[]),
            (template("project", json!(null)), &["/project"]),
            (template("project", json!("")), &["/project"]),
            (template("kind", json!("Sample")), &["/kind"]),
            (template("name", json!("x".repeat(129))), &["/name"]),
            (template("schema", json!({"type": 7})), &[]),
            (template("schema", json!(true)), &["/schema"]),
            (template("body", json!(null)), &["/body"]),
            (template("lifecycle", json!({"statuses": ["a"]})), &["/lifecycle/moves"]),
            (template("lifecycle", json!({"statuses": [], "moves": []})), &["/lifecycle/statuses"]),
            (moves(json!([{"from": "a", "to": "b", "by": "maintainer", "filled": ["/end"]}])), &[]),
            (moves(json!([{"from": "a"}])), &["/lifecycle/moves/0/to"]),
            (moves(json!([{"from": "a", "to": "b", "by": "owner"}])), &["/lifecycle/moves/0/by"]),
            (moves(json!([{"from": "a", "to": "b", "who": "x"}])), &["/lifecycle/moves/0/who"]),
            (template("records", json!("keep")), &["/records"]),
        ],
    );
    check(
        "change-template",
        vec![
            (json!({}), &[""]),
            (json!({"name": "Ingot"}), &[]),
            (json!({"records": "keep", "schema": {}}), &[]),
            (json!({"records": "drop", "schema": {}}), &["/records"]),
            (json!({"kind": "sample"}), &["/kind"]),
            (json!({"project": 1}), &["/project"]),
            (json!({"name": null}), &["/name"]),
        ],
    );
}

#[test]
fn a_comment_says_something_and_a_revert_names_a_version() {
    check(
        "comment",
        vec![
            (json!({"text": "Looks\nfine."}), &[]),
            (json!({"text": "x".repeat(10_000)}), &[]),
            (json!({"text": "x".repeat(10_001)}), &["/text"]),
            (json!({"text": ""}), &["/text"]),
            (json!({"text": "a\u{0}"}), &["/text"]),
            (json!({}), &["/text"]),
            (json!({"text": "x", "author": "bob"}), &["/author"]),
        ],
    );
    check(
        "revert-record",
        vec![
            (json!({"version": 1}), &[]),
            (json!({"version": 0}), &["/version"]),
            (json!({"version": "1"}), &["/version"]),
            (json!({}), &["/version"]),
            (json!({"version": 1, "to": 2}), &["/to"]),
        ],
    );
}

#[test]
fn a_signature_has_a_meaning_and_a_password_and_may_have_a_comment() {
    let with = |field: &str, value: Value| {
        let mut body = json!({"meaning": "approved", "password": "lion"});
        body[field] = value;
        body
    };
    check(
        "signature",
        vec![
            (with("meaning", json!("witnessed")), &[]),
            (with("meaning", json!("Approved")), &["/meaning"]),
            (with("meaning", json!(null)), &["/meaning"]),
            (with("password", json!("")), &["/password"]),
            (with("password", json!("a\u{0}")), &["/password"]),
            (json!({"meaning": "approved"}), &["/password"]),
            (json!({"password": "lion"}), &["/meaning"]),
            (with("comment", json!("Run 3 is left out.\nSee there.")), &[]),
            (with("comment", json!("")), &["/comment"]),
            (with("comment", json!("x".repeat(10_001))), &["/comment"]),
            (with("signer", json!("ann")), &["/signer"]),
        ],
    );
}

#[test]
fn unlocking_has_a_reason() {
    check(
        "unlock-record",
        vec![
            (json!({"reason": "The mass was misread."}), &[]),
            (json!({"reason": ""}), &["/reason"]),
            (json!({"reason": "a\u{7}"}), &["/reason"]),
            (json!({}), &["/reason"]),
        ],
    );
}
