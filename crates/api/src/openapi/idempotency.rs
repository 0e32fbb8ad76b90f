//! What the document says of each POST that may be sent again.

use crate::once::{KEY, LONGEST_KEY};
use serde_json::{Value, json};

/// POSTs whose answer is a secret, or whose body alone says who calls: nothing of them is kept, and
/// their handlers take no key.
const SECRET: [&str; 7] = [
    "/api/v1/token",
    "/api/v1/tokens",
    "/api/v1/projects/{project_name_or_id}/service-accounts/{username_or_id}/tokens",
    "/api/v1/users/{username_or_id}/password-reset",
    "/api/v1/password-resets",
    "/api/v1/webhooks",
    "/api/v1/webhooks/{id}/secret",
];

/// POSTs that only answer: sent again, they do nothing twice.
const ANSWERS: [&str; 1] = ["/api/v1/schemas/validate"];

/// Failures that come of a key.
const FAILURES: [(&str, &str); 2] = [
    ("409", "The first request with this key is still being worked on: see `Retry-After`"),
    ("422", "The key came with another request before"),
];

/// Adds the header and what comes of it to every POST but those.
pub(super) fn add(document: &mut Value) {
    document["components"]["parameters"][KEY] = parameter();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        let takes_none = SECRET.contains(&path.as_str()) || ANSWERS.contains(&path.as_str());
        if let Some(post) = item.get_mut("post").filter(|_| !takes_none) {
            add_to(post);
        }
    }
}

fn parameter() -> Value {
    json!({
        "name": KEY,
        "in": "header",
        "description": "Makes the request safe to send again: for 24 hours, the same request with \
            the same key is not done again but gets the first answer. Quotes round the key mean \
            nothing. Without credentials it is ignored.",
        "schema": {"type": "string", "pattern": format!("^[!#-~][!-~]{{0,{}}}$", LONGEST_KEY - 1)},
        "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
    })
}

fn add_to(operation: &mut Value) {
    let key = json!({"$ref": format!("#/components/parameters/{KEY}")});
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(key),
        None => operation["parameters"] = json!([key]),
    }
    let responses = &mut operation["responses"];
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        if status.starts_with('2') {
            response["headers"]["Idempotency-Replayed"] = json!({
                "schema": {"const": "true"},
                "description": "Nothing was done now: this was the answer to the first request",
            });
        }
    }
    for (status, told) in FAILURES {
        let description = &mut responses[status]["description"];
        let both = description.as_str().map(|first| format!("{first}. {told}"));
        *description = both.unwrap_or_else(|| told.to_owned()).into();
    }
}
