//! Signed requests: how a signature sees what actix has received, and whether the body that comes
//! later is the one that was signed.
//!
//! Why nothing slips through: the signature is verified before the handler runs, over the headers
//! alone, and leaves a [`SignedBody`] in the request's extensions. A handler gets at the body only
//! through [`Body`](crate::body::Body), which holds what it has read against that: a body without a
//! signed digest is refused, and so is another body than the digest's. A body that no handler reads
//! decides nothing. (Extractors start together, so `Body` asks when it reads and not before.)

use crate::problem::Problem;
use crate::state::State;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, Uri};
use actix_web::{HttpMessage as _, HttpRequest};
use omicron_auth::Error;
use omicron_auth::signature::{BadSignature, Message, SignedBody, SignedRequest};

const INPUT: HeaderName = HeaderName::from_static("signature-input");
const SIGNATURE: HeaderName = HeaderName::from_static("signature");

/// What the client sent, and so signed, before HEAD and old spellings are mended.
#[derive(Clone)]
struct AsReceived {
    method: Method,
    uri: Uri,
}

/// To be called before anything of a request is changed.
pub(crate) fn note_as_received(request: &ServiceRequest) {
    if is_signed(request.request()) {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        request.extensions_mut().insert(AsReceived { method, uri });
    }
}

/// Whether a request has anything of a signature.
pub(crate) fn is_signed(request: &HttpRequest) -> bool {
    request.headers().contains_key(INPUT) || request.headers().contains_key(SIGNATURE)
}

/// Who has signed this request.
pub(crate) async fn authenticate(
    request: &HttpRequest,
    state: &State,
) -> Result<omicron_auth::Caller, Problem> {
    let signed = read(request).map_err(Error::Signature)?;
    let caller = state.authenticator.authenticate_signed(&state.engine, &signed).await?;
    request.extensions_mut().insert(signed.body());
    Ok(caller)
}

/// Whether this is the body that was signed, if the caller came with a signature.
pub(crate) fn check_body(request: &HttpRequest, body: &[u8]) -> Result<(), Problem> {
    match request.extensions().get::<SignedBody>() {
        Some(signed) => signed.check(body).map_err(|bad| Error::Signature(bad).into()),
        None => Ok(()),
    }
}

fn read(request: &HttpRequest) -> Result<SignedRequest, BadSignature> {
    let received = request.extensions().get::<AsReceived>().cloned();
    let AsReceived { method, uri } = received.unwrap_or_else(|| AsReceived {
        method: request.method().clone(),
        uri: request.uri().clone(),
    });
    // Of the connection alone: what a proxy says of the client's could be said by anyone.
    let connection = if request.app_config().secure() { "https" } else { "http" };
    SignedRequest::read(&Message {
        method: method.as_str(),
        scheme: uri.scheme_str().unwrap_or(connection),
        authority: uri.authority().map_or_else(|| host(request), |authority| authority.as_str()),
        target: &uri.to_string(),
        path: uri.path(),
        query: uri.query(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect(),
    })
}

/// The `Host`, if there is exactly one.
fn host(request: &HttpRequest) -> &str {
    let mut hosts = request.headers().get_all(header::HOST);
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().unwrap_or_default(),
        _ => "",
    }
}
