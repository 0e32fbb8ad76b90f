//! An HTTP client for tests: no status is an error, paths go out as they are written.

mod answer;
mod raw;

pub use answer::Answer;
pub use raw::raw;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use std::fmt::Display;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{Request, Uri};

/// A client of one server, with or without a credential. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base_url: String,
    authorization: Option<String>,
}

impl Client {
    /// A client without a credential; paths are appended to `base_url`. Redirects are answers, not followed.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self::patient(base_url, Duration::from_mins(1))
    }

    /// As [`Client::new`], for answers that take longer than a minute.
    pub fn patient(base_url: impl Into<String>, limit: Duration) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .proxy(None)
            .max_idle_age(Duration::from_secs(3))
            .timeout_global(Some(limit));
        let base_url = base_url.into().trim_end_matches('/').to_owned();
        Self { agent: config.build().new_agent(), base_url, authorization: None }
    }

    /// The same client, with a password.
    #[must_use]
    pub fn basic(&self, user: &str, password: &str) -> Self {
        let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
        self.authorization(&format!("Basic {pair}"))
    }

    /// The same client, with a token.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Self {
        self.authorization(&format!("Bearer {token}"))
    }

    /// The same client, with this `Authorization` header, whatever it says.
    #[must_use]
    pub fn authorization(&self, value: &str) -> Self {
        Self { authorization: Some(value.to_owned()), ..self.clone() }
    }

    /// The same client, without a credential.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self { authorization: None, ..self.clone() }
    }

    /// What paths are appended to.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// GET.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send()
    }

    /// HEAD.
    #[track_caller]
    pub fn head(&self, path: &str) -> Answer {
        self.request("HEAD", path).send()
    }

    /// OPTIONS.
    #[track_caller]
    pub fn options(&self, path: &str) -> Answer {
        self.request("OPTIONS", path).send()
    }

    /// POST with a JSON body.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path).json(body).send()
    }

    /// PUT with a JSON body.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.request("PUT", path).json(body).send()
    }

    /// PATCH with a JSON merge patch, and further headers such as `If-Match`.
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let request = self
            .request("PATCH", path)
            .json(body)
            .header("content-type", "application/merge-patch+json");
        headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send()
    }

    /// DELETE.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.request("DELETE", path).send()
    }

    /// DELETE with a JSON body.
    #[track_caller]
    pub fn delete_json(&self, path: &str, body: &Value) -> Answer {
        self.request("DELETE", path).json(body).send()
    }

    /// Any other request. The path is sent verbatim: percent-encode what must be; `..` and `%2F` stay.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let mut headers = Vec::new();
        headers.extend(self.authorization.clone().map(|value| ("authorization".to_owned(), value)));
        let url = format!("{}{path}", self.base_url);
        RequestBuilder {
            agent: self.agent.clone(),
            method: method.to_owned(),
            url,
            headers,
            body: None,
        }
    }
}

/// A request that has not been sent.
#[derive(Debug, Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder {
    agent: Agent,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl RequestBuilder {
    /// Sets a header; an earlier one of the same name gives way.
    pub fn header(mut self, name: &str, value: impl Display) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets the body, with any method.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    /// Sets a JSON body and its type.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// Sends the request; a connection that fails is a panic.
    #[track_caller]
    pub fn send(self) -> Answer {
        let what = format!("{} {}", self.method, self.url);
        self.try_send().unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// Sends the request to a server that may be down.
    ///
    /// # Errors
    /// Whatever kept an answer from arriving; a status never does.
    pub fn try_send(self) -> Result<Answer, ureq::Error> {
        let path = self.url.parse::<Uri>().map(|uri| uri.to_string()).unwrap_or_default();
        assert_eq!(path, self.url, "not a URL that the client can send verbatim; see `raw`");
        let mut request = Request::builder().method(&*self.method).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = match self.body {
            Some(body) => self.agent.run(request.body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let (head, body) = answer.into_parts();
        let body = body.into_with_config().limit(u64::MAX).read_to_vec()?;
        Ok(Answer::new(&self.method, &self.url, head.status.as_u16(), head.headers, body))
    }
}
