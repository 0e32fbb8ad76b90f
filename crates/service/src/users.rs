//! What can be done with people.

use crate::{Error, Registration, Unchanged, require};
use omicron_auth::{Caller, PasswordProof};
use omicron_domain::{
    EmailAddress, Listing, NewUser, Page, Permission, Reference, Target, User, UserFilter, UserId,
    UserStatus, UserWithProjects, Username,
};
use omicron_persistence::{Transaction, View, projects, tokens, users};

/// How a request names a person.
pub type Who = Reference<UserId, Username>;

/// Whether someone may register at all, to be asked before a password is hashed.
///
/// # Errors
/// [`Error::RegistrationClosed`].
pub fn admit(registration: Registration, by: Option<&Caller>) -> Result<(), Error> {
    if registration == Registration::Closed && !may_add(by) {
        return Err(Error::RegistrationClosed);
    }
    Ok(())
}

/// Registers a person, or adds one as an administrator: then registration is no matter.
///
/// # Errors
/// [`Error::RegistrationClosed`]; the username is taken.
pub fn register(
    tx: &mut Transaction<'_>,
    registration: Registration,
    by: Option<&Caller>,
    new: &NewUser,
) -> Result<User, Error> {
    admit(registration, by)?;
    let approved = registration == Registration::Open || may_add(by);
    Ok(users::create(tx, &NewUser { approved, administrator: false, ..new.clone() })?)
}

fn may_add(by: Option<&Caller>) -> bool {
    by.is_some_and(|caller| caller.may(Permission::ManageUsers))
}

/// People, with the projects of theirs that the caller may see.
///
/// # Errors
/// [`Error::Forbidden`] if someone else than an administrator asks for people by status.
pub fn list(
    view: &mut View<'_>,
    caller: &Caller,
    filter: &UserFilter,
    page: Page,
) -> Result<Listing<UserWithProjects>, Error> {
    if filter.status.is_some() {
        require(caller, Permission::ManageUsers, Target::Laboratory)?;
    }
    Ok(users::list(view, filter, page)?)
}

/// One person, with the projects of theirs that the caller may see.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(view: &mut View<'_>, who: &Who) -> Result<UserWithProjects, Error> {
    users::find_with_projects(view, who)?.ok_or(Error::NotFound("user"))
}

/// Lets a person in who waits for it.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub fn approve(tx: &mut Transaction<'_>, caller: &Caller, who: &Who) -> Result<User, Error> {
    require(caller, Permission::ManageUsers, Target::Laboratory)?;
    let user = known(tx.view(), who)?;
    Ok(users::approve(tx, user.id)?)
}

/// Switches a person off, or on again; what is so already stays so. All tokens of a person who is
/// switched off end.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::LastAdministrator`].
pub fn set_disabled(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    who: &Who,
    disabled: bool,
) -> Result<User, Error> {
    require(caller, Permission::ManageUsers, Target::Laboratory)?;
    switch(tx, who, disabled)
}

/// As [`set_disabled`], for someone who may run commands on the machine.
///
/// # Errors
/// [`Error::NotFound`], [`Error::LastAdministrator`].
pub fn switch(tx: &mut Transaction<'_>, who: &Who, disabled: bool) -> Result<User, Error> {
    let user = known(tx.view(), who)?;
    not_the_last(tx, &user, disabled)?;
    // What they are now, whatever others have done meanwhile.
    let user = not_unknown(users::reserve(tx, user.id)?.0)?;
    if (user.status == UserStatus::Disabled) == disabled {
        return Ok(user);
    }
    if disabled {
        tokens::revoke_all(tx, user.id)?;
    }
    Ok(users::set_disabled(tx, user.id, disabled)?)
}

/// That someone who can log in is left to look after the server, if this one goes.
fn not_the_last(tx: &mut Transaction<'_>, user: &User, goes: bool) -> Result<(), Error> {
    if goes && user.administrator && users::reserve_administrators(tx)? == [user.id] {
        return Err(Error::LastAdministrator);
    }
    Ok(())
}

