//! Where settings come from: a flag before the environment, that before `.env`, that before the
//! default.

use super::bad::{BadSetting, BadSettings};
use super::table::{Default, Setting, settings};
use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

/// Where a setting came from; a later one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nobody gave it.
    Default,
    /// The file `.env` in the working directory.
    DotEnv,
    /// The environment.
    Environment,
    /// The command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::DotEnv => "from .env",
            Self::Environment => "from the environment",
            Self::Flag => "from a flag",
        })
    }
}

/// The texts of all settings that were given, and where.
#[derive(Debug, Default)]
pub struct Sources(HashMap<&'static str, (String, Origin)>);

/// A name and a text, as the system gives them.
type Pair = (OsString, OsString);

impl Sources {
    /// Settings from three places. An empty text is as good as none, as in a line `PORT=` that
    /// someone left to be filled in.
    ///
    /// # Errors
    /// A value that is no text.
    pub fn gather(
        dot_env: impl IntoIterator<Item = Pair>,
        environment: impl IntoIterator<Item = Pair>,
        flags: impl IntoIterator<Item = Pair>,
    ) -> Result<Self, BadSettings> {
        let mut sources = Self::default();
        let dot_env = dot_env.into_iter().map(|pair| (pair, Origin::DotEnv));
        let environment = environment.into_iter().map(|pair| (pair, Origin::Environment));
        let flags = flags.into_iter().map(|pair| (pair, Origin::Flag));
        for ((name, value), origin) in dot_env.chain(environment).chain(flags) {
            let Some(setting) = name.to_str().and_then(Setting::find) else { continue };
            let value = value.into_string().map_err(|value| {
                BadSetting::value(setting, &value.to_string_lossy(), origin, "must be UTF-8")
            })?;
            if !value.is_empty() {
                sources.0.insert(setting.name, (value, origin));
            }
        }
        Ok(sources)
    }

    /// Settings as this process has them: `.env` in the working directory, the environment, and
    /// the flags of its command line.
    ///
    /// # Errors
    /// A value that is no text, or a `.env` that can't be read.
    pub fn of_process(flags: impl IntoIterator<Item = Pair>) -> Result<Self, SourcesError> {
        let dot_env = dot_env(Path::new(".env"))?;
        Ok(Self::gather(dot_env, std::env::vars_os(), flags)?)
    }

    /// What was given of a setting, and where.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<(&str, Origin)> {
        self.0.get(name).map(|(value, origin)| (value.as_str(), *origin))
    }

    /// All names and texts, those of defaults included.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        settings().filter_map(|setting| {
            let default = match setting.default {
                Default::Value(text) => Some(text),
                Default::Words(_) => None,
            };
            let text = self.given(setting.name).map(|(text, _)| text).or(default)?;
            Some((setting.name.to_owned(), text.to_owned()))
        })
    }
}

/// The settings could not be gathered.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    /// A value that is no text.
    #[error(transparent)]
    Value(#[from] BadSettings),
    /// A `.env` that can't be read.
    #[error("the file .env in the working directory can't be read")]
    DotEnv(#[source] dotenvy::Error),
    /// A `.env` that is not written as one. What is written there may be secret.
    #[error(
        "in the file .env in the working directory, {0} is not written as it must be: \
         NAME=value, or NAME='a value with blanks'"
    )]
    Line(String),
}

fn dot_env(path: &Path) -> Result<Vec<Pair>, SourcesError> {
    let lines = match dotenvy::from_path_iter(path) {
        Ok(lines) => lines,
        Err(error) if error.not_found() => return Ok(Vec::new()),
        Err(error) => return Err(SourcesError::DotEnv(error)),
    };
    let mut pairs: Vec<Pair> = Vec::new();
    for line in lines {
        match line {
            Ok((name, value)) => pairs.push((name.into(), value.into())),
            Err(dotenvy::Error::LineParse(..)) => {
                let last = pairs.last().map(|(name, _)| name.to_string_lossy().into_owned());
                let place = last.map_or("the first line".to_owned(), |name| {
                    format!("the line after that of {name}")
                });
                return Err(SourcesError::Line(place));
            }
            Err(error) => return Err(SourcesError::DotEnv(error)),
        }
    }
    Ok(pairs)
}
