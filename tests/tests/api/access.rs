//! Who may do what: every route of the document, each kind of caller, the status they get.

use crate::Lab;
use crate::lab::{PASSWORD, person, text};
use omicron_tests::Backend;
use omicron_tests::Client;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The kinds of callers, in the matrix's order.
const CALLERS: [&str; 8] =
    ["anonymous", "wrong", "pending", "disabled", "other", "member", "owner", "administrator"];

/// What each caller gets, in the order of [`CALLERS`]: of a project that `owner` owns and `member`
/// belongs to, and of the account of `other`.
const MATRIX: &str = include_str!("access.txt");

#[test]
fn every_caller_gets_what_the_matrix_says_on_sqlite() {
    check(Backend::Sqlite);
}

#[test]
fn every_caller_gets_what_the_matrix_says_on_postgresql() {
    check(Backend::Postgres);
}

struct Row<'a> {
    method: &'a str,
    path: &'a str,
    statuses: Vec<u16>,
}

fn rows() -> Vec<Row<'static>> {
    let parse = |line: &'static str| {
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let statuses: Vec<u16> = words.map(|word| word.parse().unwrap()).collect();
        assert_eq!(statuses.len(), CALLERS.len(), "{line}");
        Row { method, path, statuses }
    };
    MATRIX.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(parse).collect()
}

fn check(backend: Backend) {
    // All those wrong passwords are not what this is about.
    let lab = Lab::with(backend, &[("REGISTRATION", "approval"), ("LOGIN_FAILURES", "0")]);
    let rows = rows();
    every_route_has_a_row(&lab, &rows);
    let mut wrong = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        for (caller, expected) in CALLERS.into_iter().zip(&row.statuses) {
            // People of their own for each cell: what one call does is nothing to the next.
            let world = World::new(&lab, &format!("{number}{}", &caller[..2]));
            let answer = world.call(&lab, caller, row);
            if answer != *expected {
                wrong.push(format!(
                    "{} {} as {caller}: {answer}, not {expected}",
                    row.method, row.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn every_route_has_a_row(lab: &Lab, rows: &[Row<'_>]) {
    let document = lab.anonymous().get("/openapi.json").expect(200).json();
    let served: BTreeSet<_> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let listed: BTreeSet<_> =
        rows.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(served, listed, "every route has a row in access.txt, and every row a route");
}

/// People and a project for one call.
struct World {
    suffix: String,
    project: i64,
}

impl World {
    fn new(lab: &Lab, suffix: &str) -> Self {
        let root = lab.root();
        for who in ["other", "member", "owner"] {
            root.post("/api/v1/users", &person(&format!("{who}{suffix}"))).expect(201);
        }
        root.post("/api/v1/users", &person(&format!("disabled{suffix}"))).expect(201);
        root.put(&format!("/api/v1/users/disabled{suffix}/disabled"), &json!({})).expect(200);
        lab.anonymous().post("/api/v1/users", &person(&format!("pending{suffix}"))).expect(201);
        let project = json!({
            "name": format!("project {suffix}"), "description": "",
            "owner": format!("owner{suffix}"), "members": [format!("member{suffix}")],
        });
        let project = root.post("/api/v1/projects", &project).expect(201).json();
        Self { suffix: suffix.to_owned(), project: project["id"].as_i64().unwrap() }
    }

    fn call(&self, lab: &Lab, caller: &str, row: &Row<'_>) -> u16 {
        let name = format!("{caller}{}", self.suffix);
        let client = match caller {
            "anonymous" => lab.anonymous(),
            "wrong" => lab.anonymous().basic(&format!("other{}", self.suffix), "wrong"),
            "administrator" => lab.root(),
            _ => lab.anonymous().basic(&name, PASSWORD),
        };
        let path = row
            .path
            .replace("{project_name_or_id}", &self.project.to_string())
            .replace("/members/{username_or_id}", &format!("/members/member{}", self.suffix))
            .replace("{username_or_id}", &format!("other{}", self.suffix))
            .replace("{name}", "new-user")
            .replace("{path}", "nothing");
        prepare(&client, row);
        let request = client.request(row.method, &path);
        match self.body(row) {
            Some(body) => request.json(&body).send().status,
            None => request.send().status,
        }
    }

    fn body(&self, row: &Row<'_>) -> Option<Value> {
        let suffix = &self.suffix;
        match (row.method, row.path) {
            ("POST", "/api/v1/users") => Some(person(&format!("new{suffix}"))),
            ("POST", "/api/v1/projects") => {
                Some(json!({"name": format!("new {suffix}"), "description": ""}))
            }
            ("PATCH", path) if path.contains("/projects/") => Some(json!({"description": "new"})),
            ("PATCH", _) => Some(json!({"email": "new@example.org"})),
            ("PUT", path) if path.ends_with("/password") => {
                Some(json!({"current_password": PASSWORD, "new_password": "lion"}))
            }
            (_, path) if path.ends_with("/members") || path.ends_with("/owner") => {
                Some(json!({"username": format!("other{suffix}")}))
            }
            _ => None,
        }
    }
}

/// Makes a token to end, for whoever can have one.
fn prepare(client: &Client, row: &Row<'_>) {
    if row.method == "DELETE" && row.path.contains("/token") {
        let made = client.post("/api/v1/token", &json!({}));
        if made.status == 201 {
            assert!(!text(&made.json()["token"]).is_empty());
        }
    }
}
