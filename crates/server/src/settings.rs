//! The settings: one flat struct, read from names and texts.

mod bad;
mod database_url;
mod effective;
mod rules;
mod secret_key;
mod signing_key;
mod sources;
mod table;
mod values;

pub use bad::{BadSetting, BadSettings};
pub use database_url::{DatabaseUrl, NotADatabase};
pub use secret_key::token_secret;
pub use sources::{Origin, Sources, SourcesError};
pub use table::{Default, GROUPS, Setting, settings};
pub use values::{LogFilter, LogFormat, Must, State};

use omicron_api::Origins;
use omicron_domain::{EmailAddress, Username};
use omicron_service::Registration;
use omicron_webhooks::Networks;
use secrecy::SecretString;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::PathBuf;

/// Everything that whoever runs the server can choose. What is `None` depends on other settings,
/// and is asked for through a method.
#[derive(Clone, Deserialize)]
pub struct Settings {
    /// Where to listen.
    #[serde(deserialize_with = "values::address")]
    pub ip_address: IpAddr,
    /// Where to listen; 0 for any port that is free.
    #[serde(deserialize_with = "values::number::<_, _, 0, 65535>")]
    pub port: u16,
    /// Threads that answer requests.
    #[serde(default, deserialize_with = "values::number_if_given::<_, _, 1, 1024>")]
    workers: Option<usize>,
    /// The certificate and those that vouch for it.
    #[serde(default)]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its key.
    #[serde(default)]
    pub(crate) tls_key: Option<PathBuf>,
    /// How many proxies stand in front.
    #[serde(deserialize_with = "values::number::<_, _, 0, 16>")]
    trusted_proxies: usize,
    /// Requests a minute of each caller.
    #[serde(deserialize_with = "values::number::<_, _, 0, 1_000_000_000>")]
    rate_limit: u32,
    /// Wrong passwords a minute that bring a pause.
    #[serde(deserialize_with = "values::number::<_, _, 0, 1_000_000>")]
    pub login_failures: u32,
    /// Seconds that a body may take.
    #[serde(deserialize_with = "values::number::<_, _, 1, 3600>")]
    body_timeout: u64,
    /// Connections at a time.
    #[serde(deserialize_with = "values::number::<_, _, 1, 1_000_000>")]
    max_connections: usize,
    /// Where relative paths begin.
    #[serde(default)]
    base_directory: Option<PathBuf>,
    /// The database.
    #[serde(deserialize_with = "values::parsed")]
    pub database_url: DatabaseUrl,
    /// Whether a PostgreSQL database is brought up to date at start.
    #[serde(deserialize_with = "values::switch")]
    pub auto_migrate: bool,
    #[serde(default)]
    audit_signing_key: Option<SecretString>,
    /// The first administrator's name.
    #[serde(deserialize_with = "values::parsed")]
    pub root_user: Username,
    /// The first administrator's password.
    #[serde(default)]
    root_password: Option<SecretString>,
    /// The first administrator's address.
    #[serde(deserialize_with = "values::parsed")]
    pub root_email: EmailAddress,
    #[serde(default, deserialize_with = "values::parsed_if_given")]
    registration: Option<Registration>,
    #[serde(default, deserialize_with = "values::number_if_given::<_, _, 1, 1024>")]
    password_min_length: Option<usize>,
    /// How much work it is to hash a password.
    #[serde(deserialize_with = "values::number::<_, _, 4, 20>")]
    pub bcrypt_cost: u32,
    #[serde(default)]
    token_secret_key: Option<SecretString>,
    /// How many seconds a token lives.
    #[serde(deserialize_with = "values::number::<_, _, 1, 3_153_600_000>")]
    default_token_expiration_time: i64,
    /// Which insecure defaults are refused.
    #[serde(deserialize_with = "values::parsed")]
    pub state: State,
    /// Whether a client sees the causes of an internal error.
    #[serde(deserialize_with = "values::switch")]
    pub debug: bool,
    #[serde(default, deserialize_with = "values::origins")]
    allowed_origins: Option<Origins>,
    #[serde(default)]
    metrics_token: Option<SecretString>,
    /// Where webhooks may lead beside public addresses.
    #[serde(deserialize_with = "values::parsed")]
    pub webhook_allowed_networks: Networks,
    /// The file that the log is appended to.
    #[serde(default)]
    pub logfile: Option<PathBuf>,
    /// How a line of the log is written.
    #[serde(deserialize_with = "values::parsed")]
    pub log_format: LogFormat,
    /// How much is logged.
    #[serde(deserialize_with = "values::parsed")]
    pub rust_log: LogFilter,
}

impl Settings {
    /// Reads the texts.
    ///
    /// # Errors
    /// Each value that can't be used.
    pub fn read(sources: &Sources) -> Result<Self, BadSettings> {
        envy::from_iter(sources.pairs()).map_err(|error| {
            let bad: Vec<_> = settings().filter_map(|setting| refused(setting, sources)).collect();
            // Of no value alone: then a field and its row in the table disagree, which a test finds.
            let unnamed = || BadSetting::new("DATABASE_URL", error).into();
            if bad.is_empty() { unnamed() } else { BadSettings(bad) }
        })
    }
}

/// What is wrong with one setting. envy names no variable in its errors and stops at the first, so
/// each value is tried alone, among defaults.
fn refused(setting: &'static Setting, sources: &Sources) -> Option<BadSetting> {
    let (value, origin) = sources.given(setting.name)?;
    let others = Sources::default();
    let pairs = others.pairs().filter(|(name, _)| name != setting.name);
    let pair = (setting.name.to_owned(), value.to_owned());
    let error = envy::from_iter::<_, Settings>(pairs.chain([pair])).err()?;
    Some(BadSetting::value(setting, value, origin, error))
}

#[cfg(test)]
mod tests;
