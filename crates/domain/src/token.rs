//! Tokens, without their secret.

use crate::{Timestamp, TokenId, UserId};
use serde::Serialize;

/// A token as lists and the journal know it. The token's text is shown once and kept nowhere.
///
/// ```
/// use omicron_domain::{Timestamp, Token, TokenId, UserId};
///
/// let token = Token {
///     id: TokenId(1),
///     user: UserId(1),
///     date_created: Timestamp::UNIX_EPOCH,
///     expiration_date: Timestamp::UNIX_EPOCH + chrono::TimeDelta::minutes(10),
///     last_used: None,
/// };
/// assert!(token.is_live(Timestamp::UNIX_EPOCH));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Token {
    /// The token's id.
    pub id: TokenId,
    /// Whom it stands for.
    pub user: UserId,
    /// When it was made.
    pub date_created: Timestamp,
    /// From when on it is refused.
    pub expiration_date: Timestamp,
    /// When it was last used, to the minute.
    #[serde(skip)]
    pub last_used: Option<Timestamp>,
}

impl Token {
    /// Whether the token is accepted at this moment.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expiration_date
    }
}
