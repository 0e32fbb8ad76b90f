//! For `tests/fuzz` alone: the parsers that clients' bytes reach, without a server around them.

use crate::body::{Document, Received};
use crate::etag::{Conditions, tag_of};
use crate::listing::{Paging, answer};
use crate::problem::Problem;
use crate::routes::{
    accounts, members, projects, records, resets, service_accounts, templates, tokens, users,
    validation, webhooks,
};
use crate::{client, document, once};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, LINK};
use actix_web::http::{StatusCode, Uri};
use actix_web::test::TestRequest;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest, ResponseError as _};
use omicron_domain::{Listing, Page, RecordPage};
use serde_json::Value;
use std::net::IpAddr;

/// Header lines: names and values.
pub type Lines<'a> = &'a [(&'a str, &'a [u8])];

/// The headers; `None` where the HTTP library refuses them before we see them.
fn headers(lines: Lines<'_>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        headers.append(name, HeaderValue::from_bytes(value).ok()?);
    }
    Some(headers)
}

fn request(target: &str) -> Option<HttpRequest> {
    // The test request panics where the HTTP library refuses; a route has a path.
    let uri = target.parse::<Uri>().ok()?;
    uri.path().starts_with('/').then(|| TestRequest::with_uri(target).to_http_request())
}

/// From where a request with these headers comes, behind so many proxies that are trusted.
#[must_use]
pub fn address(proxies: usize, lines: Lines<'_>, peer: IpAddr) -> Option<IpAddr> {
    Some(client::behind(proxies, &headers(lines)?, peer))
}

/// The key that the headers `Idempotency-Key` give; an error for what is none.
///
/// # Errors
/// The status of the refusal.
pub fn idempotency_key(values: &[Vec<u8>]) -> Result<Option<String>, StatusCode> {
    once::key(values).map_err(|problem| problem.status_code())
}

/// The tag of a view.
#[must_use]
pub fn tag(view: &str) -> String {
    serde_json::to_vec(view).map(|bytes| tag_of(&bytes)).unwrap_or_default()
}

/// Whether a view may be changed under the conditions of these headers, and whether the client has
/// it already.
#[must_use]
pub fn conditions(lines: Lines<'_>, view: &str) -> Option<(bool, bool)> {
    let mut request = TestRequest::default();
    for (name, value) in headers(lines)? {
        request = request.append_header((name, value));
    }
    let request = request.to_http_request();
    let conditions = Conditions::extract(&request).into_inner().ok()?;
    let answer = conditions.answer(&view).ok()?;
    Some((conditions.allow_change_of(&view), answer.status() == StatusCode::NOT_MODIFIED))
}

/// Which part of a list an address asks for, or with which status it is refused.
#[must_use]
pub fn page(target: &str) -> Option<Result<Page, StatusCode>> {
    let request = request(target)?;
    let paging = Query::<Paging>::from_query(request.query_string());
    let page = match paging {
        Ok(paging) => paging.page().map_err(|problem| problem.status_code()),
        Err(_) => Err(StatusCode::BAD_REQUEST),
    };
    Some(page)
}

/// Which part of a list of records an address asks for, or with which status it is refused.
#[must_use]
pub fn record_page(target: &str) -> Option<Result<RecordPage, StatusCode>> {
    let parameters = parameters(target)?;
    let query = records::RecordQuery::read(&parameters).and_then(|query| query.page());
    Some(query.map_err(|problem| problem.status_code()))
}

/// The status and the `Link` header of a list's answer, given the ids of this part of it.
#[must_use]
pub fn link(target: &str, page: Page, ids: Vec<i64>, total: i64) -> Option<(StatusCode, String)> {
    let listing = Listing { items: ids, total: page.is_counted().then_some(total) };
    let response = answer(&request(target)?, page, listing, |id| *id, |_| ());
    let link = response.headers().get(LINK).and_then(|link| link.to_str().ok());
    Some((response.status(), link.unwrap_or_default().to_owned()))
}

/// The parameters of an address.
#[must_use]
pub fn parameters(target: &str) -> Option<Vec<(String, String)>> {
    let request = request(target)?;
    let parameters = Query::<Vec<(String, String)>>::from_query(request.query_string());
    Some(parameters.ok()?.into_inner())
}

/// A body, read as strictly as any is.
#[must_use]
pub fn json(bytes: &[u8]) -> Option<Value> {
    document::parse(bytes).ok()
}

/// With which status each schema's body of these bytes is refused; none if it is taken.
#[must_use]
pub fn bodies(bytes: &[u8]) -> Vec<(&'static str, Option<StatusCode>)> {
    let received = Received { bytes: bytes.to_vec(), content_type: None };
    vec![
        read::<accounts::ChangePasswordBody>(&received),
        read::<accounts::ChangeUserBody>(&received),
        read::<members::ChangeMemberBody>(&received),
        read::<members::NewMemberBody>(&received),
        read::<members::NewOwnerBody>(&received),
        read::<projects::ChangeProjectBody>(&received),
        read::<projects::NewProjectBody>(&received),
        read::<records::bulk::BulkBody>(&received),
        read::<records::bulk::BulkItem>(&received),
        read::<records::ChangeRecordBody>(&received),
        read::<records::comments::CommentBody>(&received),
        read::<records::NewRecordBody>(&received),
        read::<records::RevertBody>(&received),
        read::<records::signatures::SignatureBody>(&received),
        read::<records::signatures::UnlockBody>(&received),
        read::<resets::NewPasswordBody>(&received),
        read::<service_accounts::NewServiceAccountBody>(&received),
        read::<service_accounts::NewServiceTokenBody>(&received),
        read::<templates::ChangeTemplateBody>(&received),
        read::<templates::NewTemplateBody>(&received),
        read::<tokens::NewTokenBody>(&received),
        read::<tokens::RevokedToken>(&received),
        read::<users::NewUserBody>(&received),
        read::<validation::ValidateDocumentBody>(&received),
        read::<webhooks::ChangeWebhookBody>(&received),
        read::<webhooks::NewWebhookBody>(&received),
        read::<webhooks::ReplayWebhookBody>(&received),
    ]
}

fn read<T: Document>(received: &Received) -> (&'static str, Option<StatusCode>) {
    let refused = |problem: Problem| problem.status_code();
    (T::SCHEMA, received.needed::<T>().err().map(refused))
}
