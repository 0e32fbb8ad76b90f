//! Accounts that stand for instruments.

use super::{NO_PASSWORD, UserRow, insert};
use crate::tables::{project_members, users};
use crate::{Error, Transaction, View, stored};
use diesel::prelude::*;
use omicron_domain::{NewUser, ProjectId, User, Username};

/// Nobody reads what is written to an instrument; an address of a person would stay here when they
/// have left.
const ADDRESS: &str = "nobody@service.invalid";

/// Adds an account that stands for an instrument: nobody can log in to it, and it needs tokens.
///
/// ```
/// use omicron_domain::Actor;
/// use omicron_persistence::{Database, Error, Options, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let name = "furnace-3".parse().unwrap();
/// let account = db.write(&Actor::command_line(), |tx| {
///     users::create_service_account(tx, &name)
/// })?;
/// assert!(account.service_account);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::UsernameTaken`] if someone has the name, in any case.
pub fn create_service_account(
    tx: &mut Transaction<'_>,
    username: &Username,
) -> Result<User, Error> {
    let new = NewUser {
        username: username.clone(),
        email: stored("the address of service accounts", ADDRESS.to_owned())?,
        password_hash: NO_PASSWORD.to_owned(),
        administrator: false,
        approved: true,
    };
    insert(tx, &new, true)
}

/// The service accounts that belong to a project, by id.
///
/// ```
/// # use omicron_domain::{ProjectId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let accounts = db.read(Viewer::Everything, |view| users::service_accounts_of(view, ProjectId(1)))?;
/// assert!(accounts.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn service_accounts_of(view: &mut View<'_>, project: ProjectId) -> Result<Vec<User>, Error> {
    let rows: Vec<UserRow> = project_members::table
        .inner_join(users::table)
        .filter(project_members::project_id.eq(project.0))
        .filter(users::service_account)
        .order(users::id)
        .select(UserRow::as_select())
        .load(view.connection)?;
    rows.into_iter().map(User::try_from).collect()
}
