//! `/access/explain`: what it says is what the server does, for every action, person and credential.

use crate::lab::{PASSWORD, invalid, person, problem, project, text};
use crate::{Lab, fixture};
use omicron_tests::{Backend, Client, on_both};
use serde_json::{Value, json};

/// People, and what their credential is: a password, or a token with these scopes, for all projects
/// or for one.
const CALLERS: [(&str, &str); 12] = [
    ("other", "password"),
    ("viewer", "password"),
    ("member", "password"),
    ("maintainer", "password"),
    ("owner", "password"),
    ("root", "password"),
    ("owner", "read"),
    ("owner", "write"),
    ("owner", "admin"),
    ("root", "ingest"),
    ("maintainer", "admin here"),
    ("root", "admin elsewhere"),
];

/// Every action, with a request that does it: `P` is the project, `U` an account. Those that are
/// asked of an account are asked of one's own and of someone else's.
const ACTIONS: [(&str, &str, &str); 34] = [
    ("read_users", "GET", "/users"),
    ("manage_users", "POST", "/users/bystander/approval"),
    ("explain_access", "GET", "/access/explain?action=read_users"),
    ("check_documents", "POST", "/schemas/validate"),
    ("list_tokens", "GET", "/tokens"),
    ("make_tokens", "POST", "/tokens"),
    ("revoke_tokens", "DELETE", "/tokens?username=MYSELF"),
    ("revoke_present_token", "DELETE", "/token"),
    ("revoke_any_token", "DELETE", "/tokens?username=bystander"),
    ("manage_shared_templates", "POST", "/templates"),
    ("manage_lab_webhooks", "POST", "/webhooks"),
    ("create_projects", "POST", "/projects"),
    ("create_projects_for_others", "POST", "/projects"),
    ("change_email", "PATCH", "/users/U"),
    ("change_password", "PUT", "/users/U/password"),
    ("reset_password", "POST", "/users/U/password-reset"),
    ("anonymise_user", "DELETE", "/users/U"),
    ("read_access", "GET", "/users/U/access"),
    ("read_project", "GET", "/projects/P"),
    ("leave_project", "DELETE", "/projects/P/members/MYSELF"),
    ("change_project", "PATCH", "/projects/P"),
    ("manage_members", "POST", "/projects/P/members"),
    ("write_records", "POST", "/projects/P/samples"),
    ("sign_records", "POST", "/projects/P/samples/RECORD/signatures"),
    ("unlock_records", "POST", "/projects/P/samples/SIGNED/unlock"),
    ("comment", "POST", "/projects/P/samples/RECORD/comments"),
    ("moderate_comments", "DELETE", "/projects/P/samples/RECORD/comments/COMMENT"),
    ("manage_templates", "PUT", "/templates/TEMPLATE/retired"),
    ("manage_webhooks", "GET", "/webhooks?project=P"),
    ("manage_service_accounts", "POST", "/projects/P/service-accounts"),
    ("make_service_tokens", "POST", "/projects/P/service-accounts/MACHINE/tokens"),
    ("hand_over_project", "PUT", "/projects/P/owner"),
    ("archive_project", "PUT", "/projects/P/archived"),
    ("delete_project", "DELETE", "/projects/P"),
];

struct World {
    lab: Lab,
    number: usize,
}

impl World {
    fn new(backend: Backend) -> Self {
        let lab = Lab::with(backend, &[("LOGIN_FAILURES", "0")]);
        for who in ["other", "viewer", "member", "maintainer", "owner", "bystander"] {
            lab.person(who);
        }
        Self { lab, number: 0 }
    }

    /// A project with everyone in it.
    fn project(&mut self) -> String {
        self.number += 1;
        let (root, number) = (self.lab.root(), self.number);
        let new = json!({
            "name": format!("p {number}"), "description": "", "owner": "owner",
            "members": ["member"],
        });
        let id = root.post("/api/v1/projects", &new).expect(201).json()["id"].to_string();
        for role in ["viewer", "maintainer"] {
            let member = json!({"username": role, "role": role});
            root.post(&format!("/api/v1/projects/{id}/members"), &member).expect(201);
        }
        let probe = json!({"username": format!("probe{number}")});
        root.post(&format!("/api/v1/projects/{id}/service-accounts"), &probe).expect(201);
        id
    }

