//! How the text of a setting becomes its value.

use omicron_api::Origins;
use serde::de::{Deserialize, Deserializer, Error};
use std::fmt;
use std::str::FromStr;

/// Anything that reads itself from text, with its own words for what is wrong.
pub(super) fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// As [`parsed`], of a setting that need not be given.
pub(super) fn parsed_if_given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    parsed(deserializer).map(Some)
}

/// A whole number between two others.
pub(super) fn number<'de, D, T, const LEAST: u64, const MOST: u64>(
    deserializer: D,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    let number = String::deserialize(deserializer)?.trim().parse().ok();
    number
        .filter(|number| (LEAST..=MOST).contains(number))
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| Error::custom(format_args!("must be a whole number from {LEAST} to {MOST}")))
}

/// As [`number`], of a setting that need not be given.
pub(super) fn number_if_given<'de, D, T, const LEAST: u64, const MOST: u64>(
    deserializer: D,
) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    number::<D, T, LEAST, MOST>(deserializer).map(Some)
}

/// Yes or no, in any of the ways in which people write it.
pub(super) fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match String::deserialize(deserializer)?.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok(false),
        _ => Err(D::Error::custom("must be true or false (or yes, no, on, off, 1, 0)")),
    }
}

/// An address of the machine.
pub(super) fn address<'de, D>(deserializer: D) -> Result<std::net::IpAddr, D::Error>
where
    D: Deserializer<'de>,
{
    let text = String::deserialize(deserializer)?;
    // As it stands in a URL, too.
    let plain = text.trim().trim_start_matches('[').trim_end_matches(']');
    plain.parse().map_err(|_| D::Error::custom("must be an IPv4 or IPv6 address"))
}

/// Which insecure defaults are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Someone's own machine.
    Development,
    /// Tests.
    ContinuousIntegration,
    /// People depend on it.
    Production,
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: an object a line.
    Json,
}

/// How much is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// What `env_logger` reads.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Says what a value must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Must(String);

fn must(text: impl Into<String>) -> Must {
    Must(text.into())
}

impl FromStr for State {
    type Err = Must;

    fn from_str(text: &str) -> Result<Self, Must> {
        match text.to_ascii_uppercase().as_str() {
            "DEV" => Ok(Self::Development),
            "CI" => Ok(Self::ContinuousIntegration),
            "PROD" => Ok(Self::Production),
            _ => Err(must("must be DEV, CI or PROD")),
        }
    }
}

impl FromStr for LogFormat {
    type Err = Must;

    fn from_str(text: &str) -> Result<Self, Must> {
        match text.to_ascii_lowercase().as_str() {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(must("must be text or json")),
        }
    }
}

/// The web sites whose scripts may call the API.
pub(super) fn origins<'de, D>(deserializer: D) -> Result<Option<Origins>, D::Error>
where
    D: Deserializer<'de>,
{
    let text = String::deserialize(deserializer)?;
    let listed = match text.trim() {
        "*" => return Ok(Some(Origins::Any)),
        "none" => Vec::new(),
        text => {
            let words = text.split([',', ' ']).filter(|word| !word.is_empty());
            words.map(origin).collect::<Result<_, _>>().map_err(D::Error::custom)?
        }
    };
    Ok(Some(Origins::Listed(listed)))
}

/// An origin as browsers write it: what differs from that would never match.
fn origin(text: &str) -> Result<String, Must> {
    let plain = text.trim_end_matches('/');
    let origin = url::Url::parse(plain).map(|url| (url.scheme().to_owned(), url.origin()));
    match origin {
        Ok((scheme, origin))
            if matches!(scheme.as_str(), "http" | "https")
                && origin.ascii_serialization().eq_ignore_ascii_case(plain) =>
        {
            Ok(origin.ascii_serialization())
        }
        _ => Err(must(format!(
            "must be a list of origins, a scheme and a host each, and {text:?} is none"
        ))),
    }
}

impl FromStr for LogFilter {
    type Err = Must;

    fn from_str(text: &str) -> Result<Self, Must> {
        let (directives, _) = text.split_once('/').unwrap_or((text, ""));
        let is_level = |text: &str| text.trim().parse::<log::LevelFilter>().is_ok();
        let refused = directives.split(',').find(|directive| match directive.split_once('=') {
            Some((_, level)) => !is_level(level),
            None => directive.contains(char::is_whitespace),
        });
        match refused {
            Some(_) => Err(must(
                "must be a level (error, warn, info, debug, trace, off), or a list of module=level",
            )),
            None => Ok(Self(text.to_owned())),
        }
    }
}
