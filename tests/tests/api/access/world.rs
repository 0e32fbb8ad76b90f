//! The people, the project and the records that a call of the matrix is about.

use super::{Ended, Row};
use crate::Lab;
use crate::audit::{proven, signed_size};
use crate::lab::{PASSWORD, person, text};
use omicron_domain::RecordKind;
use omicron_tests::{Answer, Client, ROOT_PASSWORD};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// People and a project for one call.
pub struct World {
    suffix: String,
    project: i64,
    token: i64,
    /// How many templates were made in it.
    number: Cell<usize>,
    /// The records of each kind that a checkpoint vouches for.
    signed: RefCell<HashMap<RecordKind, String>>,
}

impl World {
    pub fn new(lab: &Lab, suffix: &str) -> Self {
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
        Self {
            suffix: suffix.to_owned(),
            project,
            token,
            number: Cell::new(0),
            signed: RefCell::default(),
        }
    }

    fn client(&self, lab: &Lab, ended: &Ended, caller: &str, row: &Row) -> Client {
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

    pub fn call(&self, lab: &Lab, ended: &Ended, caller: &str, row: &Row) -> Answer {
        let client = self.client(lab, ended, caller, row);
        let path = row
            .path
            .replace("{project_name_or_id}", &self.project.to_string())
            .replace("/members/{username_or_id}", &format!("/members/member{}", self.suffix))
            .replace("/{username_or_id}/tokens", &format!("/probe{}/tokens", self.suffix))
            .replace("/{username_or_id}/approval", &format!("/pending{}/approval", self.suffix))
            .replace("{username_or_id}", &format!("other{}", self.suffix))
            .replace("{token_id}", &self.token.to_string())
            .replace("{name}", "new-user")
            .replace("{path}", "nothing")
            .replace("/explain", "/explain?action=read_users");
        let path = if row.path.contains("/checkpoints/") { signed(lab, &path) } else { path };
        self.prepare(lab, &client, row);
        let path = if row.is_of_records() { self.written(lab, caller, row, &path) } else { path };
        let request = client.request(row.method, &path);
        // What is signed is a version, and not whatever may be there.
        let base = if row.path.ends_with("/signatures") { "\"1\"" } else { "*" };
        let request = if row.is_of_records() { request.header("if-match", base) } else { request };
        match self.body(caller, row) {
            Some(body) => request.json(&body).send(),
            None => request.send(),
        }
    }

    /// Brings about what a call ends: a token of the caller's, if they can have one, or a state.
    fn prepare(&self, lab: &Lab, client: &Client, row: &Row) {
        let put = |path: String| lab.root().put(&path, &json!({})).expect(200);
        match row.path.as_str() {
            _ if row.method != "DELETE" => {}
            "/api/v1/token" | "/api/v1/tokens" => {
                let made = client.post("/api/v1/token", &json!({}));
                assert!(made.status != 201 || !text(&made.json()["token"]).is_empty());
            }
            "/api/v1/users/{username_or_id}/disabled" => {
                put(format!("/api/v1/users/other{}/disabled", self.suffix));
            }
            "/api/v1/projects/{project_name_or_id}/archived" => {
                put(format!("/api/v1/projects/{}/archived", self.project));
            }
            _ => {}
        }
    }

    /// The path with a record, a comment, a signature or a template of this call's own in it.
    fn written(&self, lab: &Lab, caller: &str, row: &Row, path: &str) -> String {
        let root = lab.root();
        let project = format!("/api/v1/projects/{}", self.project);
        let path = path
            .replace("{project}", &self.project.to_string())
            .replace("{version}", "1")
            .replace("/diff", "/diff?from=1&to=1");
        if row.path.ends_with("/webhooks") && row.method == "GET" {
            return format!("{path}?project={}", self.project);
        }
        if row.path.contains("/webhooks/") {
            // There may be so many, and no more.
            let list = format!("/api/v1/webhooks?project={}", self.project);
            for old in root.get(&list).expect(200).json()["webhooks"].as_array().unwrap() {
                let old = format!("/api/v1/webhooks/{}", old["id"]);
                root.request("DELETE", &old).header("if-match", "*").send().expect(200);
            }
            let made = root.post("/api/v1/webhooks", &self.webhook()).expect(201).json();
            return path.replace("{id}", &made["id"].to_string()).replace("{delivery}", "999999");
        }
        if row.path.contains("/templates") {
            let name = format!("{} {} {caller}", row.method, row.path);
            let body = json!({"project": self.project, "kind": "sample", "name": name});
            let made = root.post("/api/v1/templates", &body).expect(201).json();
            let path = path.replace("{id}", &made["id"].to_string());
            undone(&root, row, &path);
            return path;
        }
        let of_kind = |kind: &RecordKind| row.path.contains(kind.plural());
        let kind = RecordKind::ALL.into_iter().find(of_kind).unwrap_or(RecordKind::Sample);
        let list = format!("{project}/{}", kind.plural());
        if row.path.ends_with("/proof") {
            let mut signed = self.signed.borrow_mut();
            let id = signed.entry(kind).or_insert_with(|| {
                let made = root.post(&list, &json!({"title": "a"})).expect(201).json();
                proven(&root, &format!("{list}/{}/proof", made["id"]));
                made["id"].to_string()
            });
            return path.replace("{id}", id);
        }
        let id = root.post(&list, &json!({"title": "a"})).expect(201).json()["id"].to_string();
        let comments = format!("{list}/{id}/comments");
        let comment = root.post(&comments, &json!({"text": "a"})).expect(201).json();
        let path = path.replace("{id}", &id).replace("{comment}", &comment["id"].to_string());
        undone(&root, row, &path);
        if row.path.ends_with("/revert") {
            let change = root.request("PATCH", &format!("{list}/{id}")).header("if-match", "*");
            change.json(&json!({"title": "c"})).send().expect(200);
        }
        if !row.path.ends_with("/unlock") && !row.path.ends_with("/{signature}") {
            return path;
        }
        let sign = root.request("POST", &format!("{list}/{id}/signatures"));
        let body = json!({"meaning": "reviewed", "password": ROOT_PASSWORD});
        let signature = sign.header("if-match", "\"1\"").json(&body).send().expect(201).json();
        path.replace("{signature}", &signature["id"].to_string())
    }

    /// A webhook of the project, to which nothing is posted.
    fn webhook(&self) -> Value {
        json!({"project": self.project, "url": "https://example.org/", "enabled": false})
    }

    fn body_of_record(&self, caller: &str, row: &Row) -> Option<Value> {
        let path = row.path.as_str();
        match row.method {
            "POST" if path.ends_with("/webhooks") => Some(self.webhook()),
            "POST" if path.ends_with("/replay") => Some(json!({"from": 1})),
            "POST" if path.contains("/webhooks/") => None,
            "PATCH" if path.contains("/webhooks/") => Some(json!({"description": "b"})),
            "POST" if path.ends_with("/bulk") => {
                Some(json!({"items": [{"kind": "sample", "record": {"title": "b"}}]}))
            }
            "POST" if path.ends_with("/signatures") => {
                let password = if caller == "administrator" { ROOT_PASSWORD } else { PASSWORD };
                Some(json!({"meaning": "reviewed", "password": password}))
            }
            "POST" if path.ends_with("/unlock") => Some(json!({"reason": "b"})),
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

    fn body(&self, caller: &str, row: &Row) -> Option<Value> {
        if row.is_of_records() {
            return self.body_of_record(caller, row);
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

/// The path with the size of the last checkpoint in it, once there is one.
fn signed(lab: &Lab, path: &str) -> String {
    let size = signed_size(&lab.anonymous());
    path.replace("/consistency", &format!("/consistency?from={size}&to={size}"))
}

/// Does what a call takes back, so that there is something to take back.
fn undone(root: &Client, row: &Row, path: &str) {
    let request = match (row.method, path.strip_suffix("/trashed")) {
        ("DELETE", Some(record)) => root.request("DELETE", record),
        ("DELETE", None) if path.ends_with("/retired") => root.request("PUT", path),
        _ => return,
    };
    let answer = request.header("if-match", "*").send();
    assert!(answer.status < 300, "{answer}");
}
