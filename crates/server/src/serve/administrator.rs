//! The first administrator, without whom nobody could let anyone in.

use crate::error::Error;
use crate::generate;
use crate::settings::{BadSetting, Settings};
use omicron_auth::{Password, Passwords};
use omicron_domain::{Actor, NewUser, User, Viewer};
use omicron_persistence::{Database, Error as Failure, users};

/// An administrator who has just been made.
pub(super) struct First {
    /// The person.
    pub(super) user: User,
    /// Their password, if nobody has chosen it.
    pub(super) generated: Option<String>,
}

/// Makes the administrator if there is none. Of several servers that start at once, one does.
pub(super) fn ensure(
    settings: &Settings,
    db: &Database,
    passwords: &Passwords,
) -> Result<Option<First>, Error> {
    if exists(db)? {
        return Ok(None);
    }
    let (password, generated) = match settings.first_password()? {
        Some(password) => (password, None),
        None => generate::password().map(|(password, text)| (password, Some(text)))?,
    };
    let created = create(settings, db, passwords, &password)?;
    Ok(created.map(|user| First { user, generated }))
}

fn exists(db: &Database) -> Result<bool, Error> {
    Ok(db.read(Viewer::Nobody, users::count_administrators)? > 0)
}

/// The administrator; `None` if another server was first.
fn create(
    settings: &Settings,
    db: &Database,
    passwords: &Passwords,
    password: &Password,
) -> Result<Option<User>, Error> {
    let new = NewUser {
        username: settings.root_user.clone(),
        email: settings.root_email.clone(),
        password_hash: passwords.hash_blocking(password)?,
        administrator: true,
        approved: true,
    };
    let created = db.write_serializable(&Actor::command_line(), |tx| {
        if users::count_administrators(tx.view())? > 0 {
            return Ok(None);
        }
        users::create(tx, &new).map(Some)
    });
    match created {
        Ok(created) => Ok(created),
        // The other one may have ended its transaction just now.
        Err(Failure::UsernameTaken) if exists(db)? => Ok(None),
        Err(Failure::UsernameTaken) => {
            let name = &new.username;
            let reason = format!("is {name}, someone who is no administrator: choose another name");
            Err(BadSetting::new("ROOT_USER", reason).into())
        }
        Err(error) => Err(error.into()),
    }
}
