//! Who may do what: every route of the document, each kind of caller, the status they get.

use crate::Lab;
use crate::lab::{PASSWORD, person, text};
use omicron_domain::RecordKind;
use omicron_tests::Backend;
use omicron_tests::Client;
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

/// The kinds of callers, in the matrix's order. The tokens are the administrator's.
const CALLERS: [&str; 14] = [
    "anonymous",
    "wrong",
    "expired",
    "revoked",
    "pending",
    "disabled",
    "other",
    "viewer",
    "member",
    "maintainer",
    "owner",
    "administrator",
    "reader",
    "elsewhere",
];

/// What each caller gets, in the order of [`CALLERS`]: of a project that `owner` owns, and of the
/// account of `other`.
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
    path: String,
    statuses: Vec<u16>,
}

impl Row<'_> {
    /// Whether it is about records or templates.
    fn is_of_records(&self) -> bool {
        let words = ["/{id}", "/templates", "/records/"];
        let is_list = RecordKind::ALL.iter().any(|kind| self.path.ends_with(kind.plural()));
        is_list || words.iter().any(|word| self.path.contains(word))
    }
}

/// The rows; one of records stands for those of each kind.
fn rows() -> Vec<Row<'static>> {
    let parse = |line: &'static str| {
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let statuses: Vec<u16> = words.map(|word| word.parse().unwrap()).collect();
        assert_eq!(statuses.len(), CALLERS.len(), "{line}");
        let of_kind = |kind: RecordKind| Row {
            method,
            path: path.replace("{kind}", kind.plural()),
            statuses: statuses.clone(),
        };
        let kinds =
            if path.contains("{kind}") { &RecordKind::ALL[..] } else { &RecordKind::ALL[..1] };
        kinds.iter().copied().map(of_kind).collect::<Vec<_>>()
    };
    let lines = MATRIX.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.flat_map(parse).collect()
}