/// Makes a person unknown, for good: the history keeps a pseudonym. They no longer belong to any
/// project.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::LastAdministrator`],
/// [`Error::OwnsProjects`].
pub fn anonymise(tx: &mut Transaction<'_>, caller: &Caller, who: &Who) -> Result<User, Error> {
    let user = existing(tx.view(), who)?;
    require(caller, Permission::AnonymiseUser, account(caller, user.id))?;
    not_the_last(tx, &user, true)?;
    // Their projects are locked first, as by everyone who changes who belongs to them.
    for project in projects::all_of(tx.view(), user.id)? {
        projects::reserve(tx, project)?;
    }
    let user = users::seize(tx, user.id)?;
    let count = find(tx.view(), &Who::Id(user.id))?.projects_count;
    if count > 0 {
        return Err(Error::OwnsProjects { name: user.username, count });
    }
    for project in projects::all_of(tx.view(), user.id)? {
        projects::remove_member(tx, project, user.id)?;
    }
    Ok(users::anonymise(tx, user.id)?)
}

/// Gives a person another address: themselves, or an administrator.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Changed`].
pub fn change_email(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    who: &Who,
    email: &EmailAddress,
    unchanged: Unchanged<'_, UserWithProjects>,
) -> Result<UserWithProjects, Error> {
    let user = known(tx.view(), who)?;
    require(caller, Permission::ChangeEmail, account(caller, user.id))?;
    let id = Reference::Id(user.id);
    users::reserve(tx, user.id)?;
    if !unchanged(&find(tx.view(), &id)?) {
        return Err(Error::Changed);
    }
    users::set_email(tx, user.id, email)?;
    find(tx.view(), &id)
}

/// The person whose password someone is about to change: their own, whoever they are.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub fn own_account(view: &mut View<'_>, caller: &Caller, who: &Who) -> Result<User, Error> {
    let user = existing(view, who)?;
    require(caller, Permission::ChangePassword, account(caller, user.id))?;
    Ok(user)
}

/// Gives a person another password, and ends all their tokens. Whoever has shown the present
/// password shows the proof of it; who may run commands on the machine needs none.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Changed`] if the password has changed since it was shown.
pub fn change_password(
    tx: &mut Transaction<'_>,
    who: &Who,
    proof: Option<PasswordProof>,
    password_hash: &str,
) -> Result<User, Error> {
    let id = known(tx.view(), who)?.id;
    let (user, stored) = users::reserve(tx, id)?;
    if proof.is_some_and(|proof| !proof.holds_for(&stored)) {
        return Err(Error::Changed);
    }
    tokens::revoke_all(tx, user.id)?;
    Ok(users::set_password(tx, user.id, password_hash)?)
}

/// An account, as it matters to who may do what with it.
pub(crate) fn account(caller: &Caller, id: UserId) -> Target {
    Target::Account { own: caller.user.id == id }
}

/// Whether a request names its own caller.
pub(crate) fn is_oneself(caller: &Caller, who: &Who) -> bool {
    match who {
        Who::Id(id) => *id == caller.user.id,
        Who::Name(name) => name.key() == caller.user.username.key(),
        Who::Nothing => false,
    }
}

/// A person of whom something may still change.
pub(crate) fn known(view: &mut View<'_>, who: &Who) -> Result<User, Error> {
    not_unknown(existing(view, who)?)
}

fn not_unknown(user: User) -> Result<User, Error> {
    match user.status {
        UserStatus::Anonymised => Err(Error::Anonymised(user.username)),
        _ => Ok(user),
    }
}

pub(crate) fn existing(view: &mut View<'_>, who: &Who) -> Result<User, Error> {
    users::find(view, who)?.ok_or(Error::NotFound("user"))
}
