//! The routes: a file per resource.

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::web::{self, PathConfig, QueryConfig};
use actix_web::{HttpRequest, HttpResponse};
use omicron_schema::Schema;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::SwaggerUi;

use crate::problem::Problem;
use crate::state::State;

mod access;
pub(crate) mod accounts;
mod checkpoints;
mod events;
mod files;
mod health;
mod hello;
pub(crate) mod members;
pub(crate) mod projects;
pub(crate) mod records;
pub(crate) mod resets;
mod schemas;
pub(crate) mod service_accounts;
pub(crate) mod templates;
pub(crate) mod tokens;
pub(crate) mod users;
pub(crate) mod validation;
pub(crate) mod webhooks;

/// Where v1 lives.
pub(crate) const PREFIX: &str = "/api/v1";

/// Mounts the whole API in an actix application, which must have a [`State`] as its data.
pub fn configure(config: &mut web::ServiceConfig) {
    // A segment or a parameter that can't be read is the client's mistake, in our words.
    config
        .app_data(PathConfig::default().error_handler(|error, _| {
            Problem::malformed(format!("the address can't be read: {error}")).into()
        }))
        .app_data(QueryConfig::default().error_handler(|error, _| {
            Problem::malformed(format!("the parameters can't be read: {error}")).into()
        }));
    let mut config = ServiceConfig::new(config);
    documented(&mut config);
    // Older clients leave the prefix out.
    old(&mut config);
    config.map(|config| {
        resets::page(config);
        let docs = SwaggerUi::new("/docs/{_:.*}")
            .external_url_unchecked("/openapi.json", crate::openapi::document().clone());
        config
            .service(docs)
            .service(web::redirect("/docs", "/docs/"))
            .default_service(web::to(elsewhere))
    });
}

/// What stands in the OpenAPI document.
pub(crate) fn documented(config: &mut ServiceConfig<'_>) {
    config
        .service(utoipa_actix_web::scope(PREFIX).configure(v1))
        .service(hello::hello)
        .service(hello::index)
        .service(files::file)
        .service(health::healthz)
        .service(health::readyz)
        .service(health::metrics)
        .service(checkpoints::keys);
}

fn v1(config: &mut ServiceConfig<'_>) {
    old(config);
    resets::configure(config);
    service_accounts::configure(config);
    access::configure(config);
    events::configure(config);
    templates::configure(config);
    records::configure(config);
    validation::configure(config);
    checkpoints::configure(config);
    webhooks::configure(config);
}

/// What older clients know, and what stands beside it.
fn old(config: &mut ServiceConfig<'_>) {
    projects::configure(config);
    members::configure(config);
    users::configure(config);
    accounts::configure(config);
    tokens::configure(config);
    schemas::configure(config);
}

/// An address that no route serves, or not with this method.
async fn elsewhere(request: HttpRequest, state: State) -> Result<HttpResponse, Problem> {
    let Some(entry) = state.table.find(request.path()) else { return Err(Problem::not_found()) };
    let mut response = if request.method() == Method::OPTIONS {
        entry.schema().map_or_else(|| HttpResponse::NoContent().finish(), schema)
    } else {
        Problem::method_not_allowed(&entry.allow).into()
    };
    if let Ok(allow) = HeaderValue::from_str(&entry.allow) {
        response.headers_mut().insert(ALLOW, allow);
    }
    Ok(response)
}

/// A schema, exactly as it stands in its file.
pub(crate) fn schema(schema: &'static Schema) -> HttpResponse {
    HttpResponse::Ok().content_type("application/schema+json").body(schema.text())
}
