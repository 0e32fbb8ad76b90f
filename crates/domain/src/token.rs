//! Tokens, without their secret.

use crate::{Grant, Timestamp, TokenId, TokenName, UserId};
use serde::Serialize;

/// A token as lists and the journal know it. The token's text is shown once and kept nowhere.
///
/// ```
/// use omicron_domain::{Grant, Timestamp, Token, TokenId, UserId};
///
/// let token = Token {
///     id: TokenId(1),
///     user: UserId(1),
///     name: Some("my laptop".parse()?),
///     grant: Grant::EVERYTHING,
///     date_created: Timestamp::UNIX_EPOCH,
///     expiration_date: Some(Timestamp::UNIX_EPOCH + chrono::TimeDelta::minutes(10)),
///     last_used: None,
/// };
/// assert!(token.is_live(Timestamp::UNIX_EPOCH));
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Token {
    /// The token's id.
    pub id: TokenId,
    /// Whom it stands for.
    pub user: UserId,
    /// What it is called, if it has a name; in no journal, since it may say anything.
    #[serde(skip)]
    pub name: Option<TokenName>,
    /// What it is good for.
    #[serde(flatten)]
    pub grant: Grant,
    /// When it was made.
    pub date_created: Timestamp,
    /// From when on it is refused; never, if it is `None`.
    pub expiration_date: Option<Timestamp>,
    /// When it was last used, to the minute.
    #[serde(skip)]
    pub last_used: Option<Timestamp>,
}

impl Token {
    /// Whether the token is accepted at this moment.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expiration_date.is_none_or(|end| now < end)
    }
}

/// A token that is about to be made.
///
/// ```
/// use omicron_domain::{Grant, NewToken, UserId};
/// let endless = NewToken { user: UserId(1), name: None, grant: Grant::EVERYTHING, expiration_date: None };
/// assert_eq!(endless.expiration_date, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Whom it shall stand for.
    pub user: UserId,
    /// What it shall be called.
    pub name: Option<TokenName>,
    /// What it shall be good for.
    pub grant: Grant,
    /// From when on it is to be refused; never, if it is `None`.
    pub expiration_date: Option<Timestamp>,
}
