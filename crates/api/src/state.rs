//! What all requests share.

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use chrono::TimeDelta;
use omicron_auth::{Authenticator, PasswordPolicy};
use omicron_domain::Actor;
use omicron_persistence::{Engine, Error, Lane, purge, tokens};
use omicron_service::Registration;
use omicron_service::webhooks::Plain;
use secrecy::SecretString;
use std::future::{Ready, ready};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::limits::Limits;
use crate::live::Tail;
use crate::problem::Problem;
use crate::rate::Rates;
use crate::table::RouteTable;

/// From where browsers may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// From any page, but without its cookies.
    Any,
    /// From pages of these origins.
    Listed(Vec<String>),
}

/// Who may read the metrics.
#[derive(Debug, Clone)]
pub enum MetricsAccess {
    /// Anyone who reaches the server.
    Open,
    /// Whoever shows this as a bearer token.
    Token(SecretString),
    /// Nobody.
    Closed,
}

/// How the API behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// From where browsers may call.
    pub allowed_origins: Origins,
    /// Whether a 500 tells its causes.
    pub debug: bool,
    /// Who may become a user.
    pub registration: Registration,
    /// The folder behind `/static/`.
    pub static_directory: PathBuf,
    /// How long a token lives if nothing else is asked for.
    pub token_lifetime: TimeDelta,
    /// What is asked of new passwords.
    pub password_policy: PasswordPolicy,
    /// Who may read the metrics.
    pub metrics: MetricsAccess,
    /// Whether webhooks may have addresses without TLS.
    pub plain_webhooks: Plain,
    /// What clients may take.
    pub limits: Limits,
}

/// What all requests share; a clone is the same state.
#[derive(Clone)]
pub struct State(Arc<Shared>);

/// The shared parts of [`State`].
pub struct Shared {
    /// The database.
    pub engine: Engine,
    /// Who tells who someone is.
    pub authenticator: Authenticator,
    /// How the API behaves.
    pub settings: Settings,
    pub(crate) table: RouteTable,
    pub(crate) rates: Rates,
    /// The threads that check clients' documents against their schemas.
    pub(crate) checks: Lane,
    /// What is new in the feed.
    pub(crate) tail: Tail,
    draining: AtomicBool,
    /// Whether the database's files may hold what was erased.
    unpurged: AtomicBool,
}

impl State {
    /// The state of one server.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the system gives no more threads.
    pub fn new(
        engine: Engine,
        authenticator: Authenticator,
        settings: Settings,
    ) -> Result<Self, Error> {
        let table = RouteTable::new(crate::openapi::document());
        let rates = Rates::new(settings.limits.rate);
        let checks = checks()?;
        let (draining, unpurged) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Self(Arc::new(Shared {
            engine,
            authenticator,
            settings,
            table,
            rates,
            checks,
            tail: Tail::default(),
            draining,
            unpurged,
        })))
    }

    /// Says that the server is about to stop: from now on it is not ready.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Takes what was just erased out of the database's files, now or soon.
    pub(crate) async fn purge(&self) {
        self.unpurged.store(true, Ordering::Relaxed);
        self.purge_again().await;
    }

    /// Tries once more to take out of the database's files what was erased, if it is still there.
    pub async fn purge_again(&self) {
        if !self.unpurged.swap(false, Ordering::Relaxed) {
            return;
        }
        let db = self.engine.database().clone();
        if !matches!(web::block(move || purge(&db)).await, Ok(Ok(()))) {
            log::warn!(
                "the database's files are read: what was erased stays in them for a minute more"
            );
            self.unpurged.store(true, Ordering::Relaxed);
        }
    }

    /// Writes down when tokens were last used.
    ///
    /// # Errors
    /// Those of the database; what was to be written is lost, as it matters little.
    pub async fn flush_last_use(&self) -> Result<(), Error> {
        let used = self.authenticator.take_last_use();
        if used.is_empty() {
            return Ok(());
        }
        self.engine.write(Actor::command_line(), move |tx| tokens::note_use(tx, &used)).await
    }
}

/// As for passwords, one thread fewer than the cores, so that never all are taken from the others.
fn checks() -> Result<Lane, Error> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = (cores - 1).max(1);
    Lane::start("check", threads, threads * 16, Duration::from_secs(5))
        .map_err(|error| Error::Unavailable(Box::new(error)))
}

impl Deref for State {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRequest for State {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(State::of(request).cloned())
    }
}

impl State {
    pub(crate) fn of(request: &HttpRequest) -> Result<&Self, Problem> {
        request.app_data().ok_or_else(|| Problem::internal("the application has no state"))
    }
}
