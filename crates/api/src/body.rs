//! Bodies: read within limits, checked against their JSON Schema, then trusted.

use crate::caller::CallerName;
use crate::document;
use crate::problem::Problem;
use crate::signed;
use crate::state::State;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;
use omicron_domain::Grant;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::convert::Infallible;
use std::future::{Ready, ready};

/// The most bytes of a JSON body, unless it says otherwise.
pub(crate) const LIMIT: usize = 1024 * 1024;

/// What a body holds, and the schema under `schemas/` that it must satisfy.
pub(crate) trait Document: DeserializeOwned {
    /// The schema's name.
    const SCHEMA: &'static str;
    /// The most bytes that it may take.
    const LIMIT: usize = LIMIT;

    /// Members whose numbers stay as they are written: other people's documents.
    const AS_WRITTEN: &'static [&'static str] = &[];
}

/// A body that has not been read yet: whoever may not call is refused before it is.
pub(crate) struct Body {
    payload: Payload,
    /// For what its headers say of the body; what a signature says may not be known before it is
    /// read.
    request: HttpRequest,
}

impl FromRequest for Body {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self { payload: payload.take(), request: request.clone() }))
    }
}

impl Body {
    /// The document, which has to be there.
    pub(crate) async fn read<T: Document>(self) -> Result<T, Problem> {
        self.receive(T::LIMIT).await?.needed()
    }

    /// The document, if there is one.
    pub(crate) async fn read_optional<T: Document>(self) -> Result<Option<T>, Problem> {
        self.receive(T::LIMIT).await?.document()
    }

    /// What the caller's credential is good for: what it was answered is not for one that is good for
    /// less.
    pub(crate) fn came_with(&self) -> String {
        let extensions = self.request.extensions();
        let grant = extensions.get::<CallerName>().and_then(|caller| caller.grant);
        let less = grant.filter(|grant| *grant != Grant::EVERYTHING);
        less.map(|Grant { scopes, project }| format!("{scopes} {project:?}")).unwrap_or_default()
    }

    /// The document, if the body is an object or sets out to be one; any other body is no matter, as for
    /// the old server.
    pub(crate) async fn read_if_it_says<T: Document>(self) -> Result<Option<T>, Problem> {
        let received = self.receive(T::LIMIT).await?;
        if received.sets_out_to_be_an_object() { received.document() } else { Ok(None) }
    }

    /// The document, if the body is an object with one of these members, or an object that can't be read:
    /// it may ask for less than all. Any other body is no matter.
    pub(crate) async fn read_if_it_names<T: Document>(
        self,
        members: &[&str],
    ) -> Result<Option<T>, Problem> {
        let received = self.receive(T::LIMIT).await?;
        if !received.sets_out_to_be_an_object() {
            return Ok(None);
        }
        match serde_json::from_slice::<Map<String, Value>>(&received.bytes) {
            Ok(object) if !members.iter().any(|member| object.contains_key(*member)) => Ok(None),
            _ => received.document(),
        }
    }

    /// The bytes, whatever they are.
    pub(crate) async fn receive(mut self, limit: usize) -> Result<Received, Problem> {
        let patience = State::of(&self.request)?.settings.limits.body;
        let bytes = actix_web::rt::time::timeout(patience, self.bytes(limit))
            .await
            .map_err(|_| Problem::timeout())??;
        signed::check_body(&self.request, &bytes)?;
        Ok(Received { bytes, content_type: self.header(CONTENT_TYPE).map(str::to_ascii_lowercase) })
    }

    fn header(&self, name: HeaderName) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    async fn bytes(&mut self, limit: usize) -> Result<Vec<u8>, Problem> {
        let length = self.header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        if length.is_some_and(|length| length > limit as u64) {
            return Err(Problem::too_large(limit));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = self.payload.next().await {
            let chunk = chunk.map_err(|error| {
                Problem::malformed(format!("the body did not arrive whole: {error}"))
            })?;
            if bytes.len() + chunk.len() > limit {
                return Err(Problem::too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// A body that has arrived.
pub(crate) struct Received {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: Option<String>,
}

impl Received {
    /// What it holds, which must be something.
    pub(crate) fn needed<T: Document>(&self) -> Result<T, Problem> {
        self.document()?.ok_or_else(|| {
            let schema = T::SCHEMA;
            Problem::malformed(format!("a body is needed here: see /api/v1/schemas/{schema}"))
        })
    }

    /// What it holds, if it holds anything.
    fn document<T: Document>(&self) -> Result<Option<T>, Problem> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        if !self.is_json() {
            return Err(Problem::unsupported_media_type());
        }
        let document = document::parse(&self.bytes)
            .map_err(|error| Problem::malformed(format!("the body is not valid JSON: {error}")))?;
        checked(document).map(Some)
    }

    /// Whether it is to be JSON, and begins as an object does.
    fn sets_out_to_be_an_object(&self) -> bool {
        self.is_json() && self.bytes.trim_ascii_start().starts_with(b"{")
    }

    fn is_json(&self) -> bool {
        let Some(content_type) = &self.content_type else { return true };
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        essence == "application/json" || essence.ends_with("+json")
    }
}

/// The body that a document is, if it satisfies its schema.
pub(crate) fn checked<T: Document>(document: Value) -> Result<T, Problem> {
    let schema = omicron_schema::embedded()
        .get(T::SCHEMA)
        .ok_or_else(|| Problem::internal(format!("the schema {} is missing", T::SCHEMA)))?;
    let violations = schema.violations(&document);
    if !violations.is_empty() {
        return Err(Problem::violations(violations));
    }
    // What the schema accepts fits the type; if it does not, the two have drifted apart.
    serde_json::from_value(whole::<T>(document)).map_err(Problem::internal)
}

/// The document as its type reads it: with whole numbers, but for other people's documents in it.
fn whole<T: Document>(mut document: Value) -> Value {
    let mut taken = Vec::new();
    if let Some(members) = document.as_object_mut() {
        taken.extend(T::AS_WRITTEN.iter().filter_map(|name| members.remove_entry(*name)));
    }
    let mut document = document::with_whole_numbers(document);
    if let Some(members) = document.as_object_mut() {
        members.extend(taken);
    }
    document
}