    fn archive(&self, id: &str) {
        let root = self.lab.root();
        root.put(&format!("/api/v1/projects/{id}/archived"), &json!({})).expect(200);
    }

    /// The path with a record, a comment of the administrator's or a template in it, if it asks for one.
    fn written(&self, project: &str, path: &str) -> String {
        let root = self.lab.root();
        let post = |path: &str, body: Value| {
            root.post(&format!("/api/v1{path}"), &body).expect(201).json()["id"].to_string()
        };
        if path.contains("TEMPLATE") {
            let template = json!({"project": project, "kind": "sample", "name": "Melt"});
            return path.replace("TEMPLATE", &post("/templates", template));
        }
        if !path.contains("RECORD") && !path.contains("SIGNED") {
            return path.to_owned();
        }
        let samples = format!("/projects/{project}/samples");
        let record = post(&samples, json!({"title": "Melt"}));
        let comment = post(&format!("{samples}/{record}/comments"), json!({"text": "Fine."}));
        if path.contains("SIGNED") {
            let sign = root.request("POST", &format!("/api/v1{samples}/{record}/signatures"));
            let body = self.request("sign_records", "root").unwrap();
            sign.header("if-match", "\"1\"").json(&body).send().expect(201);
        }
        let path = path.replace("SIGNED", &record);
        path.replace("RECORD", &record).replace("COMMENT", &comment)
    }

    fn password_of(&self, who: &str) -> Client {
        if who == "root" { self.lab.root() } else { self.lab.anonymous().basic(who, PASSWORD) }
    }

    fn client(&mut self, who: &str, credential: &str, project: &str) -> Client {
        let body = match credential.split_once(' ') {
            None if credential == "password" => return self.password_of(who),
            None => json!({"scopes": [credential]}),
            Some((scope, "here")) => json!({"scopes": [scope], "project": project}),
            Some((scope, _)) => json!({"scopes": [scope], "project": self.project()}),
        };
        let made = self.password_of(who).post("/api/v1/tokens", &body).expect(201).json();
        self.lab.anonymous().bearer(&text(&made["token"]))
    }

    fn request(&self, action: &str, who: &str) -> Option<Value> {
        let number = self.number;
        match action {
            "create_projects" => Some(project(&format!("new {number}"))),
            "create_projects_for_others" => Some(json!({
                "name": format!("new {number}"), "description": "", "owner": "bystander",
            })),
            "check_documents" => Some(json!({"schema": true, "document": null})),
            "change_email" => Some(json!({"email": "new@example.org"})),
            "change_password" => {
                let password = if who == "root" { omicron_tests::ROOT_PASSWORD } else { PASSWORD };
                Some(json!({"current_password": password, "new_password": password}))
            }
            "change_project" => Some(json!({"description": "new"})),
            "manage_members" | "hand_over_project" => Some(json!({"username": "bystander"})),
            "write_records" => Some(json!({"title": "Melt"})),
            "sign_records" => {
                let password = if who == "root" { omicron_tests::ROOT_PASSWORD } else { PASSWORD };
                Some(json!({"meaning": "reviewed", "password": password}))
            }
            "unlock_records" => Some(json!({"reason": "It was misread."})),
            "comment" => Some(json!({"text": "Fine."})),
            "manage_shared_templates" => {
                Some(json!({"kind": "sample", "name": format!("Melt {number}")}))
            }
            "manage_lab_webhooks" => Some(json!({"url": "http://127.0.0.1/"})),
            "make_service_tokens" => Some(json!({"scopes": ["ingest"]})),
            "manage_service_accounts" => Some(json!({"username": format!("probe {number}")})),
            _ => None,
        }
    }

