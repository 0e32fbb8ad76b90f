//! What happens to each request, whatever its route: an id, a problem for every failure, a line in
//! the log.

use crate::caller::CallerName;
use crate::client;
use crate::metrics;
use crate::problem::{Problem, chain};
use crate::signed;
use crate::state::State;
use crate::unread::{Held, Holding};
use actix_web::body::{self, BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, ResponseError as _};
use futures_util::FutureExt as _;
use omicron_domain::RequestId;
use omicron_persistence::random_bytes;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

/// The header with a request's id.
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// What a failure's body is.
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Wraps every route: `App::new().wrap(from_fn(exchange))`.
///
/// # Errors
/// A 500 if a handler panicked.
pub async fn exchange<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let started = Instant::now();
    let id = request_id(&request);
    request.extensions_mut().insert(id.clone());
    signed::note_as_received(&request);
    let method = canonical(request.method());
    // The server leaves a body to HEAD out by itself, and keeps its length.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    mend_old_spelling(&mut request);
    let held = Held::of(&mut request);
    let answering = AssertUnwindSafe(next.call(request)).catch_unwind();
    let whole = {
        let id = id.clone();
        async move {
            let Ok(answered) = answering.await else { return Err(panicked(&id)) };
            let mut response = told_as_problem(answered?, &id);
            name_request(response.headers_mut(), &id);
            keep_to_type(response.headers_mut());
            note(&response, method, &id, started);
            Ok(match held.filter(Held::is_unread) {
                Some(held) => response.map_body(|_, body| holding(body, held)),
                None if method == "HEAD" => response.map_body(|_, body| without_end(body)),
                None => response,
            })
        }
    };
    if matches!(method, "GET" | "HEAD" | "OPTIONS") {
        return whole.await;
    }
    // A change that has begun comes to its end, and into the log, whether its client waits or not.
    actix_web::rt::spawn(whole).await.unwrap_or_else(|_| Err(panicked(&id)))
}

/// An answer that holds what is left of its request.
fn holding<B>(body: impl MessageBody + 'static, held: Held) -> EitherBody<B, BoxBody> {
    EitherBody::right(BoxBody::new(Holding { body: body.boxed(), _held: held }))
}

/// Whoever asks for the head alone does not wait for the end of a stream.
fn without_end<B: MessageBody + 'static>(body: EitherBody<B, BoxBody>) -> EitherBody<B, BoxBody> {
    match body.size() {
        BodySize::Stream => EitherBody::right(BoxBody::new(body::None::new())),
        _ => body,
    }
}

/// The client's own id if it is a valid one, or a new one.
fn request_id(request: &ServiceRequest) -> RequestId {
    let sent =
        request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()?.parse().ok());
    sent.unwrap_or_else(|| {
        let bytes = random_bytes().unwrap_or_default();
        let id = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
        id.parse().unwrap_or_else(|_| unreachable!("a UUID is a request id"))
    })
}

/// Says in an answer which request it answers.
fn name_request(headers: &mut HeaderMap, id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(REQUEST_ID, value);
    }
}

/// Nobody takes an answer for what it does not say it is, and what is data shows and runs nothing.
fn keep_to_type(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let is_data = |value: &HeaderValue| value.as_bytes().ends_with(b"json");
    if headers.get(CONTENT_TYPE).is_some_and(is_data) {
        let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(CONTENT_SECURITY_POLICY, nothing);
    }
}

