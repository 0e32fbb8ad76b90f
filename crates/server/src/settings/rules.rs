//! What depends on several settings, and which insecure ones are refused.

use super::{BadSetting, BadSettings, Settings, State};
use chrono::TimeDelta;
use omicron_api::{Limits, MetricsAccess, Origins};
use omicron_auth::{Password, PasswordPolicy, Secret};
use omicron_service::Registration;
use omicron_service::webhooks::Plain;
use secrecy::ExposeSecret;
use std::path::{Path, PathBuf};
use std::time::Duration;

impl Settings {
    /// Refuses what is insecure where that matters.
    ///
    /// # Errors
    /// Each setting that is refused.
    pub fn check(&self) -> Result<(), BadSettings> {
        let refused = [
            self.check_signing_key().err(),
            self.check_token_secret_key().err(),
            self.root_password().err(),
            self.check_tls(),
            self.in_production(
                self.debug,
                "DEBUG",
                "must be false in PROD, since it shows causes of errors to everyone",
            ),
            self.in_production(
                self.bcrypt_cost < 10,
                "BCRYPT_COST",
                "must be 10 or more in PROD, since a low cost makes stolen hashes easy to guess",
            ),
            self.in_production(
                self.password_min_length.is_some_and(|length| length < 8),
                "PASSWORD_MIN_LENGTH",
                "must be 8 or more in PROD, since shorter passwords are guessed",
            ),
            self.in_production(
                self.allowed_origins == Some(Origins::Any),
                "ALLOWED_ORIGINS",
                "must be a list of sites in PROD, since * lets any site use the API",
            ),
        ];
        let refused: Vec<_> = refused.into_iter().flatten().collect();
        if refused.is_empty() { Ok(()) } else { Err(BadSettings(refused)) }
    }

    fn in_production(
        &self,
        insecure: bool,
        name: &'static str,
        reason: &str,
    ) -> Option<BadSetting> {
        (insecure && self.is_production()).then(|| BadSetting::new(name, reason))
    }

    /// Whether people's real work may depend on it.
    pub(crate) fn is_production(&self) -> bool {
        self.state == State::Production
    }

    /// Why nothing insecure is made up for whoever runs the server; `None` where it may be.
    fn exposure(&self) -> Option<String> {
        if self.is_production() {
            return Some("with STATE=PROD".to_owned());
        }
        let here = self.ip_address.to_canonical().is_loopback();
        (!here).then(|| format!("with IP_ADDRESS={}, which others can reach", self.ip_address))
    }

    /// Whether the key is good, or may be made up.
    pub(super) fn check_token_secret_key(&self) -> Result<(), BadSetting> {
        let name = "TOKEN_SECRET_KEY";
        if let Some(key) = &self.token_secret_key {
            return Secret::new(key).map(drop).map_err(|error| BadSetting::new(name, error));
        }
        let server = || {
            let reason = "with PostgreSQL, where all replicas need the same one";
            self.database_url.is_server().then(|| reason.to_owned())
        };
        match self.exposure().or_else(server) {
            Some(why) => Err(BadSetting::new(name, format_args!("must be given {why}"))),
            None => Ok(()),
        }
    }

    /// The key that was given, if it is a good one.
    pub(super) fn given_token_secret_key(&self) -> Result<Option<Secret>, BadSetting> {
        self.check_token_secret_key()?;
        Ok(self.token_secret_key.as_ref().and_then(|key| Secret::new(key).ok()))
    }

    /// The first administrator's password, if one was given; it may yet be too weak.
    ///
    /// # Errors
    /// One that can't be a password at all.
    pub fn root_password(&self) -> Result<Option<Password>, BadSetting> {
        let Some(given) = &self.root_password else { return Ok(None) };
        let password = given.expose_secret().parse();
        password.map(Some).map_err(|error| BadSetting::new("ROOT_PASSWORD", error))
    }

    /// As [`Settings::root_password`], on the first start, which needs a good one.
    ///
    /// # Errors
    /// One that is weak, or missing where none may be made up.
    pub fn first_password(&self) -> Result<Option<Password>, BadSetting> {
        let mut policy = self.password_policy();
        let exposure = self.exposure();
        if exposure.is_some() {
            policy = PasswordPolicy { min_length: policy.min_length.max(8), refuse_common: true };
        }
        let refused = |why: &str| BadSetting::new("ROOT_PASSWORD", why);
        match (self.root_password()?, exposure) {
            (Some(password), _) => match policy.check(&password) {
                Ok(()) => Ok(Some(password)),
                Err(error) => Err(refused(&error.to_string())),
            },
            (None, None) => Ok(None),
            (None, Some(why)) => Err(refused(&format!("must be given for the first start {why}"))),
        }
    }

    /// What is asked of new passwords.
    #[must_use]
    pub fn password_policy(&self) -> PasswordPolicy {
        let production = self.is_production();
        let least = if production { 8 } else { 1 };
        PasswordPolicy {
            min_length: self.password_min_length.unwrap_or(least),
            refuse_common: production,
        }
    }

    /// Who may become a user.
    #[must_use]
    pub fn registration(&self) -> Registration {
        let default =
            if self.is_production() { Registration::Approval } else { Registration::Open };
        self.registration.unwrap_or(default)
    }

    /// Whose scripts may call the API.
    #[must_use]
    pub fn allowed_origins(&self) -> Origins {
        let default = if self.is_production() { Origins::Listed(Vec::new()) } else { Origins::Any };
        self.allowed_origins.clone().unwrap_or(default)
    }

    /// Who may read the metrics.
    #[must_use]
    pub fn metrics(&self) -> MetricsAccess {
        match (&self.metrics_token, self.exposure()) {
            (Some(token), _) => MetricsAccess::Token(token.clone()),
            (None, None) => MetricsAccess::Open,
            (None, Some(_)) => MetricsAccess::Closed,
        }
    }

    /// What clients may take.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            trusted_proxies: self.trusted_proxies,
            rate: self.rate_limit,
            body: Duration::from_secs(self.body_timeout),
            connections: self.max_connections,
        }
    }

    /// Whether webhooks may have addresses without TLS.
    #[must_use]
    pub fn plain_webhooks(&self) -> Plain {
        if self.is_production() { Plain::Refused } else { Plain::Allowed }
    }

    /// Whether the server speaks TLS.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.tls_cert.is_some()
    }

    /// How a URL of this server begins.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.has_tls() { "https" } else { "http" }
    }

    fn check_tls(&self) -> Option<BadSetting> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => Some(BadSetting::new("TLS_KEY", "must be given with TLS_CERT")),
            (None, Some(_)) => Some(BadSetting::new("TLS_CERT", "must be given with TLS_KEY")),
            _ => None,
        }
    }

    /// How long a token lives.
    #[must_use]
    pub fn token_lifetime(&self) -> TimeDelta {
        TimeDelta::seconds(self.default_token_expiration_time)
    }

    /// Threads that answer requests.
    #[must_use]
    pub fn workers(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.workers.unwrap_or_else(cores)
    }

    /// Where relative paths begin.
    #[must_use]
    pub fn base_directory(&self) -> &Path {
        self.base_directory.as_deref().unwrap_or(Path::new("."))
    }

    /// The file of a SQLite database.
    #[must_use]
    pub fn database_file(&self) -> Option<PathBuf> {
        self.database_url.file(self.base_directory())
    }
}
