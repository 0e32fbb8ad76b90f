//! Records over HTTP: experiments, samples, protocols and instruments.

use crate::Lab;
use crate::lab::{project, text};
use omicron_tests::{Answer, Client};
use serde_json::{Value, json};

mod bulk;
mod comments;
mod exact;
mod links;
mod lists;
mod many;
mod once;
mod past;
mod people;
mod places;
mod signing;
mod single;
mod templates;
mod walks;

/// The samples of the project that [`alloys`] begins.
pub const SAMPLES: &str = "/api/v1/projects/alloys/samples";
pub const BULK: &str = "/api/v1/projects/alloys/records/bulk";

/// Ann, and a project of hers.
pub fn alloys(lab: &Lab) -> Client {
    let ann = lab.person("ann");
    ann.post("/api/v1/projects", &project("Alloys")).expect(201);
    ann
}

/// Someone who is this in that project.
pub fn made(lab: &Lab, name: &str, role: &str) -> Client {
    let client = lab.person(name);
    let member = json!({"username": name, "role": role});
    lab.root().post("/api/v1/projects/alloys/members", &member).expect(201);
    client
}

/// A new record.
#[track_caller]
pub fn begin(client: &Client, list: &str, body: &Value) -> Value {
    client.post(list, body).expect(201).json()
}

/// The address of a new sample with this title.
#[track_caller]
pub fn sample(client: &Client, title: &str) -> String {
    text(&begin(client, SAMPLES, &json!({"title": title}))["href"])
}

/// Changes what stands at an address, in this version.
#[track_caller]
pub fn change(client: &Client, href: &str, version: i64, body: &Value) -> Answer {
    client.patch(href, body, &[("if-match", &format!("\"{version}\""))])
}

/// A request without a body, with `If-Match`.
#[track_caller]
pub fn matching(client: &Client, method: &str, href: &str, tag: &str) -> Answer {
    client.request(method, href).header("if-match", tag).send()
}

/// Sends a body exactly as it is written.
#[track_caller]
pub fn raw(client: &Client, method: &str, path: &str, body: &str) -> Answer {
    let request = client.request(method, path).header("content-type", "application/json");
    request.header("if-match", "*").body(body.as_bytes().to_vec()).send()
}

/// The pointers of a failed validation.
#[track_caller]
pub fn pointers(answer: Answer) -> Vec<String> {
    let body = crate::lab::problem(answer, 400);
    let errors = body["errors"].as_array().unwrap_or_else(|| panic!("no errors: {body}"));
    errors.iter().map(|error| text(&error["pointer"])).collect()
}

/// One member of each of a list's items, as text.
#[track_caller]
pub fn each(list: &Value, name: &str) -> Vec<String> {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    items.iter().map(|item| text(&item[name])).collect()
}
