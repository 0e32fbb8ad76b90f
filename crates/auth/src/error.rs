//! Why someone is not let in.

use crate::signature::BadSignature;
use omicron_persistence::{Error as Database, Failure, Refused};
use std::time::Duration;

/// Why there is no caller.
///
/// ```
/// assert_eq!(omicron_auth::Error::Disabled.to_string(), "this account is disabled");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such user, another password, an unknown or expired token: it is not said which.
    #[error("the credentials are wrong or have expired")]
    WrongCredentials,
    /// The request's signature is not as it must be.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// An administrator has yet to let this person in.
    #[error("this account waits for an administrator's approval")]
    Pending,
    /// An administrator has switched this person off.
    #[error("this account is disabled")]
    Disabled,
    /// More passwords wait to be checked than can be in reasonable time.
    #[error("too many passwords are being checked at the moment")]
    Busy,
    /// Too much that was wrong has come lately, for this account or from this address.
    #[error(
        "too many wrong credentials have come for this account or from this address: wait for {} seconds",
        .0.as_secs_f64().ceil()
    )]
    Throttled(Duration),
    /// bcrypt refused what it was given: a stored hash is damaged.
    #[error("a password could not be hashed or compared")]
    Bcrypt(#[source] bcrypt::BcryptError),
    /// The database failed.
    #[error("the database could not be asked")]
    Database(#[from] Database),
}

impl Failure for Error {
    fn database(&self) -> Option<&Database> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => Self::Busy,
            Refused::Panicked => Self::Database(Database::Panicked),
        }
    }
}
