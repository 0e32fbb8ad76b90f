//! Who belongs to a project, and as what.

use crate::past::look;
use crate::projects::{Which, named, permitted, unknown};
use crate::users::Who;
use crate::{Error, Past, Unchanged, service_accounts};
use omicron_auth::Caller;
use omicron_domain::{
    AsOf, Listing, Member, MemberRole, Page, Permission, ProjectDetails, UserStatus,
};
use omicron_persistence::{self as persistence, Transaction, View, projects, users};

/// Those who belong to a project, its owner too.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see it.
pub fn list(view: &mut View<'_>, which: &Which, page: Page) -> Result<Listing<Member>, Error> {
    let project = projects::find(view, which)?.ok_or(Error::NotFound("project"))?;
    Ok(projects::members(view, project.id, page)?)
}

/// Those who belonged to a project, its owner too: for who may see it now.
///
/// # Errors
/// As [`projects::find_at`](crate::projects::find_at).
pub fn list_at(
    view: &mut View<'_>,
    which: &Which,
    page: Page,
    as_of: AsOf,
) -> Result<Past<Listing<Member>>, Error> {
    look(view, as_of, |view, position| {
        let then = projects::members_at(view, which, position, page)?;
        then.ok_or(Error::NotFound("project as of then"))
    })
}

/// Adds someone to a project.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`], [`Error::UnknownUser`]; the
/// person is a member already.
pub fn add(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    (username, role): (&str, MemberRole),
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<ProjectDetails, Error> {
    let project = permitted(tx, caller, which, Permission::ManageMembers, unchanged)?;
    let user = named(tx, username, "/username")?;
    Ok(projects::add_member(tx, project.project.id, user.id, role)?)
}

/// Takes someone out of a project; everyone but its owner may take themselves out. A service
/// account, which has no other project, is switched off.
///
/// # Errors
/// [`Error::NotFound`] of the project or the member, [`Error::Forbidden`], [`Error::Changed`];
/// the owner stays.
pub fn remove(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    who: &Who,
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<(), Error> {
    let member = users::find(tx.view(), who)?;
    let leaves = member.as_ref().is_some_and(|member| member.id == caller.user.id);
    let permission = if leaves { Permission::LeaveProject } else { Permission::ManageMembers };
    let project = permitted(tx, caller, which, permission, unchanged)?.project;
    let member = member.ok_or(Error::NotFound("member"))?;
    projects::remove_member(tx, project.id, member.id).map_err(no_member)?;
    if member.service_account {
        service_accounts::retire(tx, member.id)?;
    }
    Ok(())
}

/// Makes a member something else.
///
/// # Errors
/// [`Error::NotFound`] of the project or the member, [`Error::Forbidden`], [`Error::Changed`],
/// [`Error::ServiceAccount`]; the owner stays.
pub fn set_role(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    (who, role): (&Who, MemberRole),
    unchanged: Unchanged<'_, ProjectDetails>,
) -> Result<ProjectDetails, Error> {
    let project = permitted(tx, caller, which, Permission::ManageMembers, unchanged)?.project;
    let member = users::find(tx.view(), who)?.ok_or(Error::NotFound("member"))?;
    if member.service_account && role == MemberRole::Maintainer {
        return Err(Error::ServiceAccount { pointer: "/role", name: member.username });
    }
    projects::set_role(tx, project.id, member.id, role).map_err(no_member)
}

fn no_member(error: persistence::Error) -> Error {
    match error {
        persistence::Error::Gone => Error::NotFound("member"),
        error => error.into(),
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
    let to = named(tx, username, "/username")?;
    if to.status != UserStatus::Active {
        return Err(unknown("/username".to_owned(), username));
    }
    if to.id == project.project.owner.id {
        return Ok(project);
    }
    Ok(projects::hand_over(tx, project.project.id, to.id)?)
}
