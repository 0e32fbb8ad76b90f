//! Entity tags: a digest of what is shown, so that whatever changes it changes the tag.

use crate::problem::Problem;
use actix_web::dev::Payload;
use actix_web::http::header::{ETAG, HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use omicron_service::records::Base;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::future::{Ready, ready};

/// The strong tag of a representation.
pub(crate) fn tag_of(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let mut tag = String::with_capacity(34);
    tag.push('"');
    for byte in digest.iter().take(16) {
        // Writing into a string does not fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// The conditions that a request puts on the present state.
#[derive(Clone, Default)]
pub(crate) struct Conditions {
    if_match: Vec<String>,
    if_none_match: Vec<String>,
}

impl Conditions {
    /// Whether the client has seen this representation, or does not care.
    pub(crate) fn allow_change_of(&self, view: &impl Serialize) -> bool {
        if self.if_match.is_empty() {
            return true;
        }
        let Ok(bytes) = serde_json::to_vec(view) else { return false };
        names(&self.if_match, &tag_of(&bytes))
    }

    /// The representation with its tag, or nothing if the client has it already.
    pub(crate) fn answer(&self, view: &impl Serialize) -> Result<HttpResponse, Problem> {
        let bytes = serde_json::to_vec(view).map_err(Problem::internal)?;
        let tag = tag_of(&bytes);
        Ok(self.answer_with(tag, bytes))
    }

    /// As [`Conditions::answer`], of something that has versions.
    pub(crate) fn answer_version(
        &self,
        version: i64,
        view: &impl Serialize,
    ) -> Result<HttpResponse, Problem> {
        let bytes = serde_json::to_vec(view).map_err(Problem::internal)?;
        Ok(self.answer_with(tag_of_version(version, &bytes), bytes))
    }

    /// The versions on which a change may be made.
    pub(crate) fn base(&self) -> Base {
        match self.if_match.as_slice() {
            [] => Base::Unsaid,
            [any] if any == "*" => Base::Any,
            tags => Base::Versions(tags.iter().filter_map(|tag| version_of(tag)).collect()),
        }
    }

    fn answer_with(&self, tag: String, bytes: Vec<u8>) -> HttpResponse {
        if names(&self.if_none_match, &tag) || names(&self.if_none_match, &["W/", &tag].concat()) {
            return HttpResponse::NotModified().insert_header((ETAG, tag)).finish();
        }
        json(HttpResponse::Ok().insert_header((ETAG, tag)), bytes)
    }
}

/// The strong tag of a representation of something that has versions: the version, and a digest of
/// what is shown of it.
pub(crate) fn tag_of_version(version: i64, bytes: &[u8]) -> String {
    format!("\"{version}.{}", &tag_of(bytes)[1..])
}

/// The version that a tag names. What is shown of a version may change, such as the name of a person
/// who was made unknown; a change is made on the version.
fn version_of(tag: &str) -> Option<i64> {
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    let version = inner.split_once('.').map_or(inner, |(version, _)| version);
    let plain = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    if plain { version.parse().ok() } else { None }
}

/// As [`tagged`], of something that has versions.
pub(crate) fn tagged_version(
    mut response: HttpResponseBuilder,
    version: i64,
    view: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(view).map_err(Problem::internal)?;
    let tag = tag_of_version(version, &bytes);
    Ok(json(response.insert_header((ETAG, tag)), bytes))
}

/// A representation with its tag, with any status.
pub(crate) fn tagged(
    mut response: HttpResponseBuilder,
    view: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(view).map_err(Problem::internal)?;
    Ok(json(response.insert_header((ETAG, tag_of(&bytes))), bytes))
}

/// A rendered representation.
pub(crate) fn json(response: &mut HttpResponseBuilder, bytes: Vec<u8>) -> HttpResponse {
    response.content_type("application/json").body(bytes)
}

/// Whether a list of tags names this one; `*` names any, but in a list it is a part of another tag.
fn names(tags: &[String], tag: &str) -> bool {
    tags == ["*"] || tags.iter().any(|named| named == tag)
}

impl FromRequest for Conditions {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        ready(Ok(Self {
            if_match: tags(headers, &IF_MATCH),
            if_none_match: tags(headers, &IF_NONE_MATCH),
        }))
    }
}

/// The tags of a header. Our own hold no comma, so any that does is not one of ours.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    headers
        .get_all(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .flat_map(|value| value.split(',').map(|tag| tag.trim().to_owned()).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Conditions, tag_of};
    use actix_web::FromRequest as _;
    use actix_web::http::StatusCode;
    use actix_web::http::header::{HeaderValue, IF_MATCH, IF_NONE_MATCH};
    use actix_web::test::TestRequest;

    /// Whether both headers, read as conditions, name the view.
    fn names_the_view(list: &str) -> bool {
        let value = HeaderValue::from_str(list).unwrap();
        let request = TestRequest::default()
            .insert_header((IF_MATCH, value.clone()))
            .insert_header((IF_NONE_MATCH, value))
            .to_http_request();
        let conditions = Conditions::extract(&request).into_inner().unwrap();
        let status = conditions.answer(&"view").unwrap().status();
        let matches = conditions.allow_change_of(&"view");
        assert_eq!(matches, status == StatusCode::NOT_MODIFIED, "{list}");
        matches
    }

    #[test]
    fn a_list_names_what_stands_in_it_and_a_star_everything() {
        let ours = tag_of(br#""view""#);
        for list in ["*", " * ", &ours, &format!("\"a\" ,{ours}"), &format!("\"\u{fc}\", {ours}")] {
            assert!(names_the_view(list), "{list}");
        }
        for list in ["\"*\"", "\"a,*,b\"", "\"a, *\"", "\"a\"", ""] {
            assert!(!names_the_view(list), "{list}");
        }
    }
}