    /// What explain says, as the status that the request would get, and what it does get.
    fn compare(
        &mut self,
        (who, credential): (&str, &str),
        (action, method, path): (&str, &str, &str),
        (resource, account, archived): (&str, &str, bool),
    ) -> Result<(), String> {
        if account == "leaver" {
            self.lab.anonymous().post("/api/v1/users", &person("leaver")); // unless they are there
        }
        let id = self.project();
        let probe = self.number;
        let path = self.written(&id, path);
        if archived {
            self.archive(&id);
        }
        let client = self.client(who, credential, &id);
        let resource = resource.replace('P', &id);
        let question = format!("/api/v1/access/explain?action={action}&resource={resource}");
        let (seen, answer): (u64, Value) = match client.get(&question) {
            // What they or their token does not see, they can't ask about; an administrator can.
            refused if [403, 404].contains(&refused.status) => {
                let asked = self.lab.root().get(&format!("{question}&user={who}"));
                (refused.status.into(), asked.expect(200).json())
            }
            answer => (200, answer.expect(200).json()),
        };
        let path = path
            .replace('P', &id)
            .replace("MYSELF", who)
            .replace("MACHINE", &format!("probe{probe}"))
            .replace("/U", &format!("/{account}"));
        // There is something to end.
        self.password_of("bystander").post("/api/v1/tokens", &json!({})).expect(201);
        self.password_of(who).post("/api/v1/tokens", &json!({})).expect(201);
        let request = client.request(method, &format!("/api/v1{path}"));
        let request = match action {
            "moderate_comments" | "manage_templates" | "unlock_records" => {
                request.header("if-match", "*")
            }
            "sign_records" => request.header("if-match", "\"1\""),
            _ => request,
        };
        let answer_of = match self.request(action, who) {
            Some(body) => request.json(&body).send(),
            None => request.send(),
        };
        let told = if seen == 200 { answer["status"].as_u64().unwrap_or(200) } else { seen };
        let got = if answer_of.status < 300 { 200 } else { u64::from(answer_of.status) };
        let allowed = answer["allowed"] == (answer["status"] == Value::Null);
        if told == got && allowed {
            return Ok(());
        }
        Err(format!(
            "{who} with {credential}, {action} on {resource}, archived: {archived}: told {told}, got \
             {answer_of}\n{answer:#}"
        ))
    }
}

