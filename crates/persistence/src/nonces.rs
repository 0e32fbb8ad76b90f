//! Nonces of signed requests: the verbs over the table `signature_nonces`. A nonce is written
//! often and matters for minutes, so the journal does not know it.

use crate::error::OrTaken as _;
use crate::tables::signature_nonces;
use crate::{Error, Transaction};
use diesel::prelude::*;
use omicron_domain::{Timestamp, TokenId};

/// Uses a nonce up: whoever else comes with it, here or on another server, is told that it is
/// used, until it is removed some time after `expiration_date`.
///
/// ```
/// # use omicron_domain::{Actor, Clock as _, TokenId};
/// # use omicron_persistence::{Database, Error, Options, nonces};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let soon = db.clock().now() + chrono::TimeDelta::minutes(6);
/// let spend = || {
///     db.write(&Actor::command_line(), |tx| nonces::spend(tx, TokenId(1), "4f0a", soon))
/// };
/// assert!(spend().is_ok());
/// assert!(matches!(spend(), Err(Error::NonceUsed)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::NonceUsed`] if the token has used it before.
pub fn spend(
    tx: &mut Transaction<'_>,
    token: TokenId,
    nonce: &str,
    expiration_date: Timestamp,
) -> Result<(), Error> {
    diesel::insert_into(signature_nonces::table)
        .values((
            signature_nonces::token_id.eq(token.0),
            signature_nonces::nonce.eq(nonce),
            signature_nonces::expiration_date.eq(expiration_date.naive_utc()),
        ))
        .execute(tx.connection())
        .or_taken(Error::NonceUsed)?;
    Ok(())
}

/// Removes the nonces that are of no more use, since what they came with is too old by now.
///
/// ```
/// # use omicron_domain::Actor;
/// # use omicron_persistence::{Database, Error, Options, nonces};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.write(&Actor::command_line(), nonces::remove_expired)?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn remove_expired(tx: &mut Transaction<'_>) -> Result<usize, Error> {
    let now = tx.now().naive_utc();
    let expired = signature_nonces::table.filter(signature_nonces::expiration_date.le(now));
    Ok(diesel::delete(expired).execute(tx.connection())?)
}
