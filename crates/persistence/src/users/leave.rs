//! People who are made unknown.

use super::NO_PASSWORD;
use super::change::changed_user;
use super::lock::seize;
use crate::tables::users;
use crate::{Error, Transaction, idempotency, journal, resets, tokens};
use diesel::prelude::*;
use omicron_domain::{Action, User, UserId, UserStatus};

/// Makes a person unknown, for good: what is left is a pseudonym that says no more than the id, which
/// the history goes on to point to. What the journal and the answers that are kept for a while had
/// of the person's name and address is erased.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.write(&Actor::command_line(), |tx| users::anonymise(tx, UserId(1)));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn anonymise(tx: &mut Transaction<'_>, id: UserId) -> Result<User, Error> {
    let user = seize(tx, id)?;
    if user.status == UserStatus::Anonymised {
        return Ok(user);
    }
    tokens::revoke_all(tx, id)?;
    resets::withdraw(tx, id)?;
    let known = journal::events_that_name(tx, id)?;
    let pseudonym = pseudonym(tx, id)?;
    let changed = diesel::update(users::table.find(id.0))
        .set((
            users::username.eq(&pseudonym),
            users::username_key.eq(&pseudonym),
            users::email.eq(format!("{pseudonym}@anonymous.invalid")),
            users::password_hash.eq(NO_PASSWORD),
            users::administrator.eq(false),
            users::disabled.eq(true),
            users::date_anonymised.eq(tx.now().naive_utc()),
        ))
        .execute(tx.connection())?;
    for seq in known {
        journal::erase_payload(tx, seq)?;
    }
    idempotency::forget(tx, &user)?;
    changed_user(tx, id, changed, Action::UserAnonymised)
}

/// `gone-17`, unless someone has taken that name.
fn pseudonym(tx: &mut Transaction<'_>, id: UserId) -> Result<String, Error> {
    let mut name = format!("gone-{id}");
    for number in 2.. {
        let taken = users::table.filter(users::username_key.eq(&name));
        if !diesel::select(diesel::dsl::exists(taken)).get_result(tx.connection())? {
            break;
        }
        name = format!("gone-{id}-{number}");
    }
    Ok(name)
}
