//! What a server answered.

use serde_json::Value;
use ureq::http::HeaderMap;

/// An answer, of any status, with what it answers for the message of a failed test.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
    request: String,
}

impl Answer {
    pub(super) fn new(
        method: &str,
        url: &str,
        status: u16,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Self {
        Self { status, headers, body, request: format!("{method} {url}") }
    }

    /// The answer itself, if it has this status; a panic that shows the body if not.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "the check is the use")]
    pub fn expect(self, status: u16) -> Self {
        assert!(self.status == status, "expected {status}: {self}");
        self
    }

    /// The body as JSON; a panic if it is not.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }

    /// The body as text; a panic if it is not UTF-8.
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_else(|error| panic!("no text ({error}): {self}"))
    }

    /// The first header of this name, in any case, if it is readable text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All headers of this name, in order.
    pub fn headers_named(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(formatter, "{} answered {} {:?}\n{body}", self.request, self.status, self.headers)
    }
}
