//! Why something is not done.

use crate::records::{Difference, Done};
use omicron_domain::{Needs, Permission, RecordId, Username};
use omicron_persistence::{Error as Database, Failure};
use omicron_schema::Violation;

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
    /// The token is not good for this.
    #[error("this token may not be used to {}: {}", .0.describe(), needs(*.0))]
    OutOfScope(Permission),
    /// Nothing in the project is changed.
    #[error("the project is archived: restore it first")]
    Archived,
    /// A service account is no person.
    #[error(
        "{name:?} is a service account: it is a viewer or a member of its own project, and nothing else"
    )]
    ServiceAccount {
        /// Where in the request.
        pointer: &'static str,
        /// Its name.
        name: Username,
    },
    /// The action is not one for this resource.
    #[error("does not fit: {0} is asked {1}")]
    OtherResource(Permission, &'static str),
    /// A token can't be made with a token.
    #[error("a new token takes a password: a token can't make another one")]
    PasswordNeeded,
    /// The password was changed, or its owner switched off, since it was compared.
    #[error("the credentials are wrong or have expired")]
    StaleCredentials,
    /// Nobody can register.
    #[error("registration is closed: ask an administrator for an account")]
    RegistrationClosed,
    /// Someone has to look after the server.
    #[error("this is the last administrator who can log in")]
    LastAdministrator,
    /// Nothing of this person is changed any more.
    #[error("{0} was made unknown for good")]
    Anonymised(Username),
    /// Someone has to look after their projects.
    #[error("{name} owns {count} projects: hand them over or delete them first")]
    OwnsProjects {
        /// The person.
        name: Username,
        /// How many.
        count: i64,
    },
    /// The code of a link was used, has expired, or never was one.
    #[error("can't be used, or not any more: ask an administrator for a new link")]
    WrongCode,
    /// A name in the request is nobody's.
    #[error("there is no user named {name:?}")]
    UnknownUser {
        /// Where in the request.
        pointer: String,
        /// The name.
        name: String,
    },
    /// A project in the request is none, or the caller may not see it.
    #[error("must be a project that you may see")]
    UnknownProject {
        /// Where in the request.
        pointer: &'static str,
    },
    /// The past that is asked for is none yet.
    #[error("must not be still to come: the last position so far is {last}")]
    StillToCome {
        /// The last position that was given.
        last: i64,
    },
    /// The feed is to go on after a position that was not given yet.
    #[error("must not be beyond the last position, which is {last}")]
    BeyondTheLast {
        /// The last position that was given.
        last: i64,
    },
    /// What is to change is no longer what the caller has seen.
    #[error("it has changed since you read it: read it again, and repeat your change on that")]
    Changed,
    /// The request breaks rules, all of which are told.
    #[error("{}", told(.0))]
    Invalid(Vec<Violation>),
    /// It is not said which version the change is made on.
    #[error(
        "send If-Match with the ETag of what your change is made on, so that nobody's work is lost"
    )]
    Unbased,
    /// The record is no longer what the caller has seen.
    #[error(
        "it is at version {version} now: look at what has changed, and repeat your change on that"
    )]
    Outdated {
        /// The version that it has now.
        version: i64,
        /// What has changed since the one that the caller has seen, if that is known.
        changes: Vec<Difference>,
    },
    /// What someone has said stands as they said it.
    #[error("only its author can change what a comment says")]
    NotTheirs,
    /// Nothing of a record in the trash is changed.
    #[error("the record is in the trash: restore it first")]
    Trashed,
    /// Nothing of a record that is signed is changed.
    #[error("is signed: whoever maintains the project can unlock it")]
    Signed,
    /// There is no signature to unlock it from.
    #[error("the record is not signed as it is: there is nothing to unlock")]
    NotSigned,
    /// An instrument stands for nothing with its name.
    #[error("a service account signs nothing: it has no password, and is no person")]
    NoSigner,
    /// Nothing that people have written is deleted with a project.
    #[error("the project holds records or templates: archive it instead")]
    NotEmpty,
    /// Stored records would not satisfy the template's new version.
    #[error(
        "{} of its records would not satisfy it: correct them first, or keep them as they are with \"records\": \"keep\"",
        if *.more { "many".to_owned() } else { .records.len().to_string() }
    )]
    Unsatisfied {
        /// Which, and where.
        records: Vec<(RecordId, Vec<Violation>)>,
        /// Whether there are more.
        more: bool,
    },
    /// What was done a moment ago is in no checkpoint yet.
    #[error("no checkpoint vouches for it yet: one follows within seconds")]
    Unsigned,
    /// It was only tried.
    #[error("it was only tried, and nothing was kept")]
    Rehearsed(Vec<Done>),
    /// The database failed, or refused.
    #[error(transparent)]
    Database(#[from] Database),
}

fn told(violations: &[Violation]) -> String {
    let told: Vec<String> = violations
        .iter()
        .take(3)
        .map(|violation| format!("{} {}", violation.pointer, violation.message))
        .collect();
    told.join("; ")
}

fn needs(permission: Permission) -> String {
    match permission.needs() {
        Needs::Password => "that takes a password".to_owned(),
        needs if permission.place().is_in_project() => {
            format!("that takes the scope {needs}, in this project")
        }
        needs => format!("that takes the scope {needs}, and no limit to one project"),
    }
}

impl Failure for Error {
    fn database(&self) -> Option<&Database> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}
