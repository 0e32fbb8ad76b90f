//! `/templates`: what records are to look like.

use super::{SAMPLES, alloys, begin, change, each, made, matching, pointers};
use crate::Lab;
use omicron_tests::{Answer, Client};
use serde_json::{Value, json};

mod changes;
mod drafts;
mod lifecycles;
mod making;

const TEMPLATES: &str = "/api/v1/templates";

/// A template for samples of that project, with this in it.
fn ingot(more: &Value) -> Value {
    let mut body = json!({"kind": "sample", "name": "Ingot", "project": "alloys"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// A new template.
#[track_caller]
fn template(client: &Client, more: &Value) -> Value {
    begin(client, TEMPLATES, &ingot(more))
}

/// The address of a template.
fn at(template: &Value) -> String {
    format!("{TEMPLATES}/{}", template["id"])
}

/// A schema that asks for a mass.
fn with_mass() -> Value {
    json!({"properties": {"mass": {"type": "number", "unit": "g"}}, "required": ["mass"]})
}

/// A change of a template, whatever its version.
#[track_caller]
fn patch(client: &Client, template: &Value, body: &Value) -> Answer {
    client.patch(&at(template), body, &[("if-match", "*")])
}

/// A sample with these data that follows a template.
fn of(template: &Value, data: &Value) -> Value {
    json!({"title": "Ingot", "template": template["id"], "data": data})
}

/// Ann, whose the project is, Dora, who looks after it, Bob, a member, and Carl, who only looks.
fn four(lab: &Lab) -> [Client; 4] {
    [
        alloys(lab),
        made(lab, "dora", "maintainer"),
        made(lab, "bob", "member"),
        made(lab, "carl", "viewer"),
    ]
}
