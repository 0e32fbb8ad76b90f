//! Names, descriptions and addresses that have been checked.

use crate::{Invalid, text};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text as it was given, trimmed and in NFC.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                let check: fn(&str) -> Result<String, Invalid> = $check;
                check(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(text: String) -> Result<Self, Invalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_text! {
    /// The name a person logs in with: 1 to 20 characters, no `:` (HTTP's Basic could not carry
    /// it), not digits alone.
    ///
    /// ```
    /// let ann: omicron_domain::Username = " Ann ".parse()?;
    /// assert_eq!((ann.as_str(), ann.key().as_str()), ("Ann", "ann"));
    /// # Ok::<(), omicron_domain::Invalid>(())
    /// ```
    Username, |text| {
        let text = text::line(text, 20)?;
        if text.contains(':') {
            return Err(Invalid::Forbidden(':'));
        }
        text::not_only_digits(&text)?;
        Ok(text)
    }
}

checked_text! {
    /// A project's name: 1 to 128 characters, not digits alone; `/` and dots are welcome.
    ///
    /// ```
    /// use omicron_domain::{Invalid, ProjectName};
    /// assert!("NMR / 2026".parse::<ProjectName>().is_ok());
    /// assert_eq!("2026".parse::<ProjectName>(), Err(Invalid::OnlyDigits));
    /// ```
    ProjectName, |text| {
        let text = text::line(text, 128)?;
        text::not_only_digits(&text)?;
        Ok(text)
    }
}

checked_text! {
    /// What a project is about: at most 1000 characters, of several lines if need be.
    ///
    /// ```
    /// assert!("first line\nsecond line".parse::<omicron_domain::Description>().is_ok());
    /// assert!("x".repeat(1001).parse::<omicron_domain::Description>().is_err());
    /// ```
    Description, |text| text::paragraph(text, 1000)
}

checked_text! {
    /// An email address of at most 64 characters; several people may share one.
    ///
    /// ```
    /// use omicron_domain::{EmailAddress, Invalid};
    /// assert!("root@localhost".parse::<EmailAddress>().is_ok());
    /// assert_eq!("ann".parse::<EmailAddress>(), Err(Invalid::NotAnEmailAddress));
    /// ```
    EmailAddress, |text| {
        let text = text::line(text, 64)?;
        match text.split_once('@') {
            Some((name, host)) if is_address_part(name) && is_address_part(host) => Ok(text),
            _ => Err(Invalid::NotAnEmailAddress),
        }
    }
}

checked_text! {
    /// What a token is called, so that its owner knows which one it is: 1 to 64 characters.
    ///
    /// ```
    /// assert!("furnace 3".parse::<omicron_domain::TokenName>().is_ok());
    /// assert!("x".repeat(65).parse::<omicron_domain::TokenName>().is_err());
    /// ```
    TokenName, |text| text::line(text, 64)
}

fn is_address_part(part: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || matches!(c, '@' | '<' | '>' | ',' | ';' | '"');
    !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !part.contains(forbidden)
}

impl Username {
    /// What is unique: the name without regard to case or to the encoding of accents.
    #[must_use]
    pub fn key(&self) -> String {
        text::fold(&self.0)
    }
}

impl ProjectName {
    /// What is unique: the name without regard to case or to the encoding of accents.
    #[must_use]
    pub fn key(&self) -> String {
        text::fold(&self.0)
    }
}

/// How a path or a command names one thing: by id, or by name.
///
/// Digits alone are an id, whatever their number; anything else is a name. What can be neither
/// names nothing.
///
/// ```
/// use omicron_domain::{Reference, UserId, Username};
///
/// type Who = Reference<UserId, Username>;
/// assert_eq!("17".parse::<Who>(), Ok(Reference::Id(UserId(17))));
/// assert!(matches!("ann".parse::<Who>(), Ok(Reference::Name(_))));
/// assert_eq!("99999999999999999999".parse::<Who>(), Ok(Reference::Nothing));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference<Id, Name> {
    /// The thing with this id.
    Id(Id),
    /// The thing of this name.
    Name(Name),
    /// Nothing can have this name or id.
    Nothing,
}

impl<Id: From<i64>, Name: FromStr> FromStr for Reference<Id, Name> {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(text.parse().map_or(Self::Nothing, |id: i64| Self::Id(id.into())));
        }
        Ok(text.parse().map_or(Self::Nothing, Self::Name))
    }
}
