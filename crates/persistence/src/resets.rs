//! Links with which people set a new password: the verbs over the table `password_resets`. Only keyed
//! hashes of their codes are known here.

use crate::tables::{password_resets, users};
use crate::users::UserRow;
use crate::{Error, Transaction, View};
use diesel::prelude::*;
use omicron_domain::{Action, Timestamp, User, UserId};

/// Gives a person a code, and takes back one that they may have.
///
/// ```
/// # use omicron_domain::{Actor, Timestamp, UserId};
/// # use omicron_persistence::{Database, Error, Options, resets};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.write(&Actor::command_line(), |tx| {
///     resets::issue(tx, UserId(404), &[7; 32], Timestamp::UNIX_EPOCH)
/// });
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn issue(
    tx: &mut Transaction<'_>,
    user: UserId,
    hash: &[u8; 32],
    expiration_date: Timestamp,
) -> Result<(), Error> {
    // Two who give one at the same time do so one after the other.
    crate::users::reserve(tx, user)?;
    withdraw(tx, user)?;
    diesel::insert_into(password_resets::table)
        .values((
            password_resets::user_id.eq(user.0),
            password_resets::code_hash.eq(hash.to_vec()),
            password_resets::expiration_date.eq(expiration_date.naive_utc()),
        ))
        .execute(tx.connection())?;
    tx.record(Action::UserPasswordResetIssued, user, None, &())
}

/// The person whose code has this keyed hash, if it can still be used.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, resets};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Nobody, |view| resets::find(view, &[7; 32]))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find(view: &mut View<'_>, hash: &[u8; 32]) -> Result<Option<User>, Error> {
    let row: Option<UserRow> = password_resets::table
        .inner_join(users::table)
        .filter(password_resets::code_hash.eq(hash.to_vec()))
        .filter(password_resets::expiration_date.gt(view.now().naive_utc()))
        .select(UserRow::as_select())
        .get_result(view.connection)
        .optional()?;
    row.map(User::try_from).transpose()
}

/// Makes a person's code no good, if they have one.
pub(crate) fn withdraw(tx: &mut Transaction<'_>, user: UserId) -> Result<(), Error> {
    diesel::delete(password_resets::table.find(user.0)).execute(tx.connection())?;
    Ok(())
}

/// Removes the codes that have expired.
///
/// ```
/// # use omicron_domain::Actor;
/// # use omicron_persistence::{Database, Error, Options, resets};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.write(&Actor::command_line(), resets::remove_expired)?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn remove_expired(tx: &mut Transaction<'_>) -> Result<usize, Error> {
    let now = tx.now().naive_utc();
    let expired = password_resets::table.filter(password_resets::expiration_date.le(now));
    Ok(diesel::delete(expired).execute(tx.connection())?)
}
