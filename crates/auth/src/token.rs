//! The text of a token: shown once, kept by its owner alone.

use crate::Secret;
use omicron_persistence::{Error, random_bytes};
use secrecy::{ExposeSecret, SecretBox};
use std::str::FromStr;
use uuid::Uuid;

/// A token: 128 random bits, written as a UUID.
///
/// ```
/// use omicron_auth::TokenText;
///
/// let token = TokenText::generate()?;
/// let again: TokenText = token.expose().parse().unwrap();
/// assert_eq!(again.expose(), token.expose());
/// assert_eq!(format!("{token:?}"), "TokenText(***)");
/// # Ok::<(), omicron_persistence::Error>(())
/// ```
pub struct TokenText(SecretBox<[u8; 16]>);

/// The text is not written as a token is.
///
/// ```
/// assert!("tiger".parse::<omicron_auth::TokenText>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token is written as a UUID, such as 936da01f-9abd-4d9d-80c7-02af85c822a8")]
pub struct NotAToken;

impl TokenText {
    /// A new token. All of its bits are random, those too that mark a UUID's version elsewhere.
    ///
    /// # Errors
    /// That the system has no randomness to give.
    pub fn generate() -> Result<Self, Error> {
        Ok(Self(SecretBox::new(Box::new(random_bytes()?))))
    }

    /// The text, to be shown to the token's owner and to nobody else.
    #[must_use]
    pub fn expose(&self) -> String {
        Uuid::from_bytes(*self.0.expose_secret()).to_string()
    }

    /// What the database keeps of the token.
    #[must_use]
    pub fn hash(&self, secret: &Secret) -> [u8; 32] {
        secret.hash(&[self.0.expose_secret()])
    }
}

impl FromStr for TokenText {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        // Only the one spelling: a UUID may also be written in braces, as a URN, without hyphens.
        let uuid = Uuid::try_parse(text).map_err(|_| NotAToken)?;
        if text.len() != uuid::fmt::Hyphenated::LENGTH {
            return Err(NotAToken);
        }
        Ok(Self(SecretBox::new(Box::new(uuid.into_bytes()))))
    }
}

impl std::fmt::Debug for TokenText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenText(***)")
    }
}
