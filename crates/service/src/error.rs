//! Why something is not done.

use omicron_domain::Permission;
use omicron_persistence::{Error as Database, Failure};

/// Why something is not done.
///
/// ```
/// let error = omicron_service::Error::NotFound("project");
/// assert_eq!(error.to_string(), "there is no such project, or you may not see it");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such thing, or the caller may not know of it.
    #[error("there is no such {0}, or you may not see it")]
    NotFound(&'static str),
    /// The caller lacks a permission.
    #[error("you may not {}", .0.describe())]
    Forbidden(Permission),
    /// A token can't be made with a token.
    #[error("a new token takes a password: a token can't make another one")]
    PasswordNeeded,
    /// The password was changed, or its owner switched off, since it was compared.
    #[error("the credentials are wrong or have expired")]
    StaleCredentials,
    /// This is for the owner of the account alone.
    #[error("only its owner may change this account's {0}")]
    NotYourAccount(&'static str),
    /// Nobody can register.
    #[error("registration is closed: ask an administrator for an account")]
    RegistrationClosed,
    /// Someone has to look after the server.
    #[error("this is the last administrator who can log in")]
    LastAdministrator,
    /// A name in the request is nobody's.
    #[error("there is no user named {name:?}")]
    UnknownUser {
        /// Where in the request.
        pointer: String,
        /// The name.
        name: String,
    },
    /// What is to change is no longer what the caller has seen.
    #[error("it has changed since you read it: read it again, and repeat your change on that")]
    Changed,
    /// The database failed, or refused.
    #[error(transparent)]
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