fn check(backend: Backend) {
    // All those wrong passwords are not what this is about.
    let lab = Lab::with(backend, &[("REGISTRATION", "approval"), ("LOGIN_FAILURES", "0")]);
    let rows = rows();
    every_route_has_a_row(&lab, &rows);
    let ended = Ended::new(&lab);
    let mut wrong = Vec::new();
    let looked_at = World::new(&lab, "x");
    for (number, row) in rows.iter().enumerate() {
        for (caller, expected) in CALLERS.into_iter().zip(&row.statuses) {
            // Who changes something has people of their own, or a record: it is nothing to the next.
            let own = (row.method != "GET" && !row.is_of_records())
                .then(|| World::new(&lab, &format!("{number}{}", &caller[..3])));
            let world = own.as_ref().unwrap_or(&looked_at);
            let answer = world.call(&lab, &ended, caller, row);
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
        rows.iter().map(|row| (row.method.to_owned(), row.path.clone())).collect();
    assert_eq!(served, listed, "every route has a row in access.txt, and every row a route");
}

/// Tokens that are no more.
struct Ended {
    expired: String,
    revoked: String,
}

impl Ended {
    fn new(lab: &Lab) -> Self {
        let make = |query: &str| {
            lab.root().post(&format!("/api/v1/tokens{query}"), &json!({})).expect(201).json()
        };
        let (expired, revoked) = (make("?expiration=1"), make(""));
        lab.root().delete(&format!("/api/v1/tokens/{}", revoked["id"])).expect(200);
        thread::sleep(Duration::from_millis(1100));
        Self { expired: text(&expired["token"]), revoked: text(&revoked["token"]) }
    }
}

/// People and a project for one call.
struct World {
    suffix: String,
    project: i64,
    token: i64,
    /// How many templates were made in it.
    number: Cell<usize>,
}

impl World {
    fn new(lab: &Lab, suffix: &str) -> Self {
        let root = lab.root();
        for who in ["other", "viewer", "member", "maintainer", "owner", "disabled"] {
            root.post("/api/v1/users", &person(&format!("{who}{suffix}"))).expect(201);
        }
        root.put(&format!("/api/v1/users/disabled{suffix}/disabled"), &json!({})).expect(200);
        lab.anonymous().post("/api/v1/users", &person(&format!("pending{suffix}"))).expect(201);
        let project = json!({
            "name": format!("project {suffix}"), "description": "",
            "owner": format!("owner{suffix}"), "members": [format!("member{suffix}")],
        });
        let project = root.post("/api/v1/projects", &project).expect(201).json();
        let path = format!("/api/v1/projects/{}", project["id"]);
        for role in ["viewer", "maintainer"] {
            let member = json!({"username": format!("{role}{suffix}"), "role": role});
            root.post(&format!("{path}/members"), &member).expect(201);
        }
        let account = json!({"username": format!("probe{suffix}")});
        root.post(&format!("{path}/service-accounts"), &account).expect(201);
        let tokens = format!("{path}/service-accounts/probe{suffix}/tokens");
        let token = root.post(&tokens, &json!({"scopes": ["read"]})).expect(201).json();
        let (project, token) = (project["id"].as_i64().unwrap(), token["id"].as_i64().unwrap());
        Self { suffix: suffix.to_owned(), project, token, number: Cell::new(0) }
    }

    fn client(&self, lab: &Lab, ended: &Ended, caller: &str, row: &Row<'_>) -> Client {
        let bearer = |body: Value| {
            let made = lab.root().post("/api/v1/tokens", &body).expect(201).json();
            lab.anonymous().bearer(&text(&made["token"]))
        };
        match caller {
            "anonymous" => lab.anonymous(),
            "wrong" => lab.anonymous().basic(&format!("other{}", self.suffix), "wrong"),
            "administrator" => lab.root(),
            "expired" => lab.anonymous().bearer(&ended.expired),
            "revoked" => lab.anonymous().bearer(&ended.revoked),
            "reader" => bearer(json!({"scopes": ["read"]})),
            "elsewhere" => {
                let name = format!("elsewhere {} {} {}", self.suffix, row.method, row.path);
                let project = json!({"name": name, "description": ""});
                let id =
                    lab.root().post("/api/v1/projects", &project).expect(201).json()["id"].clone();
                bearer(json!({"project": id.to_string()}))
            }
            _ => lab.anonymous().basic(&format!("{caller}{}", self.suffix), PASSWORD),
        }
    }

    fn call(&self, lab: &Lab, ended: &Ended, caller: &str, row: &Row<'_>) -> u16 {
        let client = self.client(lab, ended, caller, row);
        let path = row
            .path
            .replace("{project_name_or_id}", &self.project.to_string())
            .replace("/members/{username_or_id}", &format!("/members/member{}", self.suffix))
            .replace("/{username_or_id}/tokens", &format!("/probe{}/tokens", self.suffix))
            .replace("{username_or_id}", &format!("other{}", self.suffix))
            .replace("{token_id}", &self.token.to_string())
            .replace("{name}", "new-user")
            .replace("{path}", "nothing")
            .replace("/explain", "/explain?action=read_users");
        prepare(&client, row);
        let path = if row.is_of_records() { self.written(lab, caller, row, &path) } else { path };
        let request = client.request(row.method, &path);
        let request = if row.is_of_records() { request.header("if-match", "*") } else { request };
        match self.body(row) {
            Some(body) => request.json(&body).send().status,
            None => request.send().status,
        }
    }

    /// The path with a record, a comment or a template of this call's own in it.
    fn written(&self, lab: &Lab, caller: &str, row: &Row<'_>, path: &str) -> String {
        let root = lab.root();
        let project = format!("/api/v1/projects/{}", self.project);
        let path = path
            .replace("{project}", &self.project.to_string())
            .replace("{version}", "1")
            .replace("/diff", "/diff?from=1&to=1");
        if row.path.contains("/templates") {
            let name = format!("{} {} {caller}", row.method, row.path);
            let body = json!({"project": self.project, "kind": "sample", "name": name});
            let made = root.post("/api/v1/templates", &body).expect(201).json();
            return path.replace("{id}", &made["id"].to_string());
        }
        let of_kind = |kind: &RecordKind| row.path.contains(kind.plural());
        let kind = RecordKind::ALL.into_iter().find(of_kind).unwrap_or(RecordKind::Sample);
        let list = format!("{project}/{}", kind.plural());
        let id = root.post(&list, &json!({"title": "a"})).expect(201).json()["id"].to_string();
        let comments = format!("{list}/{id}/comments");
        let comment = root.post(&comments, &json!({"text": "a"})).expect(201).json();
        path.replace("{id}", &id).replace("{comment}", &comment["id"].to_string())
    }

    fn body_of_record(&self, row: &Row<'_>) -> Option<Value> {
        let path = row.path.as_str();
        match row.method {
            "POST" if path.ends_with("/bulk") => {
                Some(json!({"items": [{"kind": "sample", "record": {"title": "b"}}]}))
            }
            "POST" if path.ends_with("/revert") => Some(json!({"version": 1})),
            "POST" | "PATCH" if path.contains("/comments") => Some(json!({"text": "b"})),
            "POST" if path.ends_with("/templates") => {
                let name = format!("new {}", self.number.replace(self.number.get() + 1));
                Some(json!({"project": self.project, "kind": "sample", "name": name}))
            }
            "PATCH" if path.contains("/templates") => Some(json!({"body": "b"})),
            "POST" | "PATCH" => Some(json!({"title": "b"})),
            _ => None,
        }
    }

    fn body(&self, row: &Row<'_>) -> Option<Value> {
        if row.is_of_records() {
            return self.body_of_record(row);
        }
        let suffix = &self.suffix;
        match (row.method, row.path.as_str()) {
            ("POST", "/api/v1/users") => Some(person(&format!("new{suffix}"))),
            ("POST", "/api/v1/projects") => {
                Some(json!({"name": format!("new {suffix}"), "description": ""}))
            }
            (_, path) if path.ends_with("/validate") => {
                Some(json!({"schema": true, "document": null}))
            }
            (_, path) if path.ends_with("/password-resets") => Some(
                json!({"code": "a409a362-d733-11e5-b625-7e14f79230d0", "new_password": "lion"}),
            ),
            ("PATCH", path) if path.contains("/members/") => Some(json!({"role": "viewer"})),
            ("POST", path) if path.ends_with("/service-accounts") => {
                Some(json!({"username": format!("new{suffix}")}))
            }
            ("POST", path) if path.ends_with("/{username_or_id}/tokens") => {
                Some(json!({"scopes": ["ingest"]}))
            }
            ("PATCH", path) if path.contains("/projects/") => Some(json!({"description": "new"})),
            ("PATCH", _) => Some(json!({"email": "new@example.org"})),
            ("PUT", path) if path.ends_with("/password") => {
                Some(json!({"current_password": PASSWORD, "new_password": "lion"}))
            }
            ("POST" | "PUT", path) if path.ends_with("/members") || path.ends_with("/owner") => {
                Some(json!({"username": format!("other{suffix}")}))
            }
            _ => None,
        }
    }
}

/// Makes a token to end, for whoever can have one.
fn prepare(client: &Client, row: &Row<'_>) {
    if row.method == "DELETE" && ["/api/v1/token", "/api/v1/tokens"].contains(&&*row.path) {
        let made = client.post("/api/v1/token", &json!({}));
        if made.status == 201 {
            assert!(!text(&made.json()["token"]).is_empty());
        }
    }
}
