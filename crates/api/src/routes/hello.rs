//! That the server works.

use actix_web::http::header::{Accept, Header as _, VARY};
use actix_web::mime::{self, Mime};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

const GREETING: &str = "Hello World!";

/// That the server works, and where to go from here.
#[derive(Debug, Serialize, ToSchema)]
struct HelloView {
    #[schema(example = "Hello World!")]
    message: &'static str,
    version: &'static str,
    documentation: &'static str,
    openapi: &'static str,
    source_repository: &'static str,
}

/// Says that the server works.
#[utoipa::path(
    tag = "server",
    responses((status = 200, description = "It does", content((HelloView = "application/json"), (String = "text/plain")))),
)]
#[get("/")]
pub(super) async fn hello(request: HttpRequest) -> HttpResponse {
    greet(&request)
}

/// Says that the server works, at the old server's other address.
#[utoipa::path(
    tag = "server",
    responses((status = 200, description = "It does", content((HelloView = "application/json"), (String = "text/plain")))),
)]
#[get("/index")]
pub(super) async fn index(request: HttpRequest) -> HttpResponse {
    greet(&request)
}

fn greet(request: &HttpRequest) -> HttpResponse {
    let prefers_plain = Accept::parse(request).is_ok_and(|accept| {
        let json_or_plain =
            |kind: &Mime| *kind == mime::TEXT_PLAIN || *kind == mime::APPLICATION_JSON;
        let first = accept.ranked().into_iter().find(json_or_plain);
        first.is_some_and(|kind| kind == mime::TEXT_PLAIN)
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((VARY, "Accept"));
    if prefers_plain {
        return response.content_type("text/plain; charset=utf-8").body(GREETING);
    }
    response.json(HelloView {
        message: GREETING,
        version: env!("CARGO_PKG_VERSION"),
        documentation: "/docs/",
        openapi: "/openapi.json",
        source_repository: env!("CARGO_PKG_REPOSITORY"),
    })
}
