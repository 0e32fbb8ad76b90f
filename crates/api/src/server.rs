//! The API as a whole server.

use crate::exchange::exchange;
use crate::limits;
use crate::past::POSITION;
use crate::rate::{RATE_LIMIT, RATE_LIMIT_POLICY, limited};
use crate::schema_instead::schema_instead;
use crate::state::{Origins, State};
use crate::{metrics, routes};
use actix_cors::Cors;
use actix_web::dev::Server;
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::{Condition, DefaultHeaders, from_fn};
use actix_web::{App, HttpServer};
use std::net::TcpListener;

/// With TLS: browsers come back by HTTPS alone, for a year.
const ALWAYS_SECURE: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");

/// Headers that scripts of other origins may send.
const ALLOWED: [HeaderName; 10] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    HeaderName::from_static("x-requested-with"),
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("request-id"),
    HeaderName::from_static("signature"),
    HeaderName::from_static("signature-input"),
    HeaderName::from_static("content-digest"),
];

/// Headers that scripts of other origins may read.
const EXPOSED: [HeaderName; 12] = [
    HeaderName::from_static("page"),
    HeaderName::from_static("items_per_page"),
    HeaderName::from_static("count"),
    header::LINK,
    header::ETAG,
    header::LOCATION,
    header::RETRY_AFTER,
    RATE_LIMIT,
    RATE_LIMIT_POLICY,
    POSITION,
    HeaderName::from_static("idempotency-replayed"),
    HeaderName::from_static("request-id"),
];

/// Serves the API on sockets that are bound already, with TLS if it is configured, until the server
/// is stopped: signals are the caller's to handle.
///
/// # Errors
/// That a socket can't be listened on.
pub fn serve(
    listeners: Vec<TcpListener>,
    workers: usize,
    tls: Option<&rustls::ServerConfig>,
    state: State,
) -> std::io::Result<Server> {
    metrics::install();
    let connections = state.settings.limits.connections;
    let secure = tls.is_some();
    let mut server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .wrap(from_fn(schema_instead))
            .wrap(from_fn(limited))
            .wrap(cors(&state.settings.allowed_origins))
            .wrap(from_fn(exchange))
            .wrap(Condition::new(secure, DefaultHeaders::new().add(ALWAYS_SECURE)))
            .configure(routes::configure)
    })
    .disable_signals()
    .shutdown_timeout(30)
    .client_request_timeout(limits::HEAD)
    .tls_handshake_timeout(limits::HEAD)
    .keep_alive(limits::IDLE)
    .workers(workers)
    .max_connections(connections.div_ceil(workers));
    for listener in listeners {
        limit_unread(&listener)?;
        server = match tls {
            Some(tls) => server.listen_rustls_0_23(listener, tls.clone())?,
            None => server.listen(listener)?,
        };
    }
    Ok(server.run())
}

/// A client that reads nothing of what it is sent is dropped after a while; accepted sockets inherit
/// this from the one that listens.
#[cfg(target_os = "linux")]
fn limit_unread(listener: &TcpListener) -> std::io::Result<()> {
    socket2::SockRef::from(listener).set_tcp_user_timeout(Some(limits::UNREAD))
}

#[cfg(not(target_os = "linux"))]
fn limit_unread(_: &TcpListener) -> std::io::Result<()> {
    Ok(())
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::net::TcpStream;

    #[test]
    fn accepted_sockets_have_the_limit_of_the_one_that_listens() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        limit_unread(&listener).unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        let limit = socket2::SockRef::from(&accepted).tcp_user_timeout().unwrap();
        assert_eq!(limit, Some(limits::UNREAD));
    }
}
