//! What can go wrong, named by the case.

use diesel::result::{DatabaseErrorKind, Error as Diesel};
use std::error::Error as StdError;
use std::path::PathBuf;

type Source = Box<dyn StdError + Send + Sync>;

/// Why the database did not do what it was asked for.
///
/// ```
/// use omicron_persistence::{Database, Error, Options};
///
/// let error = Database::open("mysql://lab", Options::default()).err();
/// assert!(matches!(error, Some(Error::BadUrl(_))));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another person has this username, in this or another case.
    #[error("the username is taken")]
    UsernameTaken,
    /// Another project has this name, in this or another case.
    #[error("the project name is taken")]
    ProjectNameTaken,
    /// Another template of the kind has this name, in this or another case.
    #[error("the template name is taken")]
    TemplateNameTaken,
    /// The person belongs to the project already.
    #[error("that person is a member already")]
    AlreadyMember,
    /// The owner can't leave the project.
    #[error("the owner is always a member of the project")]
    OwnerStays,
    /// The person has signed the version with this meaning already.
    #[error("you have signed this version with this meaning already")]
    SignedAlready,
    /// What is stored of a record's version is not what was written: it must not be signed.
    #[error("what is stored of this version is not what was written: have the journal verified")]
    NotAsWritten,
    /// There are as many webhooks as there may be, of the project or of the laboratory.
    #[error(
        "there are {0} webhooks there, as many as there may be: change one of them, or delete one that nobody needs"
    )]
    TooManyWebhooks(i64),
    /// Something that the change refers to is not there (any more).
    #[error("what the change refers to does not exist")]
    Gone,
    /// A request with this nonce was seen before.
    #[error("the nonce was used before")]
    NonceUsed,
    /// The key of a request came with another request before.
    #[error("this Idempotency-Key came with another request: take a new one for each request")]
    KeyReused,
    /// The first request with the key is still being worked on.
    #[error("the first request with this Idempotency-Key is still being worked on")]
    KeyInUse,
    /// The queue is full, or the job waited longer than its client would.
    #[error("the database has more to do than it can")]
    Overloaded,
    /// Another transaction was in the way, more than once.
    #[error("other changes are in the way")]
    Conflict(#[source] Source),
    /// No connection could be had, or it broke.
    #[error("the database can't be reached")]
    Unavailable(#[source] Source),
    /// The connection broke while the change was being committed.
    #[error("whether the change was kept is not known: look before you repeat it")]
    Uncertain(#[source] Source),
    /// There is no room on the disk.
    #[error("the disk is full")]
    DiskFull(#[source] Source),
    /// A stored value breaks a rule of the domain.
    #[error("{0} holds a value that the domain refuses")]
    Corrupt(&'static str, #[source] Source),
    /// The URL names no database that Omicron knows.
    #[error("the database URL is not understood: {0}")]
    BadUrl(String),
    /// The PostgreSQL database keeps text in another encoding, in which names would be cut or lost.
    #[error("the database keeps text as {0}: make one with ENCODING 'UTF8'")]
    NotUtf8(String),
    /// There is no database file at this path.
    #[error("there is no database at {}", .0.display())]
    Missing(PathBuf),
    /// The file that a backup or a migration was to make is there already.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The database's tables are not those that this program works with.
    #[error("the database is at version {found}, and this program works with {expected}")]
    Version {
        /// The version that the database is at; "none" for an empty one.
        found: String,
        /// The version that the program needs.
        expected: String,
    },
    /// A migration failed; nothing of it remains.
    #[error("the migration failed, and nothing of it was kept")]
    Migration(#[source] Source),
    /// Checkpoints are signed with another key than the one that was given.
    #[error("the journal's checkpoints are signed with the key {in_use}, not with {given}")]
    OtherKey {
        /// The public half of the one that was given.
        given: String,
        /// The public half of the one in use.
        in_use: String,
    },
    /// The key that was to be the journal's next one is or was its key already.
    #[error("the key {0} has signed checkpoints before: make a new one")]
    KeyUsed(String),
    /// What would be signed is not a continuation of what was signed last.
    #[error(
        "the journal is not what checkpoint {0} vouches for: nothing more is signed until it is looked into"
    )]
    Forked(i64),
    /// A file could not be read or written.
    #[error("{} can't be read or written", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    /// A program that the work is left to can't be run.
    #[error("{0} can't be run: is it installed, and in PATH?")]
    NoProgram(&'static str, #[source] std::io::Error),
    /// The work panicked; its transaction was rolled back.
    #[error("the work on the database panicked")]
    Panicked,
    /// A failure that has no name yet.
    #[error("the database refused a statement")]
    Query(#[source] Source),
}

impl Error {
    /// Whether the same work may well succeed at once, in a new transaction.
    pub(crate) fn is_worth_retrying(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Unavailable(_))
    }
}

/// An error of a unit of work: it can carry one of the database's.
///
/// ```
/// use omicron_persistence::{Error, Failure};
///
/// enum ImportError { Line(u64), Database(Error) }
///
/// impl From<Error> for ImportError {
///     fn from(error: Error) -> Self { Self::Database(error) }
/// }
/// impl Failure for ImportError {
///     fn database(&self) -> Option<&Error> {
///         match self { Self::Database(error) => Some(error), Self::Line(_) => None }
///     }
/// }
/// assert!(ImportError::from(Error::Overloaded).database().is_some());
/// assert!(ImportError::Line(3).database().is_none());
/// ```
pub trait Failure: From<Error> {
    /// The database's error, if that is what it is: it decides whether the work is run again.
    fn database(&self) -> Option<&Error>;
}

impl Failure for Error {
    fn database(&self) -> Option<&Error> {
        Some(self)
    }
}

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        let (kind, information) = match &error {
            Diesel::DatabaseError(kind, information) => (kind, information),
            // The commit is what failed; that nothing was left to roll back is its consequence.
            Diesel::RollbackErrorOnCommit { .. } => return failed_commit(error),
            Diesel::BrokenTransactionManager => return Self::Unavailable(Box::new(error)),
            _ => return Self::Query(Box::new(error)),
        };
        let message = information.message();
        match kind {
            DatabaseErrorKind::ForeignKeyViolation => Self::Gone,
            DatabaseErrorKind::SerializationFailure => Self::Conflict(Box::new(error)),
            DatabaseErrorKind::ClosedConnection => Self::Unavailable(Box::new(error)),
            // Neither library names these cases but in words.
            _ if message.contains("deadlock detected") => Self::Conflict(Box::new(error)),
            _ if is_lost_connection(message) => Self::Unavailable(Box::new(error)),
            _ if is_too_slow(message) => Self::Overloaded,
            _ if message.contains("disk is full") || message.contains("No space left") => {
                Self::DiskFull(Box::new(error))
            }
            _ => Self::Query(Box::new(error)),
        }
    }
}

fn failed_commit(error: Diesel) -> Error {
    match error {
        Diesel::RollbackErrorOnCommit { commit_error, .. } => Error::from(*commit_error),
        other => Error::Query(Box::new(other)),
    }
}

fn is_lost_connection(message: &str) -> bool {
    [
        "server closed the connection",
        "terminating connection",
        "no connection to the server",
        "could not receive data from server",
        "could not send data to server",
        "shutting down",
        "starting up",
        "connection to server",
    ]
    .iter()
    .any(|words| message.contains(words))
}

fn is_too_slow(message: &str) -> bool {
    [
        crate::begin::LOCKED,
        "database table is locked",
        "due to statement timeout",
        "due to lock timeout",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// Says what a violated uniqueness means, which SQLite does not.
pub(crate) trait OrTaken<T> {
    /// `taken` if the row exists already.
    fn or_taken(self, taken: Error) -> Result<T, Error>;
}

impl<T> OrTaken<T> for Result<T, Diesel> {
    fn or_taken(self, taken: Error) -> Result<T, Error> {
        match self {
            Err(Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Err(taken),
            other => Ok(other?),
        }
    }
}
