//! Projects.

use crate::{Description, ProjectId, ProjectName, ProjectRole, Timestamp, UserId, UserSummary};

/// A project, as a list shows it.
///
/// ```
/// use omicron_domain::{Project, ProjectId, Timestamp, UserId, UserSummary};
///
/// let owner = UserSummary {
///     id: UserId(1),
///     username: "ann".parse()?,
///     email: "ann@example.org".parse()?,
///     date_created: Timestamp::UNIX_EPOCH,
/// };
/// let project = Project {
///     id: ProjectId(1),
///     name: "Alloys".parse()?,
///     description: "Hardness of aluminium alloys".parse()?,
///     date_created: Timestamp::UNIX_EPOCH,
///     date_archived: None,
///     owner,
/// };
/// assert_eq!(project.name.key(), "alloys");
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The project's id.
    pub id: ProjectId,
    /// Its name, unique in any case.
    pub name: ProjectName,
    /// What it is about.
    pub description: Description,
    /// When it was begun.
    pub date_created: Timestamp,
    /// When it was put away; nothing in it is changed from then on, until it is restored.
    pub date_archived: Option<Timestamp>,
    /// To whom it belongs.
    pub owner: UserSummary,
}

/// A project and everyone who belongs to it beside its owner.
///
/// ```
/// # fn show(details: &omicron_domain::ProjectDetails) {
/// println!("{} has {} members", details.project.name, details.members.len());
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectDetails {
    /// The project.
    pub project: Project,
    /// Its members without the owner, by id.
    pub members: Vec<Member>,
}

/// Someone who belongs to a project.
///
/// ```
/// # fn show(member: &omicron_domain::Member) {
/// println!("{} is {} since {}", member.user.username, member.role, member.date_added);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub user: UserSummary,
    /// What they are in it.
    pub role: ProjectRole,
    /// Since when they belong to it.
    pub date_added: Timestamp,
}

/// A project that is about to be begun.
///
/// ```
/// use omicron_domain::{NewProject, UserId};
///
/// let new = NewProject {
///     name: "Alloys".parse()?,
///     description: "Hardness of aluminium alloys".parse()?,
///     owner: UserId(1),
///     members: vec![UserId(2)],
/// };
/// assert_eq!(new.members.len(), 1);
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProject {
    /// Its name.
    pub name: ProjectName,
    /// What it is about.
    pub description: Description,
    /// To whom it belongs.
    pub owner: UserId,
    /// Who else belongs to it; the owner and repetitions are passed over.
    pub members: Vec<UserId>,
}

/// What is to change in a project; what is `None` stays.
///
/// ```
/// use omicron_domain::ProjectChange;
/// let rename = ProjectChange { name: Some("Alloys 2".parse()?), description: None };
/// assert!(rename.description.is_none());
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectChange {
    /// The new name.
    pub name: Option<ProjectName>,
    /// The new description.
    pub description: Option<Description>,
}
