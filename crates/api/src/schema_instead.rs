//! `?schema=true`: the schema of an address's body, instead of what the address does.

use crate::problem::Problem;
use crate::routes;
use crate::state::State;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

/// Wraps the routes: `App::new().wrap(from_fn(schema_instead))`.
///
/// # Errors
/// Those of what it wraps.
pub async fn schema_instead<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    match wished(&request) {
        None => next.call(request).await.map(ServiceResponse::map_into_left_body),
        Some(answer) => {
            let (request, _) = request.into_parts();
            Ok(ServiceResponse::new(request, answer).map_into_right_body())
        }
    }
}

fn wished(request: &ServiceRequest) -> Option<HttpResponse> {
    let wish = request
        .query_string()
        .split('&')
        .find_map(|pair| if pair == "schema" { Some("") } else { pair.strip_prefix("schema=") })?;
    let entry = State::of(request.request()).ok()?.table.find(request.path())?;
    let schema = entry.schema_for(request.method())?;
    match wish {
        "true" => Some(routes::schema(schema)),
        "false" => None,
        _ => Some(Problem::invalid("/schema", "must be true or false").into()),
    }
}
