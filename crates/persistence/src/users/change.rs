//! Changes of people.

use super::find;
use crate::tables::users;
use crate::{Error, Transaction, resets};
use diesel::prelude::*;
use omicron_domain::{Action, EmailAddress, Reference, User, UserId};

/// Lets a person in; one who is in already stays so, and nothing is recorded.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.write(&Actor::command_line(), |tx| users::approve(tx, UserId(1)));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn approve(tx: &mut Transaction<'_>, id: UserId) -> Result<User, Error> {
    let waiting = users::table.filter(users::id.eq(id.0)).filter(users::approved.eq(false));
    match diesel::update(waiting).set(users::approved.eq(true)).execute(tx.connection())? {
        0 => find(tx.view(), &Reference::Id(id))?.ok_or(Error::Gone),
        changed => changed_user(tx, id, changed, Action::UserApproved),
    }
}

/// Switches a person off, or on again. A link to set a new password is no good after it.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.write(&Actor::command_line(), |tx| users::set_disabled(tx, UserId(1), true));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn set_disabled(tx: &mut Transaction<'_>, id: UserId, disabled: bool) -> Result<User, Error> {
    let user = diesel::update(users::table.filter(users::id.eq(id.0)));
    let changed = user.set(users::disabled.eq(disabled)).execute(tx.connection())?;
    resets::withdraw(tx, id)?;
    let action = if disabled { Action::UserDisabled } else { Action::UserEnabled };
    changed_user(tx, id, changed, action)
}

/// Gives a person another address.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let address = "ann@example.org".parse().unwrap();
/// let nobody = db.write(&Actor::command_line(), |tx| users::set_email(tx, UserId(1), &address));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn set_email(
    tx: &mut Transaction<'_>,
    id: UserId,
    email: &EmailAddress,
) -> Result<User, Error> {
    let user = diesel::update(users::table.filter(users::id.eq(id.0)));
    let changed = user.set(users::email.eq(email.as_str())).execute(tx.connection())?;
    changed_user(tx, id, changed, Action::UserEmailChanged)
}

/// Gives a person another password, of which only the hash is known here. A link to set one is no
/// good after it.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.write(&Actor::command_line(), |tx| users::set_password(tx, UserId(1), "$2b$…"));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn set_password(
    tx: &mut Transaction<'_>,
    id: UserId,
    password_hash: &str,
) -> Result<User, Error> {
    let user = diesel::update(users::table.filter(users::id.eq(id.0)));
    let changed = user.set(users::password_hash.eq(password_hash)).execute(tx.connection())?;
    resets::withdraw(tx, id)?;
    changed_user(tx, id, changed, Action::UserPasswordChanged)
}

/// Keeps another hash of the same password, unless it has been changed meanwhile; says whether. It
/// is no change that anyone could see, so the journal has nothing to add.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let done = db.write(&Actor::command_line(), |tx| {
///     users::replace_hash(tx, UserId(1), "$2b$04$…", "$2b$12$…")
/// })?;
/// assert!(!done, "there is no such person");
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn replace_hash(
    tx: &mut Transaction<'_>,
    id: UserId,
    old: &str,
    new: &str,
) -> Result<bool, Error> {
    let same = users::table.filter(users::id.eq(id.0)).filter(users::password_hash.eq(old));
    let changed =
        diesel::update(same).set(users::password_hash.eq(new)).execute(tx.connection())?;
    Ok(changed == 1)
}

/// The person after a change, which is recorded.
pub(super) fn changed_user(
    tx: &mut Transaction<'_>,
    id: UserId,
    changed: usize,
    action: Action,
) -> Result<User, Error> {
    if changed == 0 {
        return Err(Error::Gone);
    }
    let user = find(tx.view(), &Reference::Id(id))?.ok_or(Error::Gone)?;
    tx.record(action, id, None, &user)?;
    Ok(user)
}
