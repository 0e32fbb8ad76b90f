//! Hashes that are made anew, with as much work as new ones take.

use super::{Authenticator, Found, find, hash_of};
use crate::{Error, Password};
use omicron_domain::Actor;
use omicron_persistence::{Engine, Error as Database, Transaction, users};
use std::net::IpAddr;

impl Authenticator {
    /// With a hash that took as much work as new ones do, of the password that has just matched the
    /// one that is kept. If that can't be done now, then at another login.
    pub(super) async fn renewed(
        &self,
        engine: &Engine,
        found: Found,
        password: &Password,
        from: IpAddr,
    ) -> Result<Found, Error> {
        let Some((user, old)) = found else { return Ok(None) };
        if !self.passwords.is_outdated(&old) {
            return Ok(Some((user, old)));
        }
        let Ok(new) = self.passwords.hash(password).await else { return Ok(Some((user, old))) };
        let (id, before, after) = (user.id, old.clone(), new.clone());
        let work = move |tx: &mut Transaction<'_>| users::replace_hash(tx, id, &before, &after);
        match engine.write::<_, Database, _>(Actor::anonymous(), work).await {
            Ok(true) => {
                self.matches.remember(password, &new);
                Ok(Some((user, new)))
            }
            // Another request was first, of the same person or of one who changed the password.
            Ok(false) => {
                let attempt = self.throttle.login(user.username.as_str(), from);
                let found = find(engine, user.username).await?;
                let hash = hash_of(&found);
                let matches = self.passwords.verify(password, hash, &self.matches, attempt).await?;
                Ok(found.filter(|_| matches))
            }
            Err(_) => Ok(Some((user, old))),
        }
    }
}
