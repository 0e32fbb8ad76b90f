//! What can be done with tokens.

use crate::{Error, require};
use chrono::TimeDelta;
use omicron_auth::Caller;
use omicron_domain::{
    Credential, Permission, Reference, Token, TokenId, UserId, UserStatus, Username,
};
use omicron_persistence::{self as persistence, Transaction, View, tokens, users};

/// The longest that a token can live: a hundred years.
pub const LONGEST: TimeDelta = TimeDelta::days(36_500);

/// Which tokens are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The one the caller came with, or else their newest.
    Present,
    /// The one with this keyed hash.
    Hash([u8; 32]),
    /// All those of the person of this name, as it was given.
    AllOf(String),
}

/// Adds a token for the caller, of which only the keyed hash is known here. A lifetime longer
/// than [`LONGEST`] is cut to it.
///
/// # Errors
/// [`Error::PasswordNeeded`] if the caller came with a token; [`Error::StaleCredentials`] if their
/// password has changed since it was compared.
pub fn create(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    hash: &[u8; 32],
    lifetime: TimeDelta,
) -> Result<Token, Error> {
    if caller.credential != Credential::Password {
        return Err(Error::PasswordNeeded);
    }
    // What has ended all their tokens meanwhile ends this one, too.
    let (user, stored) = users::reserve(tx, caller.user.id)?;
    let proven = caller.proof.is_some_and(|proof| proof.holds_for(&stored));
    if !proven || user.status != UserStatus::Active {
        return Err(Error::StaleCredentials);
    }
    let expiration_date = tx.now() + lifetime.min(LONGEST);
    Ok(tokens::create(tx, caller.user.id, hash, expiration_date)?)
}

/// The caller's live tokens, newest first.
///
/// # Errors
/// Those of the database.
pub fn list(view: &mut View<'_>, caller: &Caller) -> Result<Vec<Token>, Error> {
    Ok(tokens::live(view, caller.user.id)?)
}

/// Ends tokens.
///
/// # Errors
/// [`Error::Forbidden`] for someone else's tokens, unless an administrator asks;
/// [`Error::NotFound`] if there is no such person, or no such live token.
pub fn revoke(tx: &mut Transaction<'_>, caller: &Caller, which: &Which) -> Result<(), Error> {
    let id = match which {
        Which::AllOf(name) => return revoke_all(tx, caller, name),
        Which::Present => present(tx, caller)?,
        Which::Hash(hash) => {
            let (token, _) = tokens::find(tx.view(), hash)?.ok_or(Error::NotFound("token"))?;
            let theirs = may_revoke(caller, token.user).is_ok();
            if !theirs || !token.is_live(tx.now()) {
                return Err(Error::NotFound("token"));
            }
            token.id
        }
    };
    match tokens::revoke(tx, id) {
        // Someone else was first.
        Err(persistence::Error::Gone) => Err(Error::NotFound("token")),
        ended => Ok(ended?),
    }
}

fn present(tx: &mut Transaction<'_>, caller: &Caller) -> Result<TokenId, Error> {
    match caller.credential {
        Credential::Token(id) => Ok(id),
        Credential::Password | Credential::CommandLine => {
            tokens::newest(tx.view(), caller.user.id)?
                .map(|token| token.id)
                .ok_or(Error::NotFound("token"))
        }
    }
}

fn revoke_all(tx: &mut Transaction<'_>, caller: &Caller, name: &str) -> Result<(), Error> {
    let user = match name.parse::<Username>() {
        Ok(name) => users::find(tx.view(), &Reference::Name(name))?,
        Err(_) => None,
    };
    // Nobody learns from a refusal who is there.
    let Some(user) = user else {
        require(caller.role(), Permission::RevokeAnyToken)?;
        return Err(Error::NotFound("user"));
    };
    may_revoke(caller, user.id)?;
    match tokens::revoke_all(tx, user.id)? {
        0 => Err(Error::NotFound("token")),
        _ => Ok(()),
    }
}

fn may_revoke(caller: &Caller, owner: UserId) -> Result<(), Error> {
    if owner == caller.user.id {
        Ok(())
    } else {
        require(caller.role(), Permission::RevokeAnyToken)
    }
}
