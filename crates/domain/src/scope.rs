//! What a token is good for.

use crate::{Needs, Permission, ProjectId};
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// One thing that a token can be good for.
///
/// ```
/// use omicron_domain::Scope;
/// assert!(Scope::Write.covers(Scope::Read));
/// assert!(!Scope::Write.covers(Scope::Admin) && !Scope::Ingest.covers(Scope::Read));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// To push measurements, and nothing else.
    Ingest,
    /// To see what its owner sees.
    Read,
    /// To change it, too.
    Write,
    /// To do whatever its owner may: to say who may do what, to delete, to end tokens.
    Admin,
}

/// The text is none of the scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be read, write, admin or ingest")]
pub struct UnknownScope;

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Read, Self::Write, Self::Admin];

    /// The scope's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// Whether whoever has this one needs the other no more.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        match self {
            Self::Ingest => other == Self::Ingest,
            Self::Read | Self::Write => other <= self && other != Self::Ingest,
            Self::Admin => true,
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}

/// Several scopes; at least one.
///
/// ```
/// use omicron_domain::{Scope, Scopes};
/// let scopes: Scopes = "write ingest".parse()?;
/// assert!(scopes.cover(Scope::Read) && !scopes.cover(Scope::Admin));
/// assert_eq!(scopes.to_string(), "ingest write");
/// # Ok::<(), omicron_domain::UnknownScope>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scopes([bool; 4]);

impl Scopes {
    /// Everything that its owner may.
    pub const EVERYTHING: Self = Self([false, false, false, true]);

    /// These scopes; `None` if there is none.
    ///
    /// ```
    /// use omicron_domain::{Scope, Scopes};
    /// assert!(Scopes::of([]).is_none());
    /// assert_eq!(Scopes::of([Scope::Admin]), Some(Scopes::EVERYTHING));
    /// ```
    #[must_use]
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Option<Self> {
        let mut held = [false; 4];
        for scope in scopes {
            held[scope as usize] = true;
        }
        held.contains(&true).then_some(Self(held))
    }

    /// The scopes, one by one.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.0[*scope as usize])
    }

    /// Whether one of them covers this scope.
    #[must_use]
    pub fn cover(self, scope: Scope) -> bool {
        self.iter().any(|held| held.covers(scope))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.iter().enumerate() {
            let separator = if place == 0 { "" } else { " " };
            write!(f, "{separator}{}", scope.as_str())?;
        }
        Ok(())
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let scopes = text.split_whitespace().map(str::parse).collect::<Result<Vec<_>, _>>()?;
        Self::of(scopes).ok_or(UnknownScope)
    }
}

/// What a token lets its owner do, of all that they may.
///
/// ```
/// use omicron_domain::{Grant, Permission, ProjectId, Scopes};
/// let reader = Grant { scopes: "read".parse()?, project: Some(ProjectId(1)) };
/// assert!(reader.allows(Permission::ReadProject, Some(ProjectId(1))));
/// assert!(!reader.allows(Permission::ReadProject, Some(ProjectId(2))));
/// assert!(!reader.allows(Permission::ReadUsers, None), "it is for the project alone");
/// assert!(Grant::EVERYTHING.allows(Permission::ManageUsers, None));
/// assert!(!Grant::EVERYTHING.allows(Permission::MakeTokens, None), "that takes a password");
/// # Ok::<(), omicron_domain::UnknownScope>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Grant {
    /// What it is good for.
    pub scopes: Scopes,
    /// The one project in which it is good for that; everywhere, if it is `None`.
    pub project: Option<ProjectId>,
}

impl Grant {
    /// All that its owner may: a password's.
    pub const EVERYTHING: Self = Self { scopes: Scopes::EVERYTHING, project: None };

    /// Whether it is good for this, in the project if it is in one.
    #[must_use]
    pub fn allows(&self, permission: Permission, project: Option<ProjectId>) -> bool {
        let here = self.project.is_none() || self.project == project;
        self.is_good_for(permission) && (here || permission.needs() == Needs::Anything)
    }

    /// Whether it is good for this in the right place.
    ///
    /// ```
    /// use omicron_domain::{Grant, Permission, ProjectId, Scopes};
    /// let reader = Grant { scopes: "read".parse()?, project: Some(ProjectId(1)) };
    /// assert!(reader.is_good_for(Permission::ReadProject));
    /// assert!(!reader.is_good_for(Permission::ChangeProject));
    /// # Ok::<(), omicron_domain::UnknownScope>(())
    /// ```
    #[must_use]
    pub fn is_good_for(&self, permission: Permission) -> bool {
        match permission.needs() {
            Needs::Anything => true,
            Needs::Scope(scope) => self.scopes.cover(scope),
            Needs::Password => false,
        }
    }
}
