//! Links with which people set a new password who have lost theirs.

use crate::users::{Who, account, known};
use crate::{Error, require};
use chrono::TimeDelta;
use omicron_auth::Caller;
use omicron_domain::{Permission, Timestamp, User};
use omicron_persistence::{Transaction, View, resets, tokens, users};

/// How long a link to set a new password is good.
pub const LIFETIME: TimeDelta = TimeDelta::days(1);

/// Lets someone set a new password with a code, of which only the keyed hash is known here; one that
/// they had before is no good any more. Until when it can be used.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Anonymised`], [`Error::ServiceAccount`].
pub fn issue(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    who: &Who,
    hash: &[u8; 32],
) -> Result<Timestamp, Error> {
    let user = known(tx.view(), who)?;
    require(caller, Permission::ResetPassword, account(caller, user.id))?;
    if user.service_account {
        return Err(Error::ServiceAccount { pointer: "/username_or_id", name: user.username });
    }
    let end = tx.now() + LIFETIME;
    resets::issue(tx, user.id, hash, end)?;
    Ok(end)
}

/// Whether a code can be used, to be asked before a password is hashed.
///
/// # Errors
/// [`Error::WrongCode`].
pub fn find(view: &mut View<'_>, hash: &[u8; 32]) -> Result<User, Error> {
    resets::find(view, hash)?.ok_or(Error::WrongCode)
}

/// Gives the person of a code another password, and ends all their tokens. The code is used up.
///
/// # Errors
/// [`Error::WrongCode`].
pub fn spend(
    tx: &mut Transaction<'_>,
    hash: &[u8; 32],
    password_hash: &str,
) -> Result<User, Error> {
    let user = find(tx.view(), hash)?;
    // Whoever is second with the same code waits here, and then finds it used.
    users::reserve(tx, user.id)?;
    let user = find(tx.view(), hash)?;
    tokens::revoke_all(tx, user.id)?;
    Ok(users::set_password(tx, user.id, password_hash)?)
}
