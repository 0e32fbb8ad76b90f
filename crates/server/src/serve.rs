//! The server: opened, served, and brought to its end.

mod administrator;
mod chores;
mod listen;
mod signals;
mod welcome;

use crate::error::{Error, chain};
use crate::logging::Logging;
use crate::open;
use crate::settings::{self, Settings};
use crate::signing;
use crate::tls;
use administrator::First;
use omicron_api::State;
use omicron_auth::{Authenticator, Passwords, Throttle};
use omicron_persistence::{Engine, EngineOptions};
use omicron_webhooks::{Client, Desk, Worker};
use rustls::ServerConfig;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

/// Serves until the process is asked to end.
///
/// # Errors
/// Settings, a database or an address that can't be used.
pub fn run(settings: &Settings) -> Result<(), Error> {
    settings.check()?;
    let log = Logging::start(settings)?;
    let tls = tls::load(settings)?;
    // First of all, so that a second server changes nothing before it finds that it is one.
    let (listener, address) = listen::bind(settings)?;
    let (state, worker, first) = prepare(settings)?;
    let serving = serve(settings, &log, (listener, address), tls, (state, worker), first);
    actix_web::rt::System::new().block_on(serving)
}

/// Everything that a request needs.
fn prepare(settings: &Settings) -> Result<(State, Worker, Option<First>), Error> {
    let secret = settings::token_secret(settings)?;
    let mut sizes = EngineOptions {
        quick: if settings.database_url.is_server() { 4 } else { 2 },
        ..EngineOptions::default()
    };
    // One for each thread that reads, as many for those that write, one for the chores, one for the
    // sealer, and one for the webhooks.
    let connections = u32::try_from(2 * sizes.quick + sizes.slow + 3).unwrap_or(u32::MAX);
    let db = open::for_serving(settings, connections)?;
    let key = signing::ensure(settings, &db)?;
    log::info!("checkpoints are signed with the key {}", key.verifier());
    sizes.signing_key = Some(Arc::new(key));
    let passwords = Passwords::start(settings.bcrypt_cost)?;
    let first = administrator::ensure(settings, &db, &passwords)?;
    if let Some(first) = &first {
        welcome::keep(settings, first)?;
    }
    let engine = Engine::start(db, sizes)?;
    let throttle = Throttle::new(settings.login_failures);
    let desk = Desk::new(engine.clone(), secret.clone());
    let worker = Worker::start(desk, Client::new(settings.webhook_allowed_networks.clone()))?;
    let authenticator = Authenticator::new(secret, passwords)?.with_throttle(throttle);
    Ok((State::new(engine, authenticator, api_settings(settings))?, worker, first))
}

async fn serve(
    settings: &Settings,
    log: &Logging,
    (listener, address): (TcpListener, SocketAddr),
    tls: Option<ServerConfig>,
    (state, worker): (State, Worker),
    first: Option<First>,
) -> Result<(), Error> {
    let workers = settings.workers();
    let server = omicron_api::serve(vec![listener], workers, tls.as_ref(), state.clone());
    let server = server.map_err(Error::Serve)?;
    signals::listen(log.clone(), state.clone(), server.handle())?;
    let chores = actix_web::rt::spawn(chores::each_minute(state.clone()));
    log.announce(&format!("listening on {}://{address}", settings.scheme()));
    if let Some(first) = first {
        welcome::show(settings, address, &first);
    }
    let outcome = server.await.map_err(Error::Serve);
    chores.abort();
    worker.stop();
    if let Err(error) = state.flush_last_use().await {
        log::warn!("when tokens were last used could not be written down: {}", chain(&error));
    }
    if let Err(error) = state.engine.seal().await {
        log::warn!(
            "the last events will be sealed and signed with the next start: {}",
            chain(&error)
        );
    }
    log::info!("stopped");
    outcome
}

fn api_settings(settings: &Settings) -> omicron_api::Settings {
    omicron_api::Settings {
        allowed_origins: settings.allowed_origins(),
        debug: settings.debug,
        registration: settings.registration(),
        static_directory: settings.base_directory().join("static"),
        token_lifetime: settings.token_lifetime(),
        password_policy: settings.password_policy(),
        metrics: settings.metrics(),
        plain_webhooks: settings.plain_webhooks(),
        limits: settings.limits(),
    }
}
