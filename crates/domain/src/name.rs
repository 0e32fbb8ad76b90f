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

checked_text! {
    /// What a record is called: 1 to 255 characters. Several records may have the same title.
    ///
    /// ```
    /// assert!("Hardness of AlCu4, 3rd melt".parse::<omicron_domain::Title>().is_ok());
    /// assert!("x".repeat(256).parse::<omicron_domain::Title>().is_err());
    /// ```
    Title, |text| text::line(text, 255)
}

checked_text! {
    /// What someone writes about a record, as Markdown: at most 200 000 characters.
    ///
    /// ```
    /// assert!("# Result\n\n*hard*".parse::<omicron_domain::Body>().is_ok());
    /// assert_eq!("".parse::<omicron_domain::Body>()?.as_str(), "");
    /// # Ok::<(), omicron_domain::Invalid>(())
    /// ```
    Body, |text| text::paragraph(text, 200_000)
}

checked_text! {
    /// A word that records are found by: 1 to 64 characters. `Alloy` and `alloy` are the same tag.
    ///
    /// ```
    /// let tag: omicron_domain::Tag = " Alloy ".parse()?;
    /// assert_eq!((tag.as_str(), tag.key().as_str()), ("Alloy", "alloy"));
    /// # Ok::<(), omicron_domain::Invalid>(())
    /// ```
    Tag, |text| text::line(text, 64)
}

checked_text! {
    /// How far a record has come: 1 to 64 characters, one of the statuses of its lifecycle.
    ///
    /// ```
    /// assert_eq!("in review".parse::<omicron_domain::Status>()?.as_str(), "in review");
    /// # Ok::<(), omicron_domain::Invalid>(())
    /// ```
    Status, |text| text::line(text, 64)
}

checked_text! {
    /// A template's name: 1 to 128 characters, unique among those of its kind in its project.
    ///
    /// ```
    /// let melt: omicron_domain::TemplateName = "Melt".parse()?;
    /// assert_eq!(melt.key(), "melt");
    /// # Ok::<(), omicron_domain::Invalid>(())
    /// ```
    TemplateName, |text| text::line(text, 128)
}

checked_text! {
    /// What someone says about a record: 1 to 10 000 characters, as Markdown.
    ///
    /// ```
    /// use omicron_domain::{CommentText, Invalid};
    /// assert_eq!(" \n".parse::<CommentText>(), Err(Invalid::Empty));
    /// assert!("Looks fine.\nGo on.".parse::<CommentText>().is_ok());
    /// ```
    CommentText, |text| {
        if text.trim().is_empty() {
            return Err(Invalid::Empty);
        }
        text::paragraph(text, 10_000)
    }
}

fn is_address_part(part: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || matches!(c, '@' | '<' | '>' | ',' | ';' | '"');
    !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !part.contains(forbidden)
}

macro_rules! folded {
    ($($name:ident)*) => {
        $(
            impl $name {
                /// What is unique: the text without regard to case or to the encoding of accents.
                #[must_use]
                pub fn key(&self) -> String {
                    text::fold(&self.0)
                }
            }
        )*
    };
}

folded! { Username ProjectName Title Tag TemplateName }

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
