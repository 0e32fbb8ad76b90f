//! What can be done with projects.

use crate::users::{Who, is_oneself};
use crate::{Error, Unchanged, require, service_accounts};
use omicron_auth::Caller;
use omicron_domain::{
    Description, Listing, Member, NewProject, Page, Permission, Project, ProjectChange,
    ProjectDetails, ProjectId, ProjectName, ProjectRole, Reference, Target, User, UserId,
    UserStatus, Username,
};
use omicron_persistence::projects::Place;
use omicron_persistence::{
    self as persistence, Transaction, View, projects, records, users, webhooks,
};

mod past;

pub use past::{find_at, list_at};

/// How a request names a project.
pub type Which = Reference<ProjectId, ProjectName>;

/// A project as someone asks for it: people are named, not yet known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name.
    pub name: ProjectName,
    /// What it is about.
    pub description: Description,
    /// To whom it shall belong; the caller, if nobody is named.
    pub owner: Option<String>,
    /// Who else shall belong to it.
    pub members: Vec<String>,
}

/// Begins a project.
///
/// # Errors
/// [`Error::Forbidden`] if someone else than an administrator names another owner;
/// [`Error::UnknownUser`]; the name is taken.
pub fn create(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    draft: &Draft,
) -> Result<ProjectDetails, Error> {
    require(caller, Permission::CreateProjects, Target::Laboratory)?;
    let owner = match &draft.owner {
        None => caller.user.id,
        Some(name) if is_name_of(name, caller) => caller.user.id,
        Some(name) => {
            require(caller, Permission::CreateProjectsForOthers, Target::Laboratory)?;
            person(tx, name, "/owner")?.id
        }
    };
    let members = all_named(tx, &draft.members)?;
    all_there(tx, draft, owner, &members)?;
    let (name, description) = (draft.name.clone(), draft.description.clone());
    Ok(projects::create(tx, &NewProject { name, description, owner, members })?)
}

fn is_name_of(name: &str, caller: &Caller) -> bool {
    name.parse().is_ok_and(|name| is_oneself(caller, &Who::Name(name)))
}

/// The person whom a request names, as they are until this transaction ends.
pub(crate) fn named(
    tx: &mut Transaction<'_>,
    name: &str,
    pointer: &'static str,
) -> Result<User, Error> {
    let id = person(tx, name, pointer)?.id;
    let held = users::hold(tx, &[id])?.pop();
    let known = held.filter(|user| user.status != UserStatus::Anonymised);
    known.ok_or_else(|| unknown(pointer.to_owned(), name))
}

/// The person whom a request names, who is no service account.
fn person(tx: &mut Transaction<'_>, name: &str, pointer: &'static str) -> Result<User, Error> {
    let found = match name.parse() {
        Ok(name) => users::find(tx.view(), &Reference::Name(name))?,
        Err(_) => None,
    };
    match found {
        Some(user) if user.service_account => {
            Err(Error::ServiceAccount { pointer, name: user.username })
        }
        found => found.ok_or_else(|| unknown(pointer.to_owned(), name)),
    }
}

pub(crate) fn unknown(pointer: String, name: &str) -> Error {
    Error::UnknownUser { pointer, name: name.to_owned() }
}

/// That the owner can log in, and that nobody has been made unknown: until this transaction ends.
fn all_there(
    tx: &mut Transaction<'_>,
    draft: &Draft,
    owner: UserId,
    members: &[UserId],
) -> Result<(), Error> {
    let everyone: Vec<UserId> = members.iter().copied().chain([owner]).collect();
    for user in users::hold(tx, &everyone)? {
        if user.id == owner && user.status != UserStatus::Active {
            // Whoever asks for themselves was active a moment ago.
            let asked = draft.owner.as_deref().map(|name| unknown("/owner".to_owned(), name));
            return Err(asked.unwrap_or(Error::StaleCredentials));
        }
        if user.status == UserStatus::Anonymised {
            let place = members.iter().position(|id| *id == user.id).unwrap_or_default();
            return Err(unknown(format!("/members/{place}"), &draft.members[place]));
        }
    }
    Ok(())
}

