//! A laboratory with a token, and requests that are signed with its key.

use omicron_auth::signature::{Message, SignatureInput, SignedRequest, SigningKey};
use omicron_auth::{Authenticator, Caller, Error, Passwords, Secret};
use omicron_domain::{Actor, Grant, ManualClock, NewToken, NewUser, Timestamp, Token, User};
use omicron_persistence::{Database, Options, tokens, users};
use omicron_tests::{Backend, TestDatabase};
use std::fmt::Write as _;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

/// What the server's tokens depend on.
pub const SECRET: &str = "the same secret on every server of the lab";

/// A laboratory of a test's own: Ann, her token, and a clock that stands still.
pub struct Lab {
    pub db: Database,
    pub clock: Arc<ManualClock>,
    pub test: TestDatabase,
    pub authenticator: Authenticator,
    pub ann: User,
    pub token: Token,
    pub key: SigningKey,
}

/// 2026-11-24T12:00:00Z, to the second.
pub fn noon() -> Timestamp {
    Timestamp::from_timestamp(1_795_521_600, 0).unwrap()
}

pub fn authenticator() -> Authenticator {
    let secret = Secret::new(&SECRET.into()).unwrap();
    Authenticator::new(secret, Passwords::start(4).unwrap()).unwrap()
}

/// The fixture of `on_both!`.
pub fn lab(backend: Backend) -> Lab {
    let migrate = |url: &str| drop(Database::create(url, Options::default()).unwrap());
    let test = TestDatabase::migrated(backend, migrate);
    let clock = Arc::new(ManualClock::at(noon()));
    let options = Options { clock: clock.clone(), ..Options::default() };
    let db = Database::open(test.url(), options).unwrap();
    let ann = NewUser {
        username: "ann".parse().unwrap(),
        email: "ann@example.org".parse().unwrap(),
        password_hash: "!".to_owned(),
        administrator: false,
        approved: true,
    };
    let ann = db.write(&Actor::command_line(), |tx| users::create(tx, &ann)).unwrap();
    let authenticator = authenticator();
    let (token, key) = issue(&db, &authenticator, &ann, [7; 32]);
    Lab { db, clock, test, authenticator, ann, token, key }
}

/// A token for an hour from noon, and its key.
pub fn issue(
    db: &Database,
    authenticator: &Authenticator,
    user: &User,
    hash: [u8; 32],
) -> (Token, SigningKey) {
    let end = noon() + chrono::TimeDelta::hours(1);
    let (user, expiration_date) = (user.id, Some(end));
    let new = NewToken { user, name: None, grant: Grant::EVERYTHING, expiration_date };
    let token = db.write(&Actor::command_line(), |tx| tokens::create(tx, &new, &hash));
    let token = token.unwrap();
    let key = authenticator.signing_key(token.id, &hash);
    (token, key)
}

impl Lab {
    pub fn authenticate(&self, request: &SignedRequest) -> Result<Caller, Error> {
        self.authenticator.authenticate_signed_blocking(&self.db, request)
    }

    /// A request as this token's owner would send it at this second.
    pub fn signed(&self, created: i64, nonce: &str) -> SignedRequest {
        let parameters = format!(r#"created={created};keyid="{}";nonce="{nonce}""#, self.token.id);
        Request::post().sign(&parameters, &self.key).read().unwrap()
    }
}

/// A request in pieces that a test can change.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub scheme: String,
    pub authority: String,
    pub path: String,
    pub query: Option<String>,
    pub headers: Vec<(String, String)>,
    /// What is signed of it.
    pub covered: Vec<String>,
}

/// What a careful client covers.
pub const COVERED: [&str; 6] =
    ["@method", "@authority", "@path", "@query", "content-type", "content-digest"];
/// The body of [`Request::post`], and its digest.
pub const BODY: &[u8] = br#"{"hello": "world"}"#;
pub const DIGEST: &str = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";

impl Request {
    pub fn post() -> Self {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Self {
            method: "POST".to_owned(),
            scheme: "https".to_owned(),
            authority: "lab.example".to_owned(),
            path: "/api/v1/projects".to_owned(),
            query: Some("dry=true".to_owned()),
            headers: vec![
                header("content-type", "application/json"),
                header("content-digest", DIGEST),
            ],
            covered: COVERED.map(str::to_owned).to_vec(),
        }
    }

    pub fn covering(mut self, covered: &[&str]) -> Self {
        self.covered = covered.iter().map(|&name| name.to_owned()).collect();
        self
    }

    /// With the two headers that a signature needs.
    pub fn sign(mut self, parameters: &str, key: &SigningKey) -> Self {
        let names: Vec<_> = self.covered.iter().map(|name| format!("\"{name}\"")).collect();
        let mut text = format!("({})", names.join(" "));
        if !parameters.is_empty() {
            write!(text, ";{parameters}").unwrap();
        }
        let input: SignatureInput = text.parse().unwrap();
        let signature = self.with(|message| key.sign(&input.base(message).unwrap()));
        self.headers.push(("signature-input".to_owned(), input.header()));
        self.headers.push(("signature".to_owned(), signature.header()));
        self
    }

    pub fn with<T>(&self, work: impl FnOnce(&Message<'_>) -> T) -> T {
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        work(&Message {
            method: &self.method,
            scheme: &self.scheme,
            authority: &self.authority,
            target: &format!("{}{query}", self.path),
            path: &self.path,
            query: self.query.as_deref(),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_bytes()))
                .collect(),
        })
    }

    pub fn read(&self) -> Result<SignedRequest, omicron_auth::signature::BadSignature> {
        self.with(SignedRequest::read)
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub fn header(&self, name: &str) -> &str {
        &self.headers.iter().find(|(other, _)| other == name).unwrap().1
    }
}

/// Waits for a future on this thread: nothing here needs a runtime.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = std::pin::pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        std::thread::park();
    }
}
