//! The schemas of the API's own bodies.

use std::collections::BTreeSet;

use omicron_schema::{Schema, embedded};
use serde_json::{Value, json};

use crate::pointers;

fn schema(name: &str) -> &'static Schema {
    embedded().get(name).unwrap()
}

/// Each document against the schema, with the pointers that it should give.
pub fn check(name: &str, table: Vec<(Value, &[&str])>) {
    for (document, expected) in table {
        assert_eq!(pointers(schema(name), &document), expected, "{name}: {document}");
    }
}

/// A user's body with one field replaced.
fn user(field: &str, value: Value) -> Value {
    let mut body = json!({"username": "ann", "password": "x", "email": "ann@example.org"});
    body[field] = value;
    body
}

fn project(field: &str, value: Value) -> Value {
    let mut body = json!({"name": "Alloys", "description": ""});
    body[field] = value;
    body
}

#[test]
fn every_file_is_embedded_compiles_and_is_served_byte_for_byte() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas");
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let name = name.strip_suffix(".schema.json").unwrap().to_owned();
        let text = std::fs::read_to_string(file).unwrap();
        Schema::parse(&*name, &*text).unwrap();
        assert_eq!(schema(&name).text(), text);
        files.insert(name);
    }
    assert!(embedded().iter().map(Schema::name).eq(files.iter().map(String::as_str)));
}

