//! What is wrong with the settings, told so that it can be put right.

use super::sources::Origin;
use super::table::Setting;
use std::fmt;

/// One setting that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting {
    name: &'static str,
    given: Option<(String, Origin)>,
    reason: String,
}

impl BadSetting {
    /// A setting that is missing, or can't be used with others; the reason begins with a verb.
    #[must_use]
    pub fn new(name: &'static str, reason: impl fmt::Display) -> Self {
        Self { name, given: None, reason: reason.to_string() }
    }

    /// A setting whose value can't be used, which is shown unless it is secret.
    pub(super) fn value(
        setting: &Setting,
        value: &str,
        origin: Origin,
        reason: impl fmt::Display,
    ) -> Self {
        let shown = if setting.secret { "***".to_owned() } else { format!("{value:?}") };
        Self { name: setting.name, given: Some((shown, origin)), reason: reason.to_string() }
    }

    /// The variable's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if let Some((value, origin)) = &self.given {
            write!(f, "={value} ({origin})")?;
        }
        write!(f, " {}", self.reason)?;
        match Setting::find(self.name) {
            Some(setting) => write!(f, "; for example {}={}", self.name, setting.example),
            None => Ok(()),
        }
    }
}

/// All that is wrong with the settings, one line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct BadSettings(pub Vec<BadSetting>);

impl From<BadSetting> for BadSettings {
    fn from(bad: BadSetting) -> Self {
        Self(vec![bad])
    }
}