/// The ids of those that a request lists as members.
fn all_named(tx: &mut Transaction<'_>, names: &[String]) -> Result<Vec<UserId>, Error> {
    let parsed: Vec<Option<Username>> = names.iter().map(|name| name.parse().ok()).collect();
    let known: Vec<Username> = parsed.iter().flatten().cloned().collect();
    let ids = users::ids_by_key(tx.view(), &known)?;
    let id = |(index, name): (usize, &Option<Username>)| {
        let found = name.as_ref().and_then(|name| ids.get(&name.key())).copied();
        found.ok_or_else(|| unknown(format!("/members/{index}"), &names[index]))
    };
    parsed.iter().enumerate().map(id).collect()
}

/// The projects that the caller may see: archived ones, others, or all.
///
/// # Errors
/// Those of the database.
pub fn list(
    view: &mut View<'_>,
    archived: Option<bool>,
    page: Page,
) -> Result<Listing<Project>, Error> {
    Ok(projects::list(view, archived, page)?)
}

/// One project, with its members.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see it.
pub fn find(view: &mut View<'_>, which: &Which) -> Result<ProjectDetails, Error> {
    projects::details(view, which)?.ok_or(Error::NotFound("project"))
}

/// Renames or describes a project.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`]; the name is taken.
pub fn change(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    change: &ProjectChange,
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<ProjectDetails, Error> {
    let project = permitted(tx, caller, which, Permission::ChangeProject, unchanged)?;
    if *change == ProjectChange::default() {
        return Ok(project);
    }
    Ok(projects::change(tx, project.project.id, change)?)
}

/// Puts a project away, so that nothing in it is changed, or takes it out again; what is so
/// already stays so.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`].
pub fn set_archived(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    archived: bool,
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<ProjectDetails, Error> {
    let project = permitted(tx, caller, which, Permission::ArchiveProject, unchanged)?;
    Ok(projects::set_archived(tx, project.project.id, archived)?)
}

/// Deletes a project that holds no records, with its webhooks, and switches its service accounts off.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`], [`Error::NotEmpty`].
pub fn delete(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<(), Error> {
    let id = permitted(tx, caller, which, Permission::DeleteProject, unchanged)?.project.id;
    if records::any_in(tx.view(), id)? {
        return Err(Error::NotEmpty);
    }
    for account in users::service_accounts_of(tx.view(), id)? {
        service_accounts::retire(tx, account.id)?;
    }
    webhooks::remove_all_of(tx, id)?;
    Ok(projects::delete(tx, id)?)
}

/// The project, if the caller may do this to it and has seen its present state.
pub(crate) fn permitted(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    permission: Permission,
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<ProjectDetails, Error> {
    // Its members are read once nobody else changes them.
    let id = projects::find(tx.view(), which)?.ok_or(Error::NotFound("project"))?.id;
    projects::reserve(tx, id).map_err(|error| match error {
        // Deleted between the two.
        persistence::Error::Gone => Error::NotFound("project"),
        error => error.into(),
    })?;
    let project = find(tx.view(), &Which::Id(id))?;
    require(caller, permission, target_for(caller, &project))?;
    if !unchanged(&project) {
        return Err(Error::Changed);
    }
    Ok(project)
}

/// The project as far as it matters who may do what in it, if the caller may do this; neither changes
/// until this transaction ends, but others may do the like beside it.
pub(crate) fn held(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    permission: Permission,
) -> Result<Place, Error> {
    let place = projects::hold(tx, caller.user.id, which)?.ok_or(Error::NotFound("project"))?;
    let Place { id, role, archived } = place;
    require(caller, permission, Target::Project { id, role, archived })?;
    Ok(place)
}

/// A project that the caller sees, with what they are in it.
fn target_for(caller: &Caller, ProjectDetails { project, members }: &ProjectDetails) -> Target {
    let theirs = |member: &&Member| member.user.id == caller.user.id;
    let role = if project.owner.id == caller.user.id {
        Some(ProjectRole::Owner)
    } else {
        members.iter().find(theirs).map(|member| member.role)
    };
    Target::Project { id: project.id, role, archived: project.date_archived.is_some() }
}
