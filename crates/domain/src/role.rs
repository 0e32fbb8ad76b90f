//! What someone is: in the laboratory, to an account, in a project.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What someone is. They may be several things at once: a user, an administrator, the owner of
/// the project in question.
///
/// ```
/// use omicron_domain::{Permission, Role};
/// assert!(Role::Owner.may(Permission::DeleteProject));
/// assert!(!Role::Member.may(Permission::DeleteProject));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Anyone who is logged in.
    User,
    /// The person whose account it is.
    Oneself,
    /// Someone who sees the project.
    Viewer,
    /// Someone who works in the project.
    Member,
    /// Someone who looks after the project.
    Maintainer,
    /// The one person to whom the project belongs.
    Owner,
    /// Someone who looks after the whole server.
    Administrator,
}

impl Role {
    /// The role's name.
    ///
    /// ```
    /// assert_eq!(omicron_domain::Role::Maintainer.as_str(), "maintainer");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Oneself => "oneself",
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Maintainer => "maintainer",
            Self::Owner => "owner",
            Self::Administrator => "administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What someone can be made in a project; its owner is more than that, and there is one.
///
/// ```
/// use omicron_domain::{MemberRole, Role};
/// assert_eq!("viewer".parse(), Ok(MemberRole::Viewer));
/// assert!("owner".parse::<MemberRole>().is_err());
/// assert_eq!(Role::from(MemberRole::Viewer), Role::Viewer);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// Sees the project.
    Viewer,
    /// Works in the project.
    #[default]
    Member,
    /// Looks after the project.
    Maintainer,
}

/// The text is none of the roles that can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be viewer, member or maintainer")]
pub struct UnknownRole;

impl From<MemberRole> for Role {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Viewer => Self::Viewer,
            MemberRole::Member => Self::Member,
            MemberRole::Maintainer => Self::Maintainer,
        }
    }
}

impl MemberRole {
    /// The role's name, as it is stored.
    ///
    /// ```
    /// assert_eq!(omicron_domain::MemberRole::default().as_str(), "member");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Role::from(self).as_str()
    }
}

impl FromStr for MemberRole {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let all = [Self::Viewer, Self::Member, Self::Maintainer];
        all.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}
