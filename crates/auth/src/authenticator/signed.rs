//! Who has signed a request.

use super::{Authenticator, admitted};
use crate::signature::{BadSignature, SignedRequest, SigningKey};
use crate::{Caller, Error};
use omicron_domain::{Actor, Credential, Grant, Timestamp, Token, TokenId, User, Viewer};
use omicron_persistence::{Database, Engine, Error as Failure, nonces, tokens};

/// A token with its keyed hash and its owner.
type Found = Option<(Token, [u8; 32], User)>;

impl Authenticator {
    /// The key that the owner of a token signs requests with.
    #[must_use]
    pub fn signing_key(&self, id: TokenId, token_hash: &[u8; 32]) -> SigningKey {
        SigningKey::derive(&self.secret, id, token_hash)
    }

    /// Who has signed this request. Its nonce is used up by that, for every server on the same
    /// database; nothing is remembered, so a token that has ended is refused at once everywhere.
    ///
    /// # Errors
    /// [`Error::Signature`], [`Error::WrongCredentials`], [`Error::Pending`], [`Error::Disabled`],
    /// [`Error::Database`].
    pub async fn authenticate_signed(
        &self,
        engine: &Engine,
        request: &SignedRequest,
    ) -> Result<Caller, Error> {
        let (id, now) = (request.token(), engine.database().clock().now());
        let until = request.known_until(now)?;
        let found = engine.read(Viewer::Nobody, move |view| tokens::by_id(view, id)).await?;
        let signer = self.signer(request, found, now)?;
        let nonce = request.nonce().to_owned();
        let spent =
            engine.write(Actor::anonymous(), move |tx| nonces::spend(tx, id, &nonce, until)).await;
        self.let_in(signer, id, spent, now)
    }

    /// As [`Authenticator::authenticate_signed`], for callers that may block.
    ///
    /// # Errors
    /// As [`Authenticator::authenticate_signed`].
    pub fn authenticate_signed_blocking(
        &self,
        db: &Database,
        request: &SignedRequest,
    ) -> Result<Caller, Error> {
        let (id, now) = (request.token(), db.clock().now());
        let until = request.known_until(now)?;
        let found = db.read(Viewer::Nobody, |view| tokens::by_id(view, id))?;
        let signer = self.signer(request, found, now)?;
        let spent =
            db.write(&Actor::anonymous(), |tx| nonces::spend(tx, id, request.nonce(), until));
        self.let_in(signer, id, spent, now)
    }

    /// The owner of the token whose key made the signature. It is not told whether it was the key
    /// that was wrong, or the token that is no more.
    fn signer(
        &self,
        request: &SignedRequest,
        found: Found,
        now: Timestamp,
    ) -> Result<(User, Grant), Error> {
        let (token, hash, user) = found.ok_or(Error::WrongCredentials)?;
        if request.is_signed_with(&self.signing_key(token.id, &hash)) && token.is_live(now) {
            Ok((user, token.grant))
        } else {
            Err(Error::WrongCredentials)
        }
    }

    /// The nonce is used up before the person's status is looked at: what a disabled person has
    /// signed is of no use to anyone once they are enabled again.
    fn let_in(
        &self,
        (user, grant): (User, Grant),
        id: TokenId,
        spent: Result<(), Failure>,
        now: Timestamp,
    ) -> Result<Caller, Error> {
        match spent {
            Ok(()) => Ok(self.used(admitted(user, Credential::Token(id), Some(grant), None)?, now)),
            Err(Failure::NonceUsed) => Err(BadSignature::Replayed.into()),
            Err(error) => Err(error.into()),
        }
    }
}
