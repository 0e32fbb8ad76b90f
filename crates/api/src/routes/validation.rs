//! `/schemas/validate`: whether a document satisfies a schema, both as the client sends them.

use crate::body::{Body, Document};
use crate::caller::{Caller, CheckDocuments};
use crate::problem::Problem;
use crate::state::State;
use actix_web::{HttpResponse, post};
use omicron_schema::{Schema, Violation};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(validate);
}

/// A document and what it is to be checked against.
#[derive(Debug, Deserialize)]
pub(crate) struct ValidateDocumentBody {
    schema: Value,
    document: Value,
}

impl Document for ValidateDocumentBody {
    const SCHEMA: &'static str = "validate-document";
    const AS_WRITTEN: &'static [&'static str] = &["schema", "document"];
}

/// Whether the document is valid.
#[derive(Debug, Serialize, ToSchema)]
struct VerdictView {
    /// It is if nothing is said against it.
    valid: bool,
    /// The first hundred, by pointer.
    violations: Vec<ViolationView>,
}

/// One rule that the document breaks.
#[derive(Debug, Serialize, ToSchema)]
struct ViolationView {
    /// Where in the document (RFC 6901); for a field that is missing, where it should be.
    #[schema(example = "/temperature")]
    pointer: String,
    /// What is wrong there, without the value.
    #[schema(example = "must be at least 0")]
    message: String,
}

impl From<Vec<Violation>> for VerdictView {
    fn from(violations: Vec<Violation>) -> Self {
        let view = |Violation { pointer, message }| ViolationView { pointer, message };
        let violations: Vec<_> = violations.into_iter().map(view).collect();
        Self { valid: violations.is_empty(), violations }
    }
}

/// Checks a document against a schema, as the draft of JSON Schema says that the schema names. Formats
/// are rules. Nothing is kept, and nothing fetched.
#[utoipa::path(
    tag = "schemas", security(("password" = []), ("token" = [])),
    request_body(content = ref("#/components/schemas/validate-document")),
    responses(
        (status = 200, description = "The verdict", body = VerdictView),
        (status = 400, description = "The request is malformed, or the schema is no valid one, or would cost too much"),
    ),
)]
#[post("/schemas/validate")]
async fn validate(
    _caller: Caller<CheckDocuments>,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<ValidateDocumentBody>().await?;
    let verdict = state.checks.run(move || verdict(body)).await?;
    let verdict = verdict.map_err(|(pointer, message)| Problem::invalid(pointer, message))?;
    Ok(HttpResponse::Ok().json(verdict))
}

/// The verdict, or where in the body and why there can be none.
fn verdict(body: ValidateDocumentBody) -> Result<VerdictView, (&'static str, String)> {
    let refused = |refused| ("/schema", format!("can't be used: {refused}"));
    let schema = Schema::compile("", body.schema).map_err(refused)?;
    if !schema.can_check(&body.document) {
        return Err(("/document", "is too deep or too large for this schema".into()));
    }
    Ok(schema.violations(&body.document).into())
}
