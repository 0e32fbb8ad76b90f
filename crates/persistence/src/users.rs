//! People: the verbs over the table `users`.

use crate::error::OrTaken;
use crate::tables::users;
use crate::{Error, Transaction, View, stored};
use chrono::NaiveDateTime;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use omicron_domain::{
    Action, NewUser, Reference, User, UserId, UserStatus, UserWithProjects, Username,
};
use std::collections::HashMap;

mod change;
mod leave;
mod list;
mod lock;
mod row;
mod service;

pub use change::{approve, replace_hash, set_disabled, set_email, set_password};
pub use leave::anonymise;
pub use list::list;
pub use lock::{hold, reserve, reserve_administrators, seize};
pub(crate) use row::{SummaryRow, UserRow};
pub use service::{create_service_account, service_accounts_of};

#[derive(Insertable)]
#[diesel(table_name = users)]
#[expect(clippy::struct_excessive_bools, reason = "they are the columns of the table")]
struct NewRow<'a> {
    username: &'a str,
    username_key: String,
    email: &'a str,
    password_hash: &'a str,
    administrator: bool,
    approved: bool,
    disabled: bool,
    date_created: NaiveDateTime,
    service_account: bool,
}

/// Adds a person.
///
/// ```
/// use omicron_domain::{Actor, NewUser};
/// use omicron_persistence::{Database, Error, Options, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let new = |name: &str| NewUser {
///     username: name.parse().unwrap(),
///     email: "ann@example.org".parse().unwrap(),
///     password_hash: "!".to_owned(),
///     administrator: false,
///     approved: true,
/// };
/// db.write(&Actor::command_line(), |tx| users::create(tx, &new("ann")))?;
/// let again = db.write(&Actor::command_line(), |tx| users::create(tx, &new("ANN")));
/// assert!(matches!(again, Err(Error::UsernameTaken)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::UsernameTaken`] if someone has the name, in any case.
pub fn create(tx: &mut Transaction<'_>, new: &NewUser) -> Result<User, Error> {
    insert(tx, new, false)
}

/// In the place of a hash: no password matches it.
pub(crate) const NO_PASSWORD: &str = "!";

fn insert(tx: &mut Transaction<'_>, new: &NewUser, service_account: bool) -> Result<User, Error> {
    let date_created = tx.now();
    let row = NewRow {
        username: new.username.as_str(),
        username_key: new.username.key(),
        email: new.email.as_str(),
        password_hash: &new.password_hash,
        administrator: new.administrator,
        approved: new.approved,
        disabled: false,
        date_created: date_created.naive_utc(),
        service_account,
    };
    let id: i64 = diesel::insert_into(users::table)
        .values(row)
        .returning(users::id)
        .get_result(tx.connection())
        .or_taken(Error::UsernameTaken)?;
    let user = User {
        id: UserId(id),
        username: new.username.clone(),
        email: new.email.clone(),
        administrator: new.administrator,
        status: if new.approved { UserStatus::Active } else { UserStatus::Pending },
        service_account,
        date_created,
    };
    tx.record(Action::UserRegistered, user.id, None, &user)?;
    Ok(user)
}

/// The person of this id or name.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.read(Viewer::Nobody, |view| users::find(view, &"ann".parse().unwrap()))?;
/// assert_eq!(nobody, None);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find(view: &mut View<'_>, who: &Reference<UserId, Username>) -> Result<Option<User>, Error> {
    let users = users::table.select(UserRow::as_select());
    let row = match who {
        Reference::Id(id) => users.filter(users::id.eq(id.0)).get_result(view.connection),
        Reference::Name(name) => {
            users.filter(users::username_key.eq(name.key())).get_result(view.connection)
        }
        Reference::Nothing => return Ok(None),
    };
    row.optional()?.map(User::try_from).transpose()
}

/// A person and what remains of their password, for whoever checks it.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let ann = "ann".parse().unwrap();
/// assert!(db.read(Viewer::Nobody, |view| users::find_with_password(view, &ann))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find_with_password(
    view: &mut View<'_>,
    username: &Username,
) -> Result<Option<(User, String)>, Error> {
    let row: Option<(UserRow, String)> = users::table
        .filter(users::username_key.eq(username.key()))
        .select((UserRow::as_select(), users::password_hash))
        .get_result(view.connection)
        .optional()?;
    row.map(|(row, password_hash)| Ok((row.try_into()?, password_hash))).transpose()
}

/// The ids of those of these people who exist, by their names' keys. A service account is no
/// person.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let names = ["ann".parse().unwrap(), "bob".parse().unwrap()];
/// assert!(db.read(Viewer::Nobody, |view| users::ids_by_key(view, &names))?.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn ids_by_key(
    view: &mut View<'_>,
    names: &[Username],
) -> Result<HashMap<String, UserId>, Error> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: Vec<String> = names.iter().map(Username::key).collect();
    let rows: Vec<(String, i64)> = users::table
        .filter(users::username_key.eq_any(keys))
        .filter(users::service_account.eq(false))
        .select((users::username_key, users::id))
        .load(view.connection)?;
    Ok(rows.into_iter().map(|(key, id)| (key, UserId(id))).collect())
}

/// What these people are called.
///
/// ```
/// # use omicron_domain::{UserId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Nobody, |view| users::names(view, &[UserId(404)]))?.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn names(view: &mut View<'_>, ids: &[UserId]) -> Result<HashMap<UserId, Username>, Error> {
    let mut names = HashMap::new();
    for part in ids.chunks(1000) {
        let rows: Vec<(i64, String)> = users::table
            .filter(users::id.eq_any(part.iter().map(|id| id.0)))
            .select((users::id, users::username))
            .load(view.connection)?;
        for (id, name) in rows {
            names.insert(UserId(id), stored("users.username", name)?);
        }
    }
    Ok(names)
}

/// A person with the projects they own, as far as the viewer may see them.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let ann = "ann".parse().unwrap();
/// assert!(db.read(Viewer::Everything, |view| users::find_with_projects(view, &ann))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find_with_projects(
    view: &mut View<'_>,
    who: &Reference<UserId, Username>,
) -> Result<Option<UserWithProjects>, Error> {
    let found = find(view, who)?;
    Ok(list::with_projects(view, found.into_iter().collect())?.pop())
}

/// How many administrators can log in.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.read(Viewer::Everything, users::count_administrators)?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn count_administrators(view: &mut View<'_>) -> Result<i64, Error> {
    Ok(users::table.filter(looks_after()).count().get_result(view.connection)?)
}

/// Whether someone is an administrator who can log in.
#[auto_type]
fn looks_after() -> _ {
    users::administrator
        .eq(true)
        .and(users::disabled.eq(false))
        .and(users::approved.eq(true))
        // Nobody logs in to an account whose hash is a mere mark.
        .and(users::password_hash.like("$2%"))
}
