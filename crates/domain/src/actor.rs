//! Who acts, by what right, and what they may see.

use crate::{Invalid, ProjectId, TokenId, UserId};
use std::fmt;
use std::str::FromStr;

/// What someone may see of the projects' data; part of each query, not a check after it.
///
/// ```
/// use omicron_domain::{UserId, Viewer};
/// assert_ne!(Viewer::User(UserId(1)), Viewer::Everything);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// No project at all.
    Nobody,
    /// The projects that this person belongs to.
    User(UserId),
    /// Every project: an administrator, or a tool on the machine itself.
    Everything,
    /// This project alone, which a token is limited to, if its owner may see it.
    Within {
        /// The project.
        project: ProjectId,
        /// Who must belong to it; `None` for an administrator.
        user: Option<UserId>,
    },
}

/// What proved who someone is.
///
/// ```
/// use omicron_domain::{Credential, TokenId};
/// assert_eq!(Credential::Token(TokenId(4)).to_string(), "token:4");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A password.
    Password,
    /// A token, of which only the id is known here.
    Token(TokenId),
    /// The right to run commands on the machine.
    CommandLine,
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password => f.write_str("password"),
            Self::Token(id) => write!(f, "token:{id}"),
            Self::CommandLine => f.write_str("command-line"),
        }
    }
}

/// The id of one request, the same in the answer, the log and the journal.
///
/// ```
/// use omicron_domain::RequestId;
/// assert!("7f3c-91".parse::<RequestId>().is_ok());
/// assert!("two words".parse::<RequestId>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RequestId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:+/=".contains(&byte);
        if text.is_empty() || text.len() > 128 || !text.bytes().all(plain) {
            return Err(Invalid::NotARequestId);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who makes a change: what the journal says of each.
///
/// ```
/// use omicron_domain::{Actor, Viewer};
///
/// let importer = Actor::command_line();
/// assert_eq!(importer.viewer, Viewer::Everything);
/// assert_eq!(importer.user, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person, if it is one that the database knows.
    pub user: Option<UserId>,
    /// What proved it; nothing for someone who has just registered.
    pub credential: Option<Credential>,
    /// The request that the change is part of.
    pub request_id: Option<RequestId>,
    /// What the actor may see.
    pub viewer: Viewer,
}

impl Actor {
    /// Someone who may run commands on the machine: a tool, an importer, the command line.
    #[must_use]
    pub fn command_line() -> Self {
        Self {
            user: None,
            credential: Some(Credential::CommandLine),
            request_id: None,
            viewer: Viewer::Everything,
        }
    }

    /// Someone unknown, who may register and nothing else.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { user: None, credential: None, request_id: None, viewer: Viewer::Nobody }
    }
}
