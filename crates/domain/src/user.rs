//! People.

use crate::{EmailAddress, Project, Timestamp, UserId, Username};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Whether a person may log in.
///
/// ```
/// use omicron_domain::UserStatus;
/// assert_eq!("pending".parse(), Ok(UserStatus::Pending));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// Registered, and not yet approved by an administrator.
    Pending,
    /// May log in.
    Active,
    /// Switched off by an administrator.
    Disabled,
    /// Made unknown: what is left is a pseudonym, for the history to point to.
    Anonymised,
}

impl fmt::Display for UserStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Anonymised => "anonymised",
        })
    }
}

impl FromStr for UserStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        [Self::Pending, Self::Active, Self::Disabled, Self::Anonymised]
            .into_iter()
            .find(|status| status.to_string() == text)
            .ok_or(UnknownStatus)
    }
}

/// The text is not one of the statuses.
///
/// ```
/// assert!("gone".parse::<omicron_domain::UserStatus>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be pending, active or disabled")]
pub struct UnknownStatus;

/// A person, as the server knows them.
///
/// ```
/// use omicron_domain::{Timestamp, User, UserId, UserStatus};
///
/// let ann = User {
///     id: UserId(1),
///     username: "ann".parse()?,
///     email: "ann@example.org".parse()?,
///     administrator: false,
///     status: UserStatus::Active, service_account: false,
///     date_created: Timestamp::UNIX_EPOCH,
/// };
/// assert_eq!(ann.summary().username.as_str(), "ann");
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// The person's id.
    pub id: UserId,
    /// The name to log in with.
    pub username: Username,
    /// Where to write to.
    pub email: EmailAddress,
    /// Whether the person looks after the whole server.
    pub administrator: bool,
    /// Whether the person may log in.
    pub status: UserStatus,
    /// Whether it is no person, but an account that stands for an instrument of a project.
    pub service_account: bool,
    /// When the person registered.
    pub date_created: Timestamp,
}

impl User {
    /// What others see of the person.
    #[must_use]
    pub fn summary(&self) -> UserSummary {
        UserSummary {
            id: self.id,
            username: self.username.clone(),
            email: self.email.clone(),
            date_created: self.date_created,
        }
    }
}

/// A person in short: what others see.
///
/// ```
/// use omicron_domain::{Timestamp, UserId, UserSummary};
///
/// let ann = UserSummary {
///     id: UserId(1),
///     username: "ann".parse()?,
///     email: "ann@example.org".parse()?,
///     date_created: Timestamp::UNIX_EPOCH,
/// };
/// assert_eq!(ann.id, UserId(1));
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserSummary {
    /// The person's id.
    pub id: UserId,
    /// The name to log in with.
    pub username: Username,
    /// Where to write to.
    pub email: EmailAddress,
    /// When the person registered.
    pub date_created: Timestamp,
}

/// A person with the projects they own, as far as the viewer may see them.
///
/// ```
/// # use omicron_domain::{Timestamp, User, UserId, UserStatus};
/// use omicron_domain::UserWithProjects;
/// # let ann = User {
/// #     id: UserId(1), username: "ann".parse()?, email: "ann@example.org".parse()?,
/// #     administrator: false, status: UserStatus::Active, service_account: false, date_created: Timestamp::UNIX_EPOCH,
/// # };
///
/// let ann = UserWithProjects { user: ann, projects: vec![], projects_count: 0 };
/// assert!(ann.projects.len() as i64 <= ann.projects_count);
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWithProjects {
    /// The person.
    pub user: User,
    /// The first hundred of their projects, by id.
    pub projects: Vec<Project>,
    /// How many there are.
    pub projects_count: i64,
}

/// A person who is about to be added.
///
/// ```
/// use omicron_domain::NewUser;
///
/// let ann = NewUser {
///     username: "ann".parse()?,
///     email: "ann@example.org".parse()?,
///     password_hash: "$2b$12$…".to_owned(),
///     administrator: false,
///     approved: true,
/// };
/// assert!(ann.approved);
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The name to log in with.
    pub username: Username,
    /// Where to write to.
    pub email: EmailAddress,
    /// What remains of the password.
    pub password_hash: String,
    /// Whether the person looks after the whole server.
    pub administrator: bool,
    /// Whether the person may log in at once.
    pub approved: bool,
}

/// Which people are looked for: all conditions hold together, a missing one is none.
///
/// Texts are compared without regard to case; `%` and `_` are plain characters.
///
/// ```
/// use omicron_domain::UserFilter;
/// let filter = UserFilter { starts_with: Some("an".to_owned()), ..UserFilter::default() };
/// assert!(filter.status.is_none());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Somewhere in the username.
    pub contains: Option<String>,
    /// At the username's start.
    pub starts_with: Option<String>,
    /// At the username's end.
    pub ends_with: Option<String>,
    /// Only people of this status.
    pub status: Option<UserStatus>,
}
