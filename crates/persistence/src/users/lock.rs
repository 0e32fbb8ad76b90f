//! People who are as they are until a transaction ends. Whoever takes several locks takes those of
//! projects first, and each kind by id: so nobody waits in a circle.

use super::UserRow;
use crate::connection::AnyConnection;
use crate::tables::users;
use crate::{Error, Transaction};
use diesel::prelude::*;
use omicron_domain::{User, UserId};

/// A person and what remains of their password, as they are until this transaction ends: other
/// changes of them wait.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.write(&Actor::command_line(), |tx| users::reserve(tx, UserId(1)));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn reserve(tx: &mut Transaction<'_>, id: UserId) -> Result<(User, String), Error> {
    let person = users::table
        .filter(users::id.eq(id.0))
        .select((UserRow::as_select(), users::password_hash));
    let row: Option<(UserRow, String)> = match tx.connection() {
        connection @ AnyConnection::Sqlite(_) => person.get_result(connection),
        AnyConnection::Postgres(connection) => users::table
            .filter(users::id.eq(id.0))
            .for_no_key_update()
            .select((UserRow::as_select(), users::password_hash))
            .get_result(connection),
    }
    .optional()?;
    let (user, password_hash) = row.ok_or(Error::Gone)?;
    Ok((user.try_into()?, password_hash))
}

/// As [`reserve`], of someone who is to become unknown: until this transaction ends, nobody can make
/// anything refer to them, either.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.write(&Actor::command_line(), |tx| users::seize(tx, UserId(1)));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn seize(tx: &mut Transaction<'_>, id: UserId) -> Result<User, Error> {
    let person = users::table.filter(users::id.eq(id.0)).select(UserRow::as_select());
    let row: Option<UserRow> = match tx.connection() {
        connection @ AnyConnection::Sqlite(_) => person.get_result(connection),
        AnyConnection::Postgres(connection) => users::table
            .filter(users::id.eq(id.0))
            .for_update()
            .select(UserRow::as_select())
            .get_result(connection),
    }
    .optional()?;
    row.ok_or(Error::Gone)?.try_into()
}

/// These people by id, as they are until this transaction ends; others may hold them, too. For
/// whoever makes something refer to them.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.write(&Actor::command_line(), |tx| users::hold(tx, &[UserId(404)]))?.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn hold(tx: &mut Transaction<'_>, ids: &[UserId]) -> Result<Vec<User>, Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let people = users::table.filter(users::id.eq_any(&ids)).order(users::id);
    let rows: Vec<UserRow> = match tx.connection() {
        connection @ AnyConnection::Sqlite(_) => {
            people.select(UserRow::as_select()).load(connection)?
        }
        AnyConnection::Postgres(connection) => users::table
            .filter(users::id.eq_any(&ids))
            .order(users::id)
            .for_share()
            .select(UserRow::as_select())
            .load(connection)?,
    };
    rows.into_iter().map(User::try_from).collect()
}

/// The administrators who can log in, by id, none of whom changes until this transaction ends: for
/// whoever takes one away.
///
/// ```
/// # use omicron_domain::Actor;
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.write(&Actor::command_line(), users::reserve_administrators)?.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn reserve_administrators(tx: &mut Transaction<'_>) -> Result<Vec<UserId>, Error> {
    let ids: Vec<i64> = match tx.connection() {
        AnyConnection::Sqlite(connection) => users::table
            .filter(super::looks_after())
            .order(users::id)
            .select(users::id)
            .load(connection)?,
        AnyConnection::Postgres(connection) => users::table
            .filter(super::looks_after())
            .order(users::id)
            .for_no_key_update()
            .select(users::id)
            .load(connection)?,
    };
    Ok(ids.into_iter().map(UserId).collect())
}
