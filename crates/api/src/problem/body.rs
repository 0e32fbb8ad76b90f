//! How a failure looks to the client.

use super::Problem;
use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};
use std::error::Error as StdError;
use utoipa::ToSchema;

/// What is wrong with one part of a request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901) into the body, or `/` and a parameter's name.
    #[schema(example = "/email")]
    pub pointer: String,
    /// What.
    #[schema(example = "must be at most 64 characters long")]
    pub message: String,
}

/// The body of every failure (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// What kind of failure this is, as a URI.
    #[serde(rename = "type")]
    #[schema(example = "urn:omicron:problem:validation")]
    kind: String,
    /// The kind in words.
    title: String,
    /// The HTTP status again.
    #[schema(example = 400)]
    status: u16,
    /// What happened, and what to do.
    detail: String,
    /// This occurrence: `urn:request:` and the `Request-Id`.
    instance: String,
    /// The same as `detail`, for older clients.
    message: String,
    /// What is wrong with which part of the request, after a failed validation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
    /// What lies behind a 500, if the server runs with `DEBUG`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    causes: Vec<String>,
    /// Of a change that was made on an outdated version: `current_version`, and `changes` since then,
    /// each with its `pointer`, what stood there (`from`) and what stands there now (`to`). Of a
    /// template that stored records would not satisfy: `records`, each with its `id` and `errors`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    more: Map<String, Value>,
}

impl Problem {
    /// The body, for the request of this id; with its causes if they may be told.
    pub(crate) fn body(&self, request_id: &str, debug: bool) -> ProblemBody {
        let kind = match self.kind {
            Some(kind) => format!("urn:omicron:problem:{kind}"),
            None => "about:blank".to_owned(),
        };
        let causes = match self.cause() {
            Some(cause) if debug => chain(cause),
            _ => Vec::new(),
        };
        ProblemBody {
            kind,
            title: title(self.kind, self.status).to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone().into_owned(),
            instance: format!("urn:request:{request_id}"),
            message: self.detail.clone().into_owned(),
            errors: self.errors.clone(),
            causes,
            more: self.more.as_deref().cloned().unwrap_or_default(),
        }
    }
}

fn title(kind: Option<&'static str>, status: StatusCode) -> &'static str {
    match kind {
        Some("malformed") => "The request is malformed",
        Some("validation") => "The request is not valid",
        Some("unauthenticated") => "Who are you?",
        Some("forbidden") => "You may not do this",
        Some("taken") => "The name is taken",
        Some("conflict") => "The present state does not allow this",
        Some("signed") => "The record is signed",
        Some("archived") => "The project is archived",
        Some("unsatisfied") => "Stored records stand in the way",
        Some("unsigned") => "No checkpoint vouches for it yet",
        Some("precondition-required") => "Which version is the change made on?",
        Some("changed") => "It has changed meanwhile",
        Some("idempotency-key-reused") => "The key belongs to another request",
        Some("idempotency-key-in-use") => "The first request is still being worked on",
        Some("throttled") => "Too often",
        Some("busy") => "Too much at once",
        Some("unavailable") => "Not at the moment",
        Some("uncertain") => "It may or may not have happened",
        Some("internal") => "Something went wrong on the server",
        _ => status.canonical_reason().unwrap_or("The request failed"),
    }
}

/// An error and all that lies behind it, outermost first.
pub(crate) fn chain(error: &dyn StdError) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(error) = next {
        texts.push(error.to_string());
        next = error.source();
    }
    texts
}
