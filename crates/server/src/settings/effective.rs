//! The settings as they take effect, for people to read.

use super::secret_key::key_file;
use super::{Setting, Settings, Sources};
use omicron_api::{MetricsAccess, Origins};

impl Settings {
    /// A setting as it takes effect, with `***` for what is secret.
    #[must_use]
    pub fn effective(&self, setting: &Setting, sources: &Sources) -> String {
        let given = sources.given(setting.name).map(|(value, _)| value);
        match (setting.name, given) {
            ("DATABASE_URL", _) => self.database_url.masked(),
            (_, Some(_)) if setting.secret => "***".to_owned(),
            (_, Some(value)) => value.escape_debug().to_string(),
            (name, None) => self.chosen(name).unwrap_or_else(|| setting.default.text().to_owned()),
        }
    }

    /// What is taken for a setting whose default depends on others.
    fn chosen(&self, name: &str) -> Option<String> {
        let text = match name {
            "WORKERS" => self.workers().to_string(),
            "BASE_DIRECTORY" => std::env::current_dir().ok()?.display().to_string(),
            "REGISTRATION" => self.registration().to_string(),
            "PASSWORD_MIN_LENGTH" => self.password_policy().min_length.to_string(),
            "ALLOWED_ORIGINS" => match self.allowed_origins() {
                Origins::Any => "*".to_owned(),
                Origins::Listed(_) => "none".to_owned(),
            },
            "METRICS_TOKEN" => match self.metrics() {
                MetricsAccess::Closed => "(none: /metrics is closed)".to_owned(),
                MetricsAccess::Open | MetricsAccess::Token(_) => {
                    "(none: /metrics is open)".to_owned()
                }
            },
            "ROOT_PASSWORD" => match self.first_password() {
                Ok(_) => "(generated at the first start)".to_owned(),
                Err(_) => "(missing: needed for the first start)".to_owned(),
            },
            "TOKEN_SECRET_KEY" => match (self.check_token_secret_key(), self.database_file()) {
                (Err(_), _) => "(missing)".to_owned(),
                (Ok(()), Some(file)) => {
                    let file = std::path::absolute(key_file(&file)).ok()?;
                    format!("(kept in {})", file.display())
                }
                (Ok(()), None) => "(generated at each start)".to_owned(),
            },
            "AUDIT_SIGNING_KEY" => match (self.check_signing_key(), self.signing_key_file()) {
                (Err(_), _) => "(missing)".to_owned(),
                (Ok(()), Some(file)) => format!("(kept in {})", file.display()),
                (Ok(()), None) => "(generated at each start)".to_owned(),
            },
            _ => return None,
        };
        Some(text)
    }
}
