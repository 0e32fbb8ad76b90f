//! Accounts that stand for instruments: each belongs to one project, whose maintainers look after
//! it. Nobody logs in to one: it calls with tokens.

use crate::projects::{Which, permitted};
use crate::tokens::{LONGEST, still_themselves};
use crate::users::{Who, switch};
use crate::{Error, require};
use chrono::TimeDelta;
use omicron_auth::Caller;
use omicron_domain::{
    Grant, MemberRole, NewToken, Permission, ProjectId, Reference, Scopes, Target, Token,
    TokenName, User, UserId, Username,
};
use omicron_persistence::{Transaction, View, projects, tokens, users};

/// Adds a service account to a project.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::ServiceAccount`] if it were to look after
/// the project; the username is taken.
pub fn create(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    which: &Which,
    username: &Username,
    role: MemberRole,
) -> Result<User, Error> {
    let manage = Permission::ManageServiceAccounts;
    let project = permitted(tx, caller, which, manage, &|_| true)?.project;
    if role == MemberRole::Maintainer {
        return Err(Error::ServiceAccount { pointer: "/role", name: username.clone() });
    }
    let account = users::create_service_account(tx, username)?;
    projects::add_member(tx, project.id, account.id, role)?;
    Ok(account)
}

/// The service accounts of a project, by id.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see the project.
pub fn list(view: &mut View<'_>, which: &Which) -> Result<Vec<User>, Error> {
    let project = projects::find(view, which)?.ok_or(Error::NotFound("project"))?;
    Ok(users::service_accounts_of(view, project.id)?)
}

/// A token for a service account, as someone asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it shall be called.
    pub name: Option<TokenName>,
    /// What it shall be good for.
    pub scopes: Scopes,
    /// How long it shall live; it has no end, if it is `None`.
    pub lifetime: Option<TimeDelta>,
}

/// Adds a token for a service account, good for its project alone.
///
/// # Errors
/// [`Error::NotFound`] of the project or the account, [`Error::Forbidden`];
/// [`Error::PasswordNeeded`], [`Error::StaleCredentials`] as for a token of one's own.
pub fn create_token(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    (which, who): (&Which, &Who),
    hash: &[u8; 32],
    draft: &Draft,
) -> Result<Token, Error> {
    still_themselves(tx, caller)?;
    let make = Permission::MakeServiceTokens;
    let project = permitted(tx, caller, which, make, &|_| true)?.project.id;
    let user = of_project(tx.view(), project, who)?.id;
    let Draft { name, scopes, lifetime } = draft.clone();
    let expiration_date = lifetime.map(|lifetime| tx.now() + lifetime.min(LONGEST));
    let grant = Grant { scopes, project: Some(project) };
    Ok(tokens::create(tx, &NewToken { user, name, grant, expiration_date }, hash)?)
}

/// The live tokens of a service account, newest first.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub fn list_tokens(
    view: &mut View<'_>,
    caller: &Caller,
    which: &Which,
    who: &Who,
) -> Result<Vec<Token>, Error> {
    let project = projects::find(view, which)?.ok_or(Error::NotFound("project"))?.id;
    let account = of_project(view, project, who)?;
    if !looks_after(view, caller, &account)? {
        return Err(Error::Forbidden(Permission::ManageServiceAccounts));
    }
    Ok(tokens::live(view, account.id)?)
}

fn of_project(view: &mut View<'_>, project: ProjectId, who: &Who) -> Result<User, Error> {
    let account = users::find(view, who)?.filter(|user| user.service_account);
    let account = account.ok_or(Error::NotFound("service account"))?;
    if projects::all_of(view, account.id)?.contains(&project) {
        Ok(account)
    } else {
        Err(Error::NotFound("service account"))
    }
}

/// Whether the caller may look after this service account, also while its project is archived.
pub(crate) fn looks_after(
    view: &mut View<'_>,
    caller: &Caller,
    account: &User,
) -> Result<bool, Error> {
    // It belongs to one, or to none any more.
    let Some(&project) = projects::all_of(view, account.id)?.first() else { return Ok(false) };
    let place = projects::place_of(view, caller.user.id, &Reference::Id(project))?;
    let Some(place) = place else { return Ok(false) };
    let target = Target::Project { id: place.id, role: place.role, archived: false };
    Ok(require(caller, Permission::ManageServiceAccounts, target).is_ok())
}

/// Switches off an account whose project it no longer belongs to.
pub(crate) fn retire(tx: &mut Transaction<'_>, account: UserId) -> Result<(), Error> {
    switch(tx, &Who::Id(account), true).map(drop)
}
