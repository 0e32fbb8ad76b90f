//! The one place that tells who someone is.

mod renewal;
mod signed;

use crate::memory::{LastUse, PasswordMemory, TokenMemory};
use crate::{
    Attempt, Caller, Credentials, Error, Password, PasswordProof, Passwords, Secret, Throttle,
    TokenText, WebhookSecret,
};
use omicron_domain::{
    Credential, Grant, Timestamp, TokenId, User, UserStatus, Username, Viewer, Webhook,
};
use omicron_persistence::{Database, Engine, tokens, users};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

/// Tells who someone is by what they show.
///
/// The result for a token is remembered for a second, unless something changes in this process;
/// that a password matches its stored hash is remembered for a minute, but the person is read on
/// each request. So a disabled person or a revoked token is refused within a second everywhere.
pub struct Authenticator {
    secret: Secret,
    passwords: Passwords,
    tokens: TokenMemory,
    matches: Arc<PasswordMemory>,
    last_use: LastUse,
    throttle: Throttle,
}

/// Wrong passwords a minute that bring a pause.
const DEFAULT_FAILURES: u32 = 10;

/// A person as found by name, and what remains of their password.
type Found = Option<(User, String)>;

impl Authenticator {
    /// An authenticator for tokens under this secret.
    ///
    /// # Errors
    /// [`Error::Database`] if the system has no randomness to give.
    pub fn new(secret: Secret, passwords: Passwords) -> Result<Self, Error> {
        Ok(Self {
            secret,
            passwords,
            tokens: TokenMemory::default(),
            matches: Arc::new(PasswordMemory::new(Secret::generate()?)),
            last_use: LastUse::default(),
            throttle: Throttle::new(DEFAULT_FAILURES),
        })
    }

    /// The same, with another limit for wrong credentials.
    #[must_use]
    pub fn with_throttle(self, throttle: Throttle) -> Self {
        Self { throttle, ..self }
    }

    /// The threads that hash passwords.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// What the database keeps of a token.
    #[must_use]
    pub fn hash(&self, token: &TokenText) -> [u8; 32] {
        token.hash(&self.secret)
    }

    /// The secret of a webhook.
    #[must_use]
    pub fn webhook_secret(&self, webhook: &Webhook) -> WebhookSecret {
        WebhookSecret::derive(&self.secret, webhook.id, &webhook.salt)
    }

    /// Someone shows a secret that is no token and can't be guessed either, from this address.
    #[must_use]
    pub fn attempt(&self, hash: &[u8; 32], from: IpAddr) -> Attempt {
        self.throttle.token(hash, from)
    }

