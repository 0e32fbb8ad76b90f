//! Why someone may do something, or not: one chain of rules, which decides and explains.

use crate::{Grant, MemberRole, Permission, ProjectId, Role, UserStatus};
use std::fmt;

/// What something is to be done to, as far as it matters who may.
///
/// ```
/// use omicron_domain::Target;
/// assert_ne!(Target::Laboratory, Target::Account { own: true });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Nothing in particular.
    Laboratory,
    /// Someone's account.
    Account {
        /// Whether it is the person's own.
        own: bool,
    },
    /// A project.
    Project {
        /// Which.
        id: ProjectId,
        /// What the person is in it; `None` if they do not belong to it.
        role: Option<ProjectRole>,
        /// Whether it is put away.
        archived: bool,
    },
}

/// What someone is in a project to which they belong.
///
/// ```
/// use omicron_domain::{MemberRole, ProjectRole, Role};
/// assert_eq!(Role::from(ProjectRole::Owner), Role::Owner);
/// assert_eq!(ProjectRole::from(MemberRole::Viewer).to_string(), "viewer");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProjectRole {
    /// The one to whom it belongs.
    Owner,
    /// Someone whom the owner has made something.
    Made(MemberRole),
}

impl From<MemberRole> for ProjectRole {
    fn from(role: MemberRole) -> Self {
        Self::Made(role)
    }
}

impl From<ProjectRole> for Role {
    fn from(role: ProjectRole) -> Self {
        match role {
            ProjectRole::Owner => Self::Owner,
            ProjectRole::Made(role) => role.into(),
        }
    }
}

impl fmt::Display for ProjectRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Role::from(*self).fmt(f)
    }
}

/// Who asks, as far as it matters.
///
/// ```
/// use omicron_domain::{Permission, Refusal, Standing, Target, UserStatus};
///
/// let ann = Standing { status: UserStatus::Active, administrator: false, grant: None };
/// assert_eq!(ann.decide(Permission::CreateProjects, Target::Laboratory).refusal(), None);
///
/// let decision = ann.decide(Permission::ManageUsers, Target::Laboratory);
/// assert_eq!(decision.refusal(), Some(Refusal::Role));
/// assert_eq!(
///     decision.steps.last().unwrap().to_string(),
///     "no: a user may not approve, disable and enable people"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether they may log in.
    pub status: UserStatus,
    /// Whether they look after the whole server.
    pub administrator: bool,
    /// What their token is good for; `None` if they come with a password.
    pub grant: Option<Grant>,
}

/// Which rule says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// They can't log in.
    Status,
    /// Their token is not good for it.
    Grant,
    /// They do not see the project, so for them it is not there.
    Unseen,
    /// None of their roles may.
    Role,
    /// The project is archived.
    Archived,
}

/// One rule and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Whether it lets them pass.
    pub passes: bool,
    /// Which refusal it is if it does not.
    pub rule: Refusal,
    /// What it says, in words.
    pub says: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.passes { "yes" } else { "no" }, self.says)
    }
}

/// The rules that were asked, in order; the last one says no if any does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What each rule said.
    pub steps: Vec<Step>,
}

impl Decision {
    /// Why not; `None` if they may.
    ///
    /// ```
    /// assert_eq!(omicron_domain::Decision { steps: vec![] }.refusal(), None);
    /// ```
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        self.steps.iter().find(|step| !step.passes).map(|step| step.rule)
    }
}

impl Standing {
    /// What they are where something is to be done, the greatest last.
    ///
    /// ```
    /// use omicron_domain::{Role, Standing, Target, UserStatus};
    /// let root = Standing { status: UserStatus::Active, administrator: true, grant: None };
    /// let roles = root.roles(Target::Account { own: true });
    /// assert_eq!(roles, [Role::User, Role::Oneself, Role::Administrator]);
    /// ```
    #[must_use]
    pub fn roles(&self, target: Target) -> Vec<Role> {
        let here = match target {
            Target::Account { own: true } => Some(Role::Oneself),
            Target::Project { role, .. } => role.map(Role::from),
            Target::Laboratory | Target::Account { own: false } => None,
        };
        let administrator = self.administrator.then_some(Role::Administrator);
        [Some(Role::User), here, administrator].into_iter().flatten().collect()
    }

    /// Whether they may do this to that, by the rules in their order. What is right in the middle
    /// of a project is not asked of whoever does not see it.
    #[must_use]
    pub fn decide(&self, permission: Permission, target: Target) -> Decision {
        let rules = [
            Some(self.status()),
            self.grant(permission, target),
            self.sight(target),
            Some(self.role(permission, target)),
            archive(permission, target),
        ];
        let mut steps: Vec<Step> = rules.into_iter().flatten().collect();
        if let Some(no) = steps.iter().position(|step| !step.passes) {
            steps.truncate(no + 1);
        }
        Decision { steps }
    }

    fn status(&self) -> Step {
        let says = format!("the account is {}", self.status);
        Step { passes: self.status == UserStatus::Active, rule: Refusal::Status, says }
    }

    fn grant(&self, permission: Permission, target: Target) -> Option<Step> {
        let project = match target {
            Target::Project { id, .. } => Some(id),
            Target::Laboratory | Target::Account { .. } => None,
        };
        let grant = self.grant?;
        let Grant { scopes, project: only } = grant;
        let place = only.map(|id| format!(", in project {id} alone")).unwrap_or_default();
        let needs = permission.needs();
        let says = format!("the token is good for {scopes}{place}; this takes {needs}");
        Some(Step { passes: grant.allows(permission, project), rule: Refusal::Grant, says })
    }

    fn sight(&self, target: Target) -> Option<Step> {
        let Target::Project { role, .. } = target else { return None };
        let (passes, says) = match role {
            Some(role) => (true, format!("the person is {role} of the project")),
            None if self.administrator => (true, "an administrator sees every project".to_owned()),
            None => (false, "the person does not belong to the project".to_owned()),
        };
        Some(Step { passes, rule: Refusal::Unseen, says })
    }

    fn role(&self, permission: Permission, target: Target) -> Step {
        let roles = self.roles(target);
        let may = roles.iter().rev().find(|role| role.may(permission));
        let named = may.or(roles.last()).map_or("nobody", |role| role.as_str());
        let article = if named.starts_with(['a', 'o']) { "an" } else { "a" };
        let not = if may.is_some() { "" } else { "not " };
        let says = match named {
            "oneself" => format!("the person themselves may {not}{}", permission.describe()),
            _ => format!("{article} {named} may {not}{}", permission.describe()),
        };
        Step { passes: may.is_some(), rule: Refusal::Role, says }
    }
}

fn archive(permission: Permission, target: Target) -> Option<Step> {
    let Target::Project { archived, .. } = target else { return None };
    if permission.place() != crate::Place::LiveProject {
        return None;
    }
    let says = if archived { "the project is archived" } else { "the project is not archived" };
    Some(Step { passes: !archived, rule: Refusal::Archived, says: says.to_owned() })
}
