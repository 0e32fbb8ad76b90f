//! The API as a whole server.

use crate::exchange::exchange;
use crate::schema_instead::schema_instead;
use crate::state::{Origins, State};
use crate::{metrics, routes};
use actix_cors::Cors;
use actix_web::dev::Server;
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer};
use std::net::TcpListener;
use std::time::Duration;

/// Headers that scripts of other origins may send.
const ALLOWED: [HeaderName; 7] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    HeaderName::from_static("x-requested-with"),
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("request-id"),
];

/// Headers that scripts of other origins may read.
const EXPOSED: [HeaderName; 8] = [
    HeaderName::from_static("page"),
    HeaderName::from_static("items_per_page"),
    HeaderName::from_static("count"),
    header::LINK,
    header::ETAG,
    header::LOCATION,
    header::RETRY_AFTER,
    HeaderName::from_static("request-id"),
];

/// Serves the API on sockets that are bound already, until the server is stopped: signals are the
/// caller's to handle.
///
/// # Errors
/// That a socket can't be listened on.
pub fn serve(
    listeners: Vec<TcpListener>,
    workers: Option<usize>,
    state: State,
) -> std::io::Result<Server> {
    metrics::install();
    let mut server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .wrap(from_fn(schema_instead))
            .wrap(cors(&state.settings.allowed_origins))
            .wrap(from_fn(exchange))
            .configure(routes::configure)
    })
    .disable_signals()
    .shutdown_timeout(30)
    .client_request_timeout(Duration::from_secs(5))
    .keep_alive(Duration::from_secs(75));
    if let Some(workers) = workers {
        server = server.workers(workers);
    }
    for listener in listeners {
        server = server.listen(listener)?;
    }
    Ok(server.run())
}

fn cors(origins: &Origins) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
        .allowed_headers(ALLOWED)
        .expose_headers(EXPOSED)
        .max_age(3600);
    match origins {
        Origins::Any => cors.allow_any_origin().send_wildcard(),
        Origins::Listed(origins) => {
            origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
        }
    }
}