/// The old server's routing table prints one address without a slash.
fn mend_old_spelling(request: &mut ServiceRequest) {
    let Some(rest) = request
        .uri()
        .path_and_query()
        .and_then(|path| path.as_str().strip_prefix("/api/v1projects/"))
    else {
        return;
    };
    if let Ok(uri) = format!("/api/v1/projects/{rest}").parse::<Uri>() {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

/// Every failure as a problem: our own, and whatever the framework says in its own words.
fn told_as_problem<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    id: &RequestId,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let status = response.status();
    if status.as_u16() < 400 {
        return response.map_into_left_body();
    }
    let debug = State::of(response.request()).is_ok_and(|state| state.settings.debug);
    let ours = response.response().error().and_then(|error| error.as_error::<Problem>());
    let body = match ours {
        Some(problem) => {
            if let Some(cause) = problem.cause() {
                report(status, id, cause);
            }
            problem.body(id.as_str(), debug)
        }
        None => Problem::of_status(status, in_words(status)).body(id.as_str(), debug),
    };
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = response.map_body(|_, _| EitherBody::right(BoxBody::new(bytes)));
    response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
    response
}

fn in_words(status: StatusCode) -> String {
    match status {
        StatusCode::RANGE_NOT_SATISFIABLE => "the file has no such part".to_owned(),
        StatusCode::BAD_REQUEST => "the request is malformed".to_owned(),
        _ => status.canonical_reason().unwrap_or("the request failed").to_lowercase(),
    }
}

/// What lies behind a failure goes to the log, once, and not to the client.
fn report(status: StatusCode, id: &RequestId, cause: &dyn std::error::Error) {
    let causes = chain(cause).join(": ");
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        log::error!(request_id = id.as_str(); "internal error: {causes}");
    } else if status.is_server_error() {
        log::warn!(request_id = id.as_str(); "{causes}");
    }
}

/// A handler's panic ends its request and nothing else.
fn panicked(id: &RequestId) -> Error {
    log::error!(request_id = id.as_str(); "a handler panicked");
    let problem = Problem::internal("a handler panicked");
    let mut response = problem.error_response();
    name_request(response.headers_mut(), id);
    response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
    let body = serde_json::to_vec(&problem.body(id.as_str(), false)).unwrap_or_default();
    InternalError::from_response("a handler panicked", response.set_body(BoxBody::new(body))).into()
}

/// One line in the log, and the figures.
fn note<B>(response: &ServiceResponse<B>, method: &'static str, id: &RequestId, started: Instant) {
    let took = started.elapsed();
    let request = response.request();
    let route = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    metrics::answered(method, &route, status, took);
    let extensions = request.extensions();
    let caller = extensions.get::<CallerName>().map_or("-", |caller| caller.name.as_str());
    let client = client::address(request).to_string();
    let milliseconds = (took.as_secs_f64() * 10_000.0).round() / 10.0;
    log::info!(
        target: "access", request_id = id.as_str(), caller = caller, client = client.as_str(), status = status,
        ms = milliseconds; "{method} {route}"
    );
}

/// The method's name, for labels that outlive the request.
fn canonical(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("OTHER")
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service, try_call_service};
    use actix_web::{App, HttpResponse, web};
    use std::sync::{Arc, Mutex};

    #[actix_web::test]
    async fn a_handler_that_panics_ends_its_own_request_alone() {
        let count = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&count);
        let boom = move || {
            let counted = Arc::clone(&counted);
            async move {
                *counted.lock().unwrap() += 1;
                let answer = HttpResponse::Ok().finish();
                assert!(answer.status().is_server_error(), "boom");
                answer
            }
        };
        let app = App::new()
            .wrap(from_fn(exchange))
            .route("/boom", web::route().to(boom))
            .route("/well", web::get().to(HttpResponse::Ok));
        let app = init_service(app).await;
        for method in [Method::GET, Method::POST] {
            let request = TestRequest::with_uri("/boom").method(method);
            let request = request.insert_header((REQUEST_ID, "lab-7")).to_request();
            let response = try_call_service(&app, request).await.unwrap_err().error_response();
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(response.headers().get(REQUEST_ID).unwrap(), "lab-7");
            assert_eq!(response.headers().get(CONTENT_TYPE), Some(&PROBLEM_JSON));
            let body: serde_json::Value =
                serde_json::from_slice(&to_bytes(response.into_body()).await.unwrap()).unwrap();
            assert_eq!(
                (&body["status"], &body["instance"]),
                (&500.into(), &"urn:request:lab-7".into())
            );
            assert!(!body.to_string().contains("boom"), "{body}");
            let well = TestRequest::with_uri("/well").to_request();
            assert_eq!(try_call_service(&app, well).await.unwrap().status(), StatusCode::OK);
        }
        assert_eq!(
            *count.lock().unwrap_or_else(|broken| panic!("{broken}")),
            2,
            "no lock is broken"
        );
    }
}
