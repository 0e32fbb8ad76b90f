//! The HTTP client: one POST, no redirects, no proxies, ten seconds.

use crate::{Forbidden, Gate, Letter, Networks};
use rustls::crypto::ring;
use rustls::{CertificateError, Error as Tls};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use ureq::http::{Response, header::RETRY_AFTER};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::Resolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Error};

/// How long a delivery may take, from the look-up of the name to the head of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is said of a receiver whose certificate nobody vouches for.
const UNTRUSTED: &str = "nobody whom this server trusts vouches for the receiver's certificate: whoever runs the server can add an authority with SSL_CERT_FILE";

/// What came back.
///
/// ```
/// use omicron_webhooks::Reply;
/// # use std::time::{Duration, Instant};
/// let (retry_after, took) = (Some("120".to_owned()), Duration::from_millis(80));
/// let busy = Reply::Answer { status: 503, retry_after, took };
/// assert_ne!(busy, Reply::Nothing("no answer within 10 seconds".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answer {
        /// Its status.
        status: u16,
        /// Its header `Retry-After`.
        retry_after: Option<String>,
        /// How long it took to come.
        took: Duration,
    },
    /// None, and why.
    Nothing(String),
}

/// A way to post letters.
pub trait Post: Send + Sync + 'static {
    /// Posts a letter, and waits for the reply.
    fn post(&self, letter: &Letter) -> Reply;
}

/// The way that goes over the network.
#[derive(Default)]
pub struct Client {
    networks: Networks,
    /// Made when something is posted first: whom the system trusts is a long list.
    agent: OnceLock<Agent>,
}

impl Client {
    /// A client that connects to public addresses and to these networks.
    #[must_use]
    pub fn new(networks: Networks) -> Self {
        Self { networks, agent: OnceLock::new() }
    }

    /// A client with another way to look up names.
    #[must_use]
    pub fn by(gate: Gate<impl Resolver>) -> Self {
        Self { networks: Networks::default(), agent: agent(gate).into() }
    }
}

/// Whom the system trusts, or those in `SSL_CERT_FILE` and `SSL_CERT_DIR`.
fn authorities() -> RootCerts {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        log::warn!("certificates by which receivers of webhooks are known can't be read: {error}");
    }
    if found.certs.is_empty() {
        log::warn!(
            "nothing can be posted to webhooks by HTTPS, since no authority is trusted: install ca-certificates, or set SSL_CERT_FILE"
        );
    }
    RootCerts::from(found.certs.iter().map(|one| Certificate::from_der(one.as_ref()).to_owned()))
}

fn agent(gate: Gate<impl Resolver>) -> Agent {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(authorities())
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .build();
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        // Not even one that the environment names: it would connect in our place, unchecked.
        .proxy(None)
        .max_idle_age(Duration::from_secs(5))
        .timeout_global(Some(PATIENCE))
        .user_agent(concat!("omicron/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls)
        .build();
    Agent::with_parts(config, DefaultConnector::default(), gate)
}

impl Post for Client {
    fn post(&self, letter: &Letter) -> Reply {
        let made = || agent(Gate::of_the_system(self.networks.clone()));
        let request = self
            .agent
            .get_or_init(made)
            .post(letter.url())
            .content_type("application/json")
            .header("webhook-id", letter.id())
            .header("webhook-timestamp", letter.timestamp())
            .header("webhook-signature", letter.signature());
        let start = Instant::now();
        match request.send(letter.body()) {
            Ok(response) => answered(&response, start.elapsed()),
            Err(error) => Reply::Nothing(told(&error)),
        }
    }
}

fn answered(response: &Response<Body>, took: Duration) -> Reply {
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    Reply::Answer {
        status: response.status().as_u16(),
        retry_after: retry_after.map(ToOwned::to_owned),
        took,
    }
}

fn told(error: &Error) -> String {
    match error {
        Error::Other(cause) if cause.is::<Forbidden>() => Forbidden.to_string(),
        Error::Timeout(_) => format!("no answer within {} seconds", PATIENCE.as_secs()),
        Error::HostNotFound => "the host's name is not known".to_owned(),
        Error::Io(cause) => match cause.get_ref().and_then(|cause| cause.downcast_ref()) {
            Some(Tls::InvalidCertificate(CertificateError::UnknownIssuer)) => UNTRUSTED.to_owned(),
            _ => cause.to_string(),
        },
        error => error.to_string(),
    }
}
