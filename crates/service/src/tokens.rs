//! What can be done with tokens.

use crate::users::{Who, existing, is_oneself};
use crate::{Error, require, service_accounts};
use chrono::TimeDelta;
use omicron_auth::Caller;
use omicron_domain::{
    Credential, Grant, NewToken, Permission, Reference, Target, Token, TokenId, TokenName, User,
    UserStatus, Username,
};
use omicron_persistence::{self as persistence, Transaction, View, projects, tokens, users};

/// The longest that a token can live: a hundred years.
pub const LONGEST: TimeDelta = TimeDelta::days(36_500);

/// Which tokens are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The one the caller came with, or else their newest.
    Present,
    /// The one with this keyed hash.
    Hash([u8; 32]),
    /// The one of this id.
    Id(TokenId),
    /// All those of the person of this name, as it was given.
    AllOf(String),
}

/// A token as someone asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it shall be called.
    pub name: Option<TokenName>,
    /// What it shall be good for.
    pub scopes: omicron_domain::Scopes,
    /// In which project alone, if in one.
    pub project: Option<crate::projects::Which>,
    /// How long it shall live; cut to [`LONGEST`].
    pub lifetime: TimeDelta,
}

/// Adds a token for the caller, of which only the keyed hash is known here.
///
/// # Errors
/// [`Error::PasswordNeeded`] if the caller came with a token; [`Error::StaleCredentials`] if their
/// password has changed since it was compared; [`Error::UnknownProject`].
pub fn create(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    hash: &[u8; 32],
    draft: &Draft,
) -> Result<Token, Error> {
    still_themselves(tx, caller)?;
    let project = match &draft.project {
        None => None,
        Some(which) => {
            let found = projects::find(tx.view(), which)?;
            Some(found.ok_or(Error::UnknownProject { pointer: "/project" })?.id)
        }
    };
    let expiration_date = Some(tx.now() + draft.lifetime.min(LONGEST));
    let grant = Grant { scopes: draft.scopes, project };
    let new = NewToken { user: caller.user.id, name: draft.name.clone(), grant, expiration_date };
    Ok(tokens::create(tx, &new, hash)?)
}

/// That the caller has shown their password, and that it still is theirs: what has ended all their
/// tokens meanwhile ends the one that they are about to make, too.
pub(crate) fn still_themselves(tx: &mut Transaction<'_>, caller: &Caller) -> Result<(), Error> {
    if caller.credential != Credential::Password {
        return Err(Error::PasswordNeeded);
    }
    let (user, stored) = users::reserve(tx, caller.user.id)?;
    let proven = caller.proof.is_some_and(|proof| proof.holds_for(&stored));
    if proven && user.status == UserStatus::Active { Ok(()) } else { Err(Error::StaleCredentials) }
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
    let found = match which {
        Which::AllOf(name) => return revoke_all(tx, caller, name),
        Which::Present => present(tx, caller)?,
        Which::Hash(hash) => tokens::find(tx.view(), hash)?,
        Which::Id(id) => tokens::by_id(tx.view(), *id)?.map(|(token, _, user)| (token, user)),
    };
    let now = tx.now();
    let (token, owner) =
        found.filter(|(token, _)| token.is_live(now)).ok_or(Error::NotFound("token"))?;
    may_revoke(tx, caller, &token, &owner)?;
    match tokens::revoke(tx, token.id) {
        // Someone else was first.
        Err(persistence::Error::Gone) => Err(Error::NotFound("token")),
        ended => Ok(ended?),
    }
}

fn present(tx: &mut Transaction<'_>, caller: &Caller) -> Result<Option<(Token, User)>, Error> {
    let token = match caller.credential {
        Credential::Token(id) => tokens::by_id(tx.view(), id)?.map(|(token, ..)| token),
        Credential::Password | Credential::CommandLine => {
            tokens::newest(tx.view(), caller.user.id)?
        }
    };
    Ok(token.map(|token| (token, caller.user.clone())))
}

fn may_revoke(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    token: &Token,
    owner: &User,
) -> Result<(), Error> {
    let permission = if caller.credential == Credential::Token(token.id) {
        Permission::RevokePresentToken
    } else if owner.id == caller.user.id {
        Permission::RevokeTokens
    } else if owner.service_account && service_accounts::looks_after(tx.view(), caller, owner)? {
        return Ok(());
    } else {
        Permission::RevokeAnyToken
    };
    match (permission, require(caller, permission, Target::Laboratory)) {
        // Nobody learns from a refusal which tokens others have.
        (Permission::RevokeAnyToken, Err(_)) => Err(Error::NotFound("token")),
        (_, answer) => answer,
    }
}

fn revoke_all(tx: &mut Transaction<'_>, caller: &Caller, name: &str) -> Result<(), Error> {
    let who = name.parse::<Username>().map_or(Who::Nothing, Reference::Name);
    let permission = if is_oneself(caller, &who) {
        Permission::RevokeTokens
    } else {
        Permission::RevokeAnyToken
    };
    // Nobody learns from a refusal who is there.
    require(caller, permission, Target::Laboratory)?;
    let user = existing(tx.view(), &who)?;
    match tokens::revoke_all(tx, user.id)? {
        0 => Err(Error::NotFound("token")),
        _ => Ok(()),
    }
}