#[test]
fn every_schema_says_what_it_is_and_its_examples_are_valid() {
    for schema in embedded() {
        let document = schema.document();
        assert_eq!(document["$id"], schema.name());
        assert_eq!(document["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(document["title"].is_string() && document["description"].is_string());
        let examples = document["examples"].as_array().unwrap();
        assert!(!examples.is_empty());
        for example in examples {
            assert_eq!(schema.violations(example), [], "{}", schema.name());
        }
    }
}

#[test]
fn every_body_is_an_object() {
    for schema in embedded() {
        for document in [json!([]), json!("x"), json!(null), json!(1)] {
            assert_eq!(pointers(schema, &document), [""], "{}", schema.name());
            assert_eq!(schema.violations(&document)[0].message, "must be an object");
        }
    }
}

#[test]
fn a_new_user_has_a_name_a_password_and_an_email() {
    check(
        "new-user",
        vec![
            (user("username", json!("ann")), &[]),
            (user("unknown", json!([1])), &[]),
            (json!({}), &["/email", "/password", "/username"]),
            (json!({"username": "ann", "password": "x"}), &["/email"]),
            (user("username", json!("")), &["/username"]),
            (user("username", json!("ü".repeat(20))), &[]),
            (user("username", json!("ü".repeat(21))), &["/username"]),
            (user("username", json!("12345")), &["/username"]),
            (user("username", json!(" 12345 ")), &["/username"]),
            (user("username", json!("12345a")), &[]),
            (user("username", json!("a/b.c d")), &[]),
            (user("username", json!("a:b")), &["/username"]),
            (user("username", json!("a\u{0}b")), &["/username"]),
            (user("username", json!("a\nb")), &["/username"]),
            (user("username", json!("a\u{85}b")), &["/username"]),
            (user("username", json!("a\u{202e}b")), &["/username"]),
            (user("username", json!(null)), &["/username"]),
            (user("password", json!("")), &["/password"]),
            (user("password", json!("\t\u{1}")), &[]),
            (user("password", json!("a\u{0}")), &["/password"]),
            (user("password", json!("x".repeat(1024))), &[]),
            (user("password", json!("x".repeat(1025))), &["/password"]),
            (user("password", json!(1)), &["/password"]),
        ],
    );
}

#[test]
fn an_email_has_a_name_and_a_host() {
    let long = format!("{}@example.org", "x".repeat(52));
    let valid = ["root@localhost", "o'brien+lab@example.co.uk", "jürgen@exämple.de", &long];
    for email in valid {
        check("new-user", vec![(user("email", json!(email)), &[])]);
        check("change-user", vec![(json!({"email": email}), &[])]);
    }
    let longer = format!("x{long}");
    let invalid = [
        "",
        "ann",
        "@example.org",
        "ann@",
        "a b@example.org",
        "a@b@c",
        "a..b@c",
        ".a@b",
        "a@b.",
        "Ann <ann@example.org>",
        "a@b\n",
        "a\u{0}@b",
        "a,b@c",
        &longer,
    ];
    for email in invalid {
        check("new-user", vec![(user("email", json!(email)), &["/email"])]);
    }
}

#[test]
fn a_new_project_has_a_name_and_a_description() {
    let members = |count: usize| json!(vec!["ann"; count]);
    check(
        "new-project",
        vec![
            (project("unknown", json!(1)), &[]),
            (json!({}), &["/description", "/name"]),
            (project("name", json!("a/b.c: d")), &[]),
            (project("name", json!("")), &["/name"]),
            (project("name", json!("x".repeat(128))), &[]),
            (project("name", json!("x".repeat(129))), &["/name"]),
            (project("name", json!("2026")), &["/name"]),
            (project("name", json!("a\tb")), &["/name"]),
            (project("description", json!("one\r\n\ttwo")), &[]),
            (project("description", json!("a\u{0}")), &["/description"]),
            (project("description", json!("a\u{1b}[0m")), &["/description"]),
            (project("description", json!("x".repeat(1000))), &[]),
            (project("description", json!("x".repeat(1001))), &["/description"]),
            (project("owner", json!("ann")), &[]),
            (project("owner", json!("")), &["/owner"]),
            (project("owner", json!(7)), &["/owner"]),
            (project("members", json!([])), &[]),
            (project("members", members(1000)), &[]),
            (project("members", members(1001)), &["/members"]),
            (project("members", json!(["ann", 1, "12"])), &["/members/1", "/members/2"]),
            (project("members", json!("ann")), &["/members"]),
        ],
    );
}

#[test]
fn a_token_to_revoke_may_be_named() {
    check(
        "revoke-token",
        vec![
            (json!({"token": "9f0c2f0e-9d3c-4a55-8f4e-3d6c8f6e2b11"}), &[]),
            (json!({"token": "not even one"}), &[]),
            (json!({"unknown": 1}), &[]),
            (json!({"token": ""}), &["/token"]),
            (json!({"token": null}), &["/token"]),
            (json!({"token": "x".repeat(129)}), &["/token"]),
        ],
    );
}

#[test]
fn a_change_names_at_least_one_known_field() {
    check(
        "change-user",
        vec![
            (json!({}), &[""]),
            (json!({"email": null}), &["/email"]),
            (json!({"email": "ann@example.org", "username": "bob"}), &["/username"]),
        ],
    );
    check(
        "change-project",
        vec![
            (json!({}), &[""]),
            (json!({"name": "Alloys"}), &[]),
            (json!({"name": null}), &["/name"]),
            (json!({"name": "7"}), &["/name"]),
            (json!({"description": null}), &[]),
            (json!({"description": ""}), &[]),
            (json!({"description": 1}), &["/description"]),
            (json!({"owner": "ann"}), &["/owner"]),
        ],
    );
    let empty = schema("change-user").violations(&json!({}));
    assert_eq!(empty[0].message, "must change at least one field");
}

#[test]
fn a_new_password_comes_with_the_present_one() {
    check(
        "change-password",
        vec![
            (json!({"new_password": "x"}), &["/current_password"]),
            (json!({"new_password": "x", "current_password": "y"}), &[]),
            (json!({"current_password": "y"}), &["/new_password"]),
            (json!({"new_password": "", "current_password": "y"}), &["/new_password"]),
            (json!({"new_password": "x", "current_password": 1}), &["/current_password"]),
            (
                json!({"new_password": "x", "current_password": "y", "newpassword": "x"}),
                &["/newpassword"],
            ),
        ],
    );
}

#[test]
fn a_new_member_or_owner_is_named() {
    for name in ["new-member", "new-owner"] {
        check(
            name,
            vec![
                (json!({"username": "ann"}), &[]),
                (json!({}), &["/username"]),
                (json!({"username": "1"}), &["/username"]),
                (json!({"username": "ann", "role": "owner"}), &["/role"]),
            ],
        );
    }
}

#[test]
fn a_role_is_one_that_can_be_given() {
    check(
        "change-member",
        vec![
            (json!({"role": "maintainer"}), &[]),
            (json!({}), &["/role"]),
            (json!({"role": "owner"}), &["/role"]),
            (json!({"role": "viewer", "username": "ann"}), &["/username"]),
        ],
    );
    check(
        "new-service-account",
        vec![
            (json!({"username": "furnace-3"}), &[]),
            (json!({"username": "furnace-3", "role": "viewer"}), &[]),
            (json!({"username": "furnace-3", "role": "maintainer"}), &["/role"]),
            (json!({"username": "3"}), &["/username"]),
            (json!({}), &["/username"]),
        ],
    );
}

#[test]
fn a_token_is_good_for_something() {
    check(
        "new-token",
        vec![
            (json!({}), &[]),
            (json!({"name": "plots", "scopes": ["read", "ingest"], "project": "12"}), &[]),
            (json!({"scopes": []}), &["/scopes"]),
            (json!({"scopes": ["read", "read"]}), &["/scopes"]),
            (json!({"scopes": ["all"]}), &["/scopes/0"]),
            (json!({"scope": "read"}), &["/scope"]),
            (json!({"project": 12}), &["/project"]),
            (json!({"name": ""}), &["/name"]),
        ],
    );
    check(
        "new-service-token",
        vec![
            (json!({"scopes": ["ingest"], "expiration": null}), &[]),
            (json!({"scopes": ["ingest"], "expiration": 1}), &[]),
            (json!({"scopes": ["ingest"], "expiration": 0}), &["/expiration"]),
            (json!({"scopes": ["ingest"], "expiration": 1.5}), &["/expiration"]),
            (json!({"scopes": ["ingest"], "expiration": 1e18}), &["/expiration"]),
            (json!({"name": "control"}), &["/scopes"]),
        ],
    );
}

#[test]
fn a_document_comes_with_its_schema_and_each_may_be_anything() {
    let body = |schema: Value, document: Value| json!({"schema": schema, "document": document});
    check(
        "validate-document",
        vec![
            (body(json!({}), json!(null)), &[]),
            (body(json!(true), json!([1.0, "x"])), &[]),
            (body(json!(1), json!({"a": {}})), &[]),
            (json!({"schema": {}}), &["/document"]),
            (json!({"document": null}), &["/schema"]),
            (json!({"schema": {}, "document": 1, "draft": 7}), &["/draft"]),
        ],
    );
}
