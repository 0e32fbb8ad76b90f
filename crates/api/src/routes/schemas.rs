//! The schemas of bodies.

use crate::problem::Problem;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list).service(find);
}

/// A schema's name and address.
#[derive(Debug, Serialize, ToSchema)]
struct SchemaView {
    #[schema(example = "new-user")]
    name: &'static str,
    #[schema(example = "/api/v1/schemas/new-user")]
    href: String,
}

/// All schemas.
#[derive(Debug, Serialize, ToSchema)]
struct SchemasView {
    schemas: Vec<SchemaView>,
}

/// Lists the schemas of bodies.
#[utoipa::path(tag = "schemas", responses((status = 200, description = "All schemas", body = SchemasView)))]
#[get("/schemas")]
async fn list() -> HttpResponse {
    let view = |schema: &'static omicron_schema::Schema| SchemaView {
        name: schema.name(),
        href: format!("{}/schemas/{}", super::PREFIX, schema.name()),
    };
    let schemas = omicron_schema::embedded().iter().map(view).collect();
    HttpResponse::Ok().json(SchemasView { schemas })
}

/// One schema, exactly as the server checks bodies against it.
#[utoipa::path(
    tag = "schemas",
    params(("name" = String, Path, description = "The schema's name", example = "new-user")),
    responses((status = 200, description = "The schema", body = serde_json::Value, content_type = "application/schema+json")),
)]
#[get("/schemas/{name}")]
async fn find(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let schema = omicron_schema::embedded().get(&name).ok_or_else(Problem::not_found)?;
    Ok(super::schema(schema))
}
