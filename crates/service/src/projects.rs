//! What can be done with projects.

use crate::{Error, Unchanged, require};
use omicron_auth::Caller;
use omicron_domain::{
    Description, Listing, NewProject, Page, Permission, Project, ProjectChange, ProjectDetails,
    ProjectId, ProjectName, Reference, Role, User, UserId, UserStatus, Username,
};
use omicron_persistence::{self as persistence, Transaction, View, projects, users};

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
    require(caller.role(), Permission::CreateProjects)?;
    let owner = match &draft.owner {
        None => caller.user.id,
        Some(name) if is_name_of(name, caller) => caller.user.id,
        Some(name) => {
            require(caller.role(), Permission::CreateProjectsForOthers)?;
            named(tx, name, "/owner".to_owned())?
        }
    };
    let members = all_named(tx, &draft.members)?;
    let (name, description) = (draft.name.clone(), draft.description.clone());
    Ok(projects::create(tx, &NewProject { name, description, owner, members })?)
}

fn is_name_of(name: &str, caller: &Caller) -> bool {
    name.parse::<Username>().is_ok_and(|name| name.key() == caller.user.username.key())
}

fn named(tx: &mut Transaction<'_>, name: &str, pointer: String) -> Result<UserId, Error> {
    let found = person_named(tx, name)?;
    found.map(|user| user.id).ok_or_else(|| unknown(pointer, name))
}

fn unknown(pointer: String, name: &str) -> Error {
    Error::UnknownUser { pointer, name: name.to_owned() }
}

fn person_named(tx: &mut Transaction<'_>, name: &str) -> Result<Option<User>, Error> {
    match name.parse() {
        Ok(name) => Ok(users::find(tx.view(), &Reference::Name(name))?),
        Err(_) => Ok(None),
    }
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

/// The projects that the caller may see.
///
/// # Errors
/// Those of the database.
pub fn list(view: &mut View<'_>, page: Page) -> Result<Listing<Project>, Error> {
    Ok(projects::list(view, page)?)
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

/// Adds someone to a project.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`], [`Error::UnknownUser`]; the
/// person is a member already.
pub fn add_member(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    username: &str,
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<ProjectDetails, Error> {
    let project = permitted(tx, caller, which, Permission::ManageMembers, unchanged)?;
    let user = named(tx, username, "/username".to_owned())?;
    Ok(projects::add_member(tx, project.project.id, user)?)
}

/// Takes someone out of a project; everyone but its owner may take themselves out.
///
/// # Errors
/// [`Error::NotFound`] of the project or the member, [`Error::Forbidden`], [`Error::Changed`];
/// the owner stays.
pub fn remove_member(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    who: &crate::users::Who,
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<(), Error> {
    let member = users::find(tx.view(), who)?;
    let leaves = member.as_ref().is_some_and(|member| member.id == caller.user.id);
    let permission = if leaves { Permission::ReadProject } else { Permission::ManageMembers };
    let project = permitted(tx, caller, which, permission, unchanged)?.project;
    let member = member.ok_or(Error::NotFound("member"))?;
    match projects::remove_member(tx, project.id, member.id) {
        Ok(_) => Ok(()),
        Err(persistence::Error::Gone) => Err(Error::NotFound("member")),
        Err(error) => Err(error.into()),
    }
}

/// Gives a project to someone else; whoever had it stays a member.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`], [`Error::UnknownUser`] also of
/// someone who can't log in: nobody could look after the project.
pub fn hand_over(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    username: &str,
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<ProjectDetails, Error> {
    let project = permitted(tx, caller, which, Permission::HandOverProject, unchanged)?;
    let to = person_named(tx, username)?
        .filter(|person| person.status == UserStatus::Active)
        .ok_or_else(|| unknown("/username".to_owned(), username))?;
    if to.id == project.project.owner.id {
        return Ok(project);
    }
    Ok(projects::hand_over(tx, project.project.id, to.id)?)
}

/// Deletes a project.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`].
pub fn delete(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<(), Error> {
    let project = permitted(tx, caller, which, Permission::DeleteProject, unchanged)?;
    Ok(projects::delete(tx, project.project.id)?)
}

/// The project, if the caller may do this to it and has seen its present state.
fn permitted(
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
    require(role_in(caller, &project.project), permission)?;
    if !unchanged(&project) {
        return Err(Error::Changed);
    }
    Ok(project)
}

/// What the caller is in a project that they see.
fn role_in(caller: &Caller, project: &Project) -> Role {
    match caller.role() {
        Role::Administrator => Role::Administrator,
        _ if project.owner.id == caller.user.id => Role::Owner,
        _ => Role::Member,
    }
}
