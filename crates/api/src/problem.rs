//! Failures as RFC 9457 problems.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use omicron_domain::{Invalid, Needs, Permission, Scope};
use omicron_schema::Violation;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

mod body;
mod status;

use body::FieldError;
pub(crate) use body::{ProblemBody, chain};
pub(crate) use status::told;

/// Why a request failed, on its way to the client.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    /// The last part of `type`; none for what the status alone says.
    kind: Option<&'static str>,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    cause: Option<Box<dyn StdError>>,
    /// When it may be tried again, if that is known.
    wait: Option<Duration>,
    /// What the token would have to be good for.
    scope: Option<Scope>,
    /// What else there is to say of this kind of failure; most have nothing.
    more: Option<Box<Map<String, Value>>>,
}

type Text = Cow<'static, str>;

impl Problem {
    fn new(status: StatusCode, kind: &'static str, detail: impl Into<Text>) -> Self {
        let (kind, detail) = (Some(kind), detail.into());
        let (errors, more) = (Vec::new(), None);
        Self { status, kind, detail, errors, cause: None, wait: None, scope: None, more }
    }

    /// What a status says by itself.
    pub(crate) fn of_status(status: StatusCode, detail: impl Into<Text>) -> Self {
        Self { kind: None, ..Self::new(status, "", detail) }
    }

    /// The request makes no sense.
    pub(crate) fn malformed(detail: impl Into<Text>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// One part of the request is not as it must be.
    pub(crate) fn invalid(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::violations(vec![Violation { pointer: pointer.into(), message: message.into() }])
    }

    /// Parts of the request are not as they must be.
    pub(crate) fn violations(violations: Vec<Violation>) -> Self {
        let errors: Vec<_> = violations
            .into_iter()
            .map(|Violation { pointer, message }| FieldError { pointer, message })
            .collect();
        let said: Vec<_> = errors
            .iter()
            .take(3)
            .map(|error| match error.pointer.trim_start_matches('/') {
                "" => format!("the body {}", error.message),
                field => format!("{field} {}", error.message),
            })
            .collect();
        let more = if errors.len() > 3 { "; and more" } else { "" };
        let detail = format!("{}{more}", said.join("; "));
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, "validation", detail) }
    }

    /// Nobody said who they are.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "this takes credentials: send an Authorization header with a password or a token",
        )
    }

    pub(crate) fn bad_credentials(detail: impl Into<Text>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
    }

    /// What is wrong with which part, if it is that.
    pub(crate) fn into_violations(self) -> Vec<Violation> {
        if self.errors.is_empty() {
            let message = self.detail.into_owned();
            return vec![Violation { pointer: String::new(), message }];
        }
        let violation = |FieldError { pointer, message }| Violation { pointer, message };
        self.errors.into_iter().map(violation).collect()
    }

    /// The same, with one more thing to say.
    fn with(mut self, name: &str, value: Value) -> Self {
        self.more.get_or_insert_default().insert(name.to_owned(), value);
        self
    }

    /// Our own fault.
    pub(crate) fn internal(cause: impl Into<Box<dyn StdError>>) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { cause: Some(cause.into()), ..Self::new(status, "internal", "internal error") }
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let detail = format!("the body is larger than the {limit} bytes that are allowed here");
        Self::of_status(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    pub(crate) fn too_long(limit: usize) -> Self {
        let detail = format!("the address is longer than the {limit} bytes that are allowed");
        Self::of_status(StatusCode::URI_TOO_LONG, detail)
    }

    /// More than this caller may ask for at the moment.
    pub(crate) fn throttled(detail: impl Into<Text>, wait: Duration) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "throttled", detail);
        Self { wait: Some(wait), ..problem }
    }

    pub(crate) fn unsupported_media_type() -> Self {
        Self::of_status(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body must be JSON: send it with `Content-Type: application/json`",
        )
    }

    pub(crate) fn timeout() -> Self {
        Self::of_status(StatusCode::REQUEST_TIMEOUT, "the body took too long to arrive")
    }

    pub(crate) fn not_found() -> Self {
        Self::of_status(StatusCode::NOT_FOUND, "there is nothing at this address")
    }

    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        let detail = format!("this address takes {allow}");
        Self::of_status(StatusCode::METHOD_NOT_ALLOWED, detail)
    }

    pub(crate) fn forbidden(detail: impl Into<Text>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// The token is not good for that (RFC 6750).
    fn out_of_scope(permission: Permission, detail: String) -> Self {
        let problem = Self::new(StatusCode::FORBIDDEN, "insufficient-scope", detail);
        let scope = match permission.needs() {
            Needs::Scope(scope) => Some(scope),
            Needs::Anything | Needs::Password => None,
        };
        Self { scope, ..problem }
    }

    pub(crate) fn unavailable(detail: impl Into<Text>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }

    /// What lies behind it, for the log.
    pub(crate) fn cause(&self) -> Option<&dyn StdError> {
        self.cause.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// The head; the body follows where the request's id is known.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status);
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            for challenge in
                [r#"Basic realm="Omicron", charset="UTF-8""#, r#"Bearer realm="Omicron""#]
            {
                headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
        }
        if let Some(challenge) = self.scope.and_then(insufficient) {
            headers.append(WWW_AUTHENTICATE, challenge);
        }
        if matches!(self.kind, Some("busy" | "unavailable" | "idempotency-key-in-use")) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(wait) = self.wait {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER, seconds.max(1).into());
        }
        response
    }
}

fn insufficient(scope: Scope) -> Option<HeaderValue> {
    let scope = scope.as_str();
    let challenge =
        format!(r#"Bearer realm="Omicron", error="insufficient_scope", scope="{scope}""#);
    HeaderValue::from_str(&challenge).ok()
}

impl From<Problem> for HttpResponse {
    fn from(problem: Problem) -> Self {
        Self::from_error(problem)
    }
}

impl Problem {
    /// A value of the request that the domain refuses.
    pub(crate) fn of_field(pointer: &'static str) -> impl Fn(Invalid) -> Self {
        move |invalid| Self::invalid(pointer, invalid.to_string())
    }
}
