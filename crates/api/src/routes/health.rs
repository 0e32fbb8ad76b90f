//! Whether the server lives, whether it can serve, and how it fares.

use crate::limits::READY;
use crate::problem::Problem;
use crate::state::{MetricsAccess, State};
use actix_web::http::header::AUTHORIZATION;
use actix_web::rt::time::timeout;
use actix_web::{HttpRequest, HttpResponse, get};
use omicron_domain::{Actor, Viewer};
use omicron_persistence::{Error, users};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
struct HealthView {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the process lives.
#[utoipa::path(tag = "server", responses((status = 200, description = "It does", body = HealthView)))]
#[get("/healthz")]
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(HealthView { status: "ok" })
}

/// Whether the server can serve: its database can be read and written at once, and it is not about to stop.
#[utoipa::path(tag = "server", responses((status = 200, description = "It can", body = HealthView)))]
#[get("/readyz")]
pub(super) async fn readyz(state: State) -> Result<HttpResponse, Problem> {
    if state.is_draining() {
        return Err(Problem::unavailable("the server is about to stop"));
    }
    // Both, since another process can hold the one lock that SQLite's writers need.
    let asked = async {
        state.engine.read(Viewer::Nobody, users::count_administrators).await?;
        state.engine.write(Actor::command_line(), |_| Ok::<_, Error>(())).await
    };
    match timeout(READY, asked).await {
        Ok(answer) => answer?,
        Err(_) => return Err(Problem::unavailable("the database does not answer in time")),
    }
    Ok(HttpResponse::Ok().json(HealthView { status: "ok" }))
}

/// Figures for Prometheus.
#[utoipa::path(
    tag = "server",
    responses(
        (status = 200, description = "The figures", body = String, content_type = "text/plain"),
        (status = 401, description = "The token is missing or wrong"),
        (status = 403, description = "Nobody may read them: `METRICS_TOKEN` is not set"),
    ),
)]
#[get("/metrics")]
pub(super) async fn metrics(request: HttpRequest, state: State) -> Result<HttpResponse, Problem> {
    match &state.settings.metrics {
        MetricsAccess::Open => {}
        MetricsAccess::Closed => {
            return Err(Problem::forbidden("metrics are closed: set METRICS_TOKEN to open them"));
        }
        MetricsAccess::Token(token) => {
            let shown =
                request.headers().get(AUTHORIZATION).map_or(&b""[..], |value| value.as_bytes());
            let wanted = ["Bearer ", token.expose_secret()].concat();
            if !bool::from(shown.ct_eq(wanted.as_bytes())) {
                return Err(Problem::bad_credentials("this takes METRICS_TOKEN as a bearer token"));
            }
        }
    }
    let figures = crate::metrics::render(state.engine.waiting());
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(figures))
}
