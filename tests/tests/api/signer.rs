//! A client that signs its requests, written from RFC 9421 alone: nothing here is the server's code.

use crate::Lab;
use crate::lab::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use omicron_tests::{Answer, Client};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};

/// A token's id and key, and a client that knows nothing else.
pub struct Signer {
    pub id: i64,
    pub key: String,
    pub client: Client,
}

pub type Headers = Vec<(String, String)>;

impl Signer {
    pub fn of(lab: &Lab, person: &Client) -> Self {
        let made = person.post("/api/v1/token?expiration=600", &json!({})).expect(201).json();
        Self {
            id: made["id"].as_i64().unwrap(),
            key: text(&made["signing_key"]),
            client: lab.anonymous(),
        }
    }

    pub fn host(&self) -> &str {
        self.client.base_url().strip_prefix("http://").unwrap()
    }

    /// The headers that sign a request; by the RFC alone, with nothing of the server's code.
    pub fn sign(&self, method: &str, target: &str, body: &str) -> Headers {
        let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut covered = vec![("@method", method), ("@authority", self.host()), ("@path", path)];
        let query = format!("?{query}");
        if query.len() > 1 {
            covered.push(("@query", &query));
        }
        let mut headers = Headers::new();
        if !body.is_empty() {
            covered.push(("content-digest", &digest));
            headers.push(("content-digest".into(), digest.clone()));
            headers.push(("content-type".into(), "application/json".into()));
        }
        headers.extend(self.sign_these(&covered));
        headers
    }

    pub fn sign_these(&self, covered: &[(&str, &str)]) -> Headers {
        static NONCES: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let nonce = NONCES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let names: Vec<_> = covered.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let (names, id, now) = (names.join(" "), self.id, now());
        let input = format!(r#"({names});created={now};keyid="{id}";nonce="{nonce}""#);
        let mut base: String =
            covered.iter().map(|(name, value)| format!("\"{name}\": {value}\n")).collect();
        base += &format!("\"@signature-params\": {input}");
        let key = STANDARD.decode(&self.key).unwrap();
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(base);
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        vec![
            ("signature-input".into(), format!("sig1={input}")),
            ("signature".into(), format!("sig1=:{signature}:")),
        ]
    }

    pub fn send(&self, method: &str, target: &str, body: &str) -> Answer {
        self.send_with(method, target, body, &self.sign(method, target, body))
    }

    pub fn send_with(&self, method: &str, target: &str, body: &str, headers: &Headers) -> Answer {
        let request = self.client.request(method, target);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        if body.is_empty() { request.send() } else { request.body(body).send() }
    }

    /// A client of the documentation, with this key in its environment.
    pub fn example(&self, name: &str, args: &[&str]) -> Output {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        Command::new(root.join("docs/examples").join(name))
            .args(args)
            .env("OMICRON_KEY_ID", self.id.to_string())
            .env("OMICRON_SIGNING_KEY", &self.key)
            .output()
            .unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "a client has the clock of its system")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