fn explain_says_what_the_server_does(backend: Backend) {
    let mut world = World::new(backend);
    let every: Vec<String> =
        omicron_domain::Permission::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(ACTIONS.map(|(action, ..)| action).to_vec(), every, "every action is tried");
    let mut wrong = Vec::new();
    for caller in CALLERS {
        for action in ACTIONS {
            let own = format!("user:{}", caller.0);
            let variants: &[(&str, &str, bool)] = match action.2 {
                // Who may make themselves unknown would be gone for the next.
                path if path == "/users/U" && action.1 == "DELETE" => {
                    &[("user:leaver", "leaver", false)]
                }
                path if path.contains("/U") => {
                    &[(&own, caller.0, false), ("user:bystander", "bystander", false)]
                }
                // Whose the comment is, is only asked where anyone may say something.
                path if path.contains("COMMENT") => &[("project:P", "", false)],
                path if ["/P", "=P", "TEMPLATE"].iter().any(|word| path.contains(word)) => {
                    &[("project:P", "", false), ("project:P", "", true)]
                }
                _ => &[("", "", false)],
            };
            for variant in variants {
                wrong.extend(world.compare(caller, action, *variant).err());
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn explain_says_what_the_server_does_on_sqlite() {
    explain_says_what_the_server_does(Backend::Sqlite);
}

#[test]
fn explain_says_what_the_server_does_on_postgresql() {
    explain_says_what_the_server_does(Backend::Postgres);
}

on_both! {
    fn an_answer_names_the_rules_in_their_order(lab: &Lab) {
        let (ann, _) = (lab.person("ann"), lab.person("bob"));
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let member = json!({"username": "bob", "role": "viewer"});
        ann.post("/api/v1/projects/Alloys/members", &member).expect(201);
        let question = "/api/v1/access/explain?user=bob&action=change_project&resource=project:Alloys";
        let answer = ann.get(question).expect(200).json();
        assert_eq!(answer["user"]["username"], "bob");
        assert_eq!(answer["roles"], json!(["user", "viewer"]));
        assert_eq!((&answer["allowed"], &answer["status"]), (&json!(false), &json!(403)));
        let rules = json!([
            {"rule": "status", "passes": true, "says": "the account is active"},
            {"rule": "sight", "passes": true, "says": "the person is viewer of the project"},
            {"rule": "role", "passes": false, "says": "a viewer may not rename and describe it"},
        ]);
        assert_eq!(answer["rules"], rules);
    }

    fn one_asks_about_others_where_one_looks_after_them(lab: &Lab) {
        let (ann, bob, eve) = (lab.person("ann"), lab.person("bob"), lab.person("eve"));
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        ann.post("/api/v1/projects/Alloys/members", &json!({"username": "bob"})).expect(201);
        let ask = |client: &Client, about: &str, rest: &str| {
            client.get(&format!("/api/v1/access/explain?user={about}&action={rest}"))
        };
        let read = "read_project&resource=project:Alloys";
        // Eve does not see the project: to ask what she may there is to learn that it is there.
        assert_eq!(ask(&ann, "eve", read).expect(200).json()["status"], 404);
        problem(ask(&eve, "eve", read), 404);
        problem(ask(&eve, "ann", read), 404);
        problem(ask(&bob, "ann", read), 403);
        problem(ask(&ann, "bob", "create_projects"), 403);
        assert_eq!(ask(&lab.root(), "bob", "create_projects").expect(200).json()["allowed"], true);
        problem(ask(&lab.root(), "nobody", "create_projects"), 404);
    }

    fn a_question_that_makes_no_sense_is_told_why(lab: &Lab) {
        let root = lab.root();
        let ask = |rest: &str| root.get(&format!("/api/v1/access/explain?action={rest}"));
        invalid(ask("fly"), "/action");
        invalid(ask("read_users&resource=table:users"), "/resource");
        invalid(ask("read_users&resource=user:root"), "/resource");
        let said = invalid(ask("change_project"), "/resource");
        assert_eq!(said["detail"], "resource does not fit: change_project is asked of a resource project:NAME");
        problem(root.get("/api/v1/access/explain"), 400);
    }

    fn who_sees_a_project_and_what_someone_sees_are_told(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        lab.person("gone");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        for (name, role) in [("bob", "viewer"), ("gone", "maintainer")] {
            let member = json!({"username": name, "role": role});
            ann.post("/api/v1/projects/Alloys/members", &member).expect(201);
        }
        lab.root().put("/api/v1/users/gone/disabled", &json!({})).expect(200);
        let roles = |list: &Value, name: &str| -> Vec<(String, String)> {
            let pair = |entry: &Value| (text(&entry[name]), text(&entry["role"]));
            list.as_array().unwrap().iter().map(pair).collect()
        };
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>()
        };
        let answer = bob.get("/api/v1/projects/Alloys/access").expect(200);
        assert_eq!(answer.header("count"), Some("3"));
        let seers = pairs(&[("root", "administrator"), ("ann", "owner"), ("bob", "viewer")]);
        assert_eq!(roles(&answer.json()["users"], "username"), seers);
        let members = bob.get("/api/v1/projects/Alloys/members").expect(200).json();
        let listed = pairs(&[("ann", "owner"), ("bob", "viewer"), ("gone", "maintainer")]);
        assert_eq!(roles(&members["members"], "username"), listed);
        for (client, name, role) in [
            (&bob, "bob", "viewer"), (&lab.root(), "ann", "owner"),
            (&lab.root(), "root", "administrator"),
        ] {
            let seen = client.get(&format!("/api/v1/users/{name}/access")).expect(200).json();
            assert_eq!(roles(&seen["projects"], "name"), pairs(&[("Alloys", role)]));
        }
        problem(bob.get("/api/v1/users/ann/access"), 403);
        let next = bob.get("/api/v1/projects/Alloys/access?limit=2").expect(200);
        assert_eq!(next.json()["users"].as_array().unwrap().len(), 2);
        assert!(next.header("link").unwrap().contains("rel=\"next\""));
    }
}

#[test]
fn a_person_of_no_use_is_told_to_be_so() {
    let lab = Lab::with(Backend::Sqlite, &[("REGISTRATION", "approval")]);
    lab.anonymous().post("/api/v1/users", &person("new")).expect(201);
    let answer = lab.root().get("/api/v1/access/explain?user=new&action=create_projects");
    let answer = answer.expect(200).json();
    assert_eq!(
        (&answer["allowed"], &answer["rules"][0]["says"]),
        (&json!(false), &json!("the account is pending"))
    );
}
