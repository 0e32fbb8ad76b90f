//! Who may do what, and why.

use crate::projects::Which;
use crate::users::{Who, existing, is_oneself};
use crate::{Error, enter, require, users::account};
use omicron_auth::Caller;
use omicron_domain::{
    Decision, Grant, Listing, Page, Permission, Place, Project, ProjectRole, Role, Standing,
    Target, User, UserSummary,
};
use omicron_persistence::{View, projects};

/// What a question about access is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// Nothing in particular.
    Laboratory,
    /// Someone's account.
    Account(Who),
    /// A project.
    Project(Which),
}

/// An answer: whether someone may, and by which rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Who.
    pub user: User,
    /// What they are there.
    pub roles: Vec<Role>,
    /// The rules that were asked, in order.
    pub decision: Decision,
}

/// Whether a person may do this to that: the very rules that decide when they try. Of oneself, it
/// says what one may with the credential that one comes with; of someone else, what they may at
/// most. Anyone may ask about themselves, administrators about everyone, and those who look after a
/// project about everyone in it.
///
/// # Errors
/// [`Error::NotFound`] of the person, or of a resource that the caller may not see;
/// [`Error::Forbidden`]; [`Error::OtherResource`] if the action is not one for such a resource.
pub fn explain(
    view: &mut View<'_>,
    caller: &Caller,
    who: Option<&Who>,
    permission: Permission,
    resource: &Resource,
) -> Result<Explanation, Error> {
    fits(permission, resource)?;
    if who.is_none_or(|who| is_oneself(caller, who)) {
        let user = caller.user.clone();
        // Before anything is looked up, as when they try: a token that is not good for it, is not.
        let target = match enter(caller, permission) {
            Err(Error::OutOfScope(_)) => Target::Laboratory,
            _ => target(view, &user, resource)?,
        };
        return Ok(answer(user, caller.grant, permission, target));
    }
    let good = |grant: Grant| grant.allows(Permission::ReadAccess, None);
    if !caller.grant.is_none_or(good) {
        return Err(Error::OutOfScope(Permission::ReadAccess));
    }
    let user = who.map_or(Ok(caller.user.clone()), |who| existing(view, who))?;
    may_ask(view, caller, &user, resource)?;
    let target = target(view, &user, resource)?;
    Ok(answer(user, None, permission, target))
}

fn answer(user: User, grant: Option<Grant>, permission: Permission, target: Target) -> Explanation {
    let User { status, administrator, .. } = user;
    let standing = Standing { status, administrator, grant };
    let (roles, decision) = (standing.roles(target), standing.decide(permission, target));
    Explanation { user, roles, decision }
}

/// The resource, as it matters to this person.
fn target(view: &mut View<'_>, user: &User, resource: &Resource) -> Result<Target, Error> {
    Ok(match resource {
        Resource::Laboratory => Target::Laboratory,
        Resource::Account(whose) => Target::Account { own: existing(view, whose)?.id == user.id },
        Resource::Project(which) => {
            let place = projects::place_of(view, user.id, which)?;
            let place = place.ok_or(Error::NotFound("project"))?;
            Target::Project { id: place.id, role: place.role, archived: place.archived }
        }
    })
}

fn fits(permission: Permission, resource: &Resource) -> Result<(), Error> {
    let (fits, how) = match permission.place() {
        Place::Laboratory => (*resource == Resource::Laboratory, "without a resource"),
        Place::Account => (matches!(resource, Resource::Account(_)), "of a resource user:NAME"),
        Place::Project | Place::LiveProject => {
            (matches!(resource, Resource::Project(_)), "of a resource project:NAME")
        }
    };
    if fits { Ok(()) } else { Err(Error::OtherResource(permission, how)) }
}

fn may_ask(
    view: &mut View<'_>,
    caller: &Caller,
    about: &User,
    resource: &Resource,
) -> Result<(), Error> {
    let everywhere = require(caller, Permission::ReadAccess, account(caller, about.id));
    let Resource::Project(which) = resource else { return everywhere };
    if everywhere.is_ok() {
        return Ok(());
    }
    let place = projects::place_of(view, caller.user.id, which)?;
    let place = place.ok_or(Error::NotFound("project"))?;
    // An archived project is still looked after.
    let target = Target::Project { id: place.id, role: place.role, archived: false };
    require(caller, Permission::ManageMembers, target)
        .map_err(|_| Error::Forbidden(Permission::ReadAccess))
}

/// Everyone who can see a project that the caller sees, and as what.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see it.
pub fn seers(
    view: &mut View<'_>,
    which: &Which,
    page: Page,
) -> Result<Listing<(UserSummary, Role)>, Error> {
    let project = projects::find(view, which)?.ok_or(Error::NotFound("project"))?;
    Ok(projects::seers(view, project.id, page)?)
}

/// The projects that a person sees, and what they are in each; `None` for an administrator who does
/// not belong to it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] of someone else, unless an administrator asks.
pub fn seen_by(
    view: &mut View<'_>,
    caller: &Caller,
    who: &Who,
    page: Page,
) -> Result<Listing<(Project, Option<ProjectRole>)>, Error> {
    let user = existing(view, who)?;
    require(caller, Permission::ReadAccess, account(caller, user.id))?;
    Ok(projects::seen_by(view, &user, page)?)
}