    /// A digest by which a request can be told from another one that the same person sends. It is
    /// keyed, since a request may hold a password, which could be guessed at otherwise.
    #[must_use]
    pub fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        let parts: Vec<&[u8]> =
            std::iter::once(b"request".as_slice()).chain(parts.iter().copied()).collect();
        self.secret.hash(&parts)
    }

    /// To be called after a change of tokens or people: what was known of them no longer is.
    pub fn forget(&self) {
        self.tokens.forget();
    }

    /// When tokens were last used since this was last asked.
    #[must_use]
    pub fn take_last_use(&self) -> Vec<(TokenId, Timestamp)> {
        self.last_use.take()
    }

    /// Who shows these credentials, from this address.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], [`Error::Pending`], [`Error::Disabled`], [`Error::Busy`],
    /// [`Error::Throttled`], [`Error::Database`].
    pub async fn authenticate(
        &self,
        engine: &Engine,
        credentials: &Credentials,
        from: IpAddr,
    ) -> Result<Caller, Error> {
        match credentials {
            Credentials::Token(token) => {
                let (hash, now) = (self.hash(token), engine.database().clock().now());
                if let Some(caller) = self.tokens.recall(&hash, now) {
                    return Ok(self.used(caller, now));
                }
                let attempt = self.throttle.token(&hash, from);
                attempt.admit(Instant::now())?;
                let generation = self.tokens.generation();
                let found =
                    engine.read(Viewer::Nobody, move |view| tokens::find(view, &hash)).await?;
                let verdict = self.token_verdict(hash, found, now, generation);
                attempt.note(!matches!(verdict, Err(Error::WrongCredentials)), Instant::now());
                verdict
            }
            Credentials::Password { username, password } => {
                // Before anything is asked of the database.
                let attempt = self.throttle.login(username, from);
                attempt.admit(Instant::now())?;
                let found = match username.parse() {
                    Ok(name) => find(engine, name).await?,
                    Err(_) => None,
                };
                let matches = if self.remembered(&found, password) {
                    attempt.note(true, Instant::now());
                    true
                } else {
                    self.passwords.verify(password, hash_of(&found), &self.matches, attempt).await?
                };
                if !matches {
                    return Err(Error::WrongCredentials);
                }
                password_verdict(self.renewed(engine, found, password, from).await?, true)
            }
        }
    }

    /// As [`Authenticator::authenticate`], for callers that may block. They call for nobody else,
    /// so nothing is throttled.
    ///
    /// # Errors
    /// As [`Authenticator::authenticate`].
    pub fn authenticate_blocking(
        &self,
        db: &Database,
        credentials: &Credentials,
    ) -> Result<Caller, Error> {
        match credentials {
            Credentials::Token(token) => {
                let (hash, generation) = (self.hash(token), self.tokens.generation());
                let found = db.read(Viewer::Nobody, |view| tokens::find(view, &hash))?;
                self.token_verdict(hash, found, db.clock().now(), generation)
            }
            Credentials::Password { username, password } => {
                let found = match username.parse::<Username>() {
                    Ok(name) => {
                        db.read(Viewer::Nobody, |view| users::find_with_password(view, &name))?
                    }
                    Err(_) => None,
                };
                let matches = self.remembered(&found, password)
                    || self.passwords.verify_blocking(password, hash_of(&found), &self.matches)?;
                password_verdict(found, matches)
            }
        }
    }

    /// The proof that this person's password is this one, for someone who is logged in already;
    /// `None` if it is not.
    ///
    /// # Errors
    /// As [`Authenticator::authenticate`].
    pub async fn confirm(
        &self,
        engine: &Engine,
        username: &Username,
        password: &Password,
        from: IpAddr,
    ) -> Result<Option<PasswordProof>, Error> {
        let attempt = self.throttle.login(username.as_str(), from);
        attempt.admit(Instant::now())?;
        let found = find(engine, username.clone()).await?;
        let matches =
            self.passwords.verify(password, hash_of(&found), &self.matches, attempt).await?;
        Ok(hash_of(&found).filter(|_| matches).map(PasswordProof::of))
    }

    fn token_verdict(
        &self,
        hash: [u8; 32],
        found: Option<(omicron_domain::Token, User)>,
        now: Timestamp,
        generation: u64,
    ) -> Result<Caller, Error> {
        let Some((token, user)) = found.filter(|(token, _)| token.is_live(now)) else {
            return Err(Error::WrongCredentials);
        };
        let caller = admitted(user, Credential::Token(token.id), Some(token.grant), None)?;
        self.tokens.remember(hash, &caller, token.expiration_date, generation);
        Ok(self.used(caller, now))
    }

    fn used(&self, caller: Caller, now: Timestamp) -> Caller {
        if let Credential::Token(id) = caller.credential {
            self.last_use.note(id, now);
        }
        caller
    }

    fn remembered(&self, found: &Found, password: &Password) -> bool {
        hash_of(found).is_some_and(|hash| self.matches.recall(password, hash))
    }
}

fn password_verdict(found: Found, matches: bool) -> Result<Caller, Error> {
    match found {
        Some((user, hash)) if matches => {
            admitted(user, Credential::Password, None, Some(PasswordProof::of(&hash)))
        }
        _ => Err(Error::WrongCredentials),
    }
}

async fn find(engine: &Engine, name: Username) -> Result<Found, Error> {
    Ok(engine.read(Viewer::Nobody, move |view| users::find_with_password(view, &name)).await?)
}

fn hash_of(found: &Found) -> Option<&str> {
    found.as_ref().map(|(_, hash)| hash.as_str())
}

/// Someone who has proved who they are, if they may come in.
fn admitted(
    user: User,
    credential: Credential,
    grant: Option<Grant>,
    proof: Option<PasswordProof>,
) -> Result<Caller, Error> {
    match user.status {
        UserStatus::Active => Ok(Caller { user, credential, grant, proof }),
        UserStatus::Pending => Err(Error::Pending),
        UserStatus::Disabled | UserStatus::Anonymised => Err(Error::Disabled),
    }
}
