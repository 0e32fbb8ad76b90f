//! The OpenAPI document: from the handlers, with what all of them have in common added.

use crate::problem::ProblemBody;
use actix_web::App;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use utoipa::OpenApi;
use utoipa_actix_web::AppExt as _;

mod idempotency;
mod kinds;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Omicron",
        description = "The back end of a laboratory: people, projects, and a history of all of it.",
        license(name = "GPL-3.0-or-later", identifier = "GPL-3.0-or-later"),
    ),
    components(schemas(ProblemBody)),
    tags(
        (name = "users", description = "People, and who may log in"),
        (name = "tokens", description = "Credentials for scripts and instruments"),
        (name = "service accounts", description = "What stands for a project's instruments"),
        (name = "access", description = "Who may do what, and why"),
        (name = "projects", description = "Projects and who belongs to them"),
        (name = "experiments", description = "What is tried out, and its history"),
        (name = "samples", description = "What it is tried on, and its history"),
        (name = "protocols", description = "How it is done, and its history"),
        (name = "instruments", description = "What measures and makes, and its history"),
        (name = "records", description = "Records of all kinds"),
        (name = "templates", description = "What records must look like"),
        (name = "events", description = "What happens, in order, from any point on"),
        (name = "journal", description = "The history, and how to check it"),
        (name = "webhooks", description = "To whom it is told what happens"),
        (name = "schemas", description = "What bodies look like"),
        (name = "server", description = "The server itself"),
    ),
)]
struct Base;

static DOCUMENT: LazyLock<Value> = LazyLock::new(build);

/// The document, as JSON.
pub(crate) fn document() -> &'static Value {
    &DOCUMENT
}

/// The OpenAPI 3.1 document of the whole API, as indented JSON.
#[must_use]
pub fn openapi_json() -> String {
    format!("{:#}", *DOCUMENT)
}

fn build() -> Value {
    let app = App::new().into_utoipa_app().openapi(Base::openapi());
    let (_, document) = app.configure(crate::routes::documented).split_for_parts();
    let mut document = serde_json::to_value(document).unwrap_or_default();
    add_body_schemas(&mut document);
    kinds::expand(&mut document);
    idempotency::add(&mut document);
    document["components"]["securitySchemes"] = json!({
        "password": {"type": "http", "scheme": "basic", "description": "A person's password"},
        "token": {"type": "http", "scheme": "bearer", "description": "A token"},
        "signature": {
            "type": "apiKey", "in": "header", "name": "Signature",
            "description": "The request signed with a token's `signing_key`: `Signature-Input` \
                and `Signature` (RFC 9421, `hmac-sha256`), `Content-Digest` (RFC 9530) of a body",
        },
    });
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.filter_map(|(path, item)| Some((path, item.as_object_mut()?)));
    for (path, operations) in operations {
        for operation in operations.values_mut() {
            add_signature(operation);
            add_failures(path, operation);
        }
    }
    document
}

/// The schemas of bodies are the files that the server checks them against.
fn add_body_schemas(document: &mut Value) {
    for schema in omicron_schema::embedded() {
        document["components"]["schemas"][schema.name()] = schema.document().clone();
    }
}

/// The failures that an operation shares with all others of its kind.
fn add_failures(path: &str, operation: &mut Value) {
    let guarded = operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
    let mut failures = vec![
        (400, "The request is malformed or not valid"),
        (429, "Too many requests at once: try again after `Retry-After`"),
        (500, "The server's own fault"),
        (503, "The database is busy or away: try again after `Retry-After`"),
    ];
    if guarded {
        failures.push((401, "The credentials are missing, wrong or expired"));
        failures.push((403, "The caller may not do this"));
    }
    if path.contains('{') {
        failures.push((404, "There is no such thing, or the caller may not see it"));
    }
    if operation["requestBody"].is_object() {
        failures.push((408, "The body took too long to arrive"));
        failures.push((413, "The body is too large"));
        failures.push((415, "The body is not JSON"));
        failures.push((507, "The server's disk is full"));
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, description) in failures {
        responses.entry(status.to_string()).or_insert_with(|| json!({"description": description}));
    }
    for (status, response) in responses {
        complete(status, response);
    }
}

/// Whatever takes a token takes a request that is signed with its key.
fn add_signature(operation: &mut Value) {
    let schemes = operation.get_mut("security").and_then(Value::as_array_mut);
    let Some(schemes) = schemes else { return };
    if schemes.iter().any(|scheme| scheme.get("token").is_some()) {
        schemes.push(json!({"signature": []}));
    }
}

/// What every response has: the request's id, and a problem's body where it is a failure.
fn complete(status: &str, response: &mut Value) {
    response["headers"]["Request-Id"] =
        json!({"schema": {"type": "string"}, "description": "The request's id, as in the log"});
    if status.starts_with(['4', '5']) {
        let body = json!({"schema": {"$ref": "#/components/schemas/ProblemBody"}});
        let content = Map::from_iter([("application/problem+json".to_owned(), body)]);
        response["content"] = Value::Object(content);
    }
}
