//! The ends of tokens.

use super::is_live;
use crate::tables::tokens;
use crate::{Error, Transaction};
use diesel::prelude::*;
use omicron_domain::{Action, ProjectId, TokenId, UserId};

/// Ends a token.
///
/// ```
/// # use omicron_domain::{Actor, TokenId};
/// # use omicron_persistence::{Database, Error, Options, tokens};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| tokens::revoke(tx, TokenId(1)));
/// assert!(matches!(nothing, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such token.
pub fn revoke(tx: &mut Transaction<'_>, id: TokenId) -> Result<(), Error> {
    let token = diesel::delete(tokens::table.filter(tokens::id.eq(id.0)));
    if token.execute(tx.connection())? == 0 {
        return Err(Error::Gone);
    }
    tx.record(Action::TokenRevoked, id, None, &())
}

/// Ends all live tokens of a person, and says how many there were.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, tokens};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.write(&Actor::command_line(), |tx| tokens::revoke_all(tx, UserId(1)))?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn revoke_all(tx: &mut Transaction<'_>, user: UserId) -> Result<usize, Error> {
    let live = tokens::table.filter(tokens::user_id.eq(user.0)).filter(is_live(tx.now()));
    let ended = diesel::delete(live).returning(tokens::id).load(tx.connection())?;
    say_ended(tx, &ended)
}

/// Ends the tokens that are good for this project alone, and says how many there were live.
pub(crate) fn revoke_for(tx: &mut Transaction<'_>, project: ProjectId) -> Result<usize, Error> {
    let all = tokens::table.filter(tokens::project_id.eq(project.0));
    let live = diesel::delete(all.filter(is_live(tx.now())));
    let ended = live.returning(tokens::id).load(tx.connection())?;
    diesel::delete(all).execute(tx.connection())?;
    say_ended(tx, &ended)
}

fn say_ended(tx: &mut Transaction<'_>, ended: &[i64]) -> Result<usize, Error> {
    for &id in ended {
        tx.record(Action::TokenRevoked, TokenId(id), None, &())?;
    }
    Ok(ended.len())
}

/// Removes the tokens that have expired: their end was known when they were made, so the journal
/// has nothing to add.
///
/// ```
/// # use omicron_domain::Actor;
/// # use omicron_persistence::{Database, Error, Options, tokens};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.write(&Actor::command_line(), tokens::remove_expired)?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn remove_expired(tx: &mut Transaction<'_>) -> Result<usize, Error> {
    let expired = tokens::table.filter(tokens::expiration_date.le(tx.now().naive_utc()));
    Ok(diesel::delete(expired).execute(tx.connection())?)
}
