//! People: the verbs over the table `users`.

use crate::connection::MultiBackend;
use crate::error::OrTaken;
use crate::tables::users;
use crate::{Error, Transaction, View, projects, stored};
use chrono::NaiveDateTime;

use diesel::prelude::*;
use omicron_domain::{
    Action, EmailAddress, Listing, NewUser, Page, Reference, User, UserFilter, UserId, UserStatus,
    UserSummary, UserWithProjects, Username, fold,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(MultiBackend))]
pub(crate) struct UserRow {
    id: i64,
    username: String,
    email: String,
    administrator: bool,
    approved: bool,
    disabled: bool,
    date_created: NaiveDateTime,
}

impl TryFrom<UserRow> for User {
    type Error = Error;

    fn try_from(row: UserRow) -> Result<Self, Error> {
        Ok(Self {
            id: UserId(row.id),
            username: stored("users.username", row.username)?,
            email: stored("users.email", row.email)?,
            administrator: row.administrator,
            status: match (row.disabled, row.approved) {
                (true, _) => UserStatus::Disabled,
                (false, false) => UserStatus::Pending,
                (false, true) => UserStatus::Active,
            },
            date_created: row.date_created.and_utc(),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(MultiBackend))]
pub(crate) struct SummaryRow {
    id: i64,
    username: String,
    email: String,
    date_created: NaiveDateTime,
}

impl TryFrom<SummaryRow> for UserSummary {
    type Error = Error;

    fn try_from(row: SummaryRow) -> Result<Self, Error> {
        Ok(Self {
            id: UserId(row.id),
            username: stored("users.username", row.username)?,
            email: stored("users.email", row.email)?,
            date_created: row.date_created.and_utc(),
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = users)]
struct NewRow<'a> {
    username: &'a str,
    username_key: String,
    email: &'a str,
    password_hash: &'a str,
    administrator: bool,
    approved: bool,
    disabled: bool,
    date_created: NaiveDateTime,
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
        Reference::Id(id) => users.filter(users::id.eq(id.0)).first(view.connection),
        Reference::Name(name) => {
            users.filter(users::username_key.eq(name.key())).first(view.connection)
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
        .first(view.connection)
        .optional()?;
    row.map(|(row, password_hash)| Ok((row.try_into()?, password_hash))).transpose()
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
    Ok(with_projects(view, found.into_iter().collect())?.pop())
}

/// People by id, with the projects they own, as far as the viewer may see them.
///
/// ```
/// use omicron_domain::{Page, UserFilter, Viewer};
/// use omicron_persistence::{Database, Error, Options, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let filter = UserFilter { contains: Some("50%".to_owned()), ..UserFilter::default() };
/// let listing = db.read(Viewer::Everything, |view| users::list(view, &filter, Page::default()))?;
/// assert!(listing.items.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list(
    view: &mut View<'_>,
    filter: &UserFilter,
    page: Page,
) -> Result<Listing<UserWithProjects>, Error> {
    let mut rows = matching(filter).select(UserRow::as_select()).order(users::id);
    let mut total = None;
    match page {
        Page::After { id, .. } => rows = rows.filter(users::id.gt(id)),
        Page::Numbered { .. } => {
            total = Some(matching(filter).count().get_result(view.connection)?);
        }
    }
    let rows: Vec<UserRow> =
        rows.limit(page.limit()).offset(page.offset()).load(view.connection)?;
    let users = rows.into_iter().map(User::try_from).collect::<Result<_, _>>()?;
    Ok(Listing { items: with_projects(view, users)?, total })
}

type Matching = diesel::helper_types::IntoBoxed<'static, users::table, MultiBackend>;

fn matching(filter: &UserFilter) -> Matching {
    let mut query = users::table.into_boxed();
    let patterns = [
        (&filter.contains, "%", "%"),
        (&filter.starts_with, "", "%"),
        (&filter.ends_with, "%", ""),
    ];
    for (text, before, after) in patterns {
        if let Some(text) = text.as_deref().filter(|text| !text.is_empty()) {
            let pattern = [before, &literal(&fold(text)), after].concat();
            query = query.filter(users::username_key.like(pattern).escape('\\'));
        }
    }
    match filter.status {
        Some(UserStatus::Disabled) => query.filter(users::disabled.eq(true)),
        Some(UserStatus::Pending) => {
            query.filter(users::disabled.eq(false).and(users::approved.eq(false)))
        }
        Some(UserStatus::Active) => {
            query.filter(users::disabled.eq(false).and(users::approved.eq(true)))
        }
        None => query,
    }
}

/// The text with LIKE's own characters made plain.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn with_projects(view: &mut View<'_>, users: Vec<User>) -> Result<Vec<UserWithProjects>, Error> {
    let summaries: Vec<UserSummary> = users.iter().map(User::summary).collect();
    let mut owned = projects::owned_by(view, &summaries)?;
    let join = |user: User| {
        let (projects, projects_count) = owned.remove(&user.id).unwrap_or_default();
        UserWithProjects { user, projects, projects_count }
    };
    Ok(users.into_iter().map(join).collect())
}

/// Lets a person in who waits for it.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.write(&Actor::command_line(), |tx| users::approve(tx, UserId(1)));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn approve(tx: &mut Transaction<'_>, id: UserId) -> Result<User, Error> {
    let user = diesel::update(users::table.filter(users::id.eq(id.0)));
    let changed = user.set(users::approved.eq(true)).execute(tx.connection())?;
    changed_user(tx, id, changed, Action::UserApproved)
}

/// Switches a person off, or on again.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.write(&Actor::command_line(), |tx| users::set_disabled(tx, UserId(1), true));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn set_disabled(tx: &mut Transaction<'_>, id: UserId, disabled: bool) -> Result<User, Error> {
    let user = diesel::update(users::table.filter(users::id.eq(id.0)));
    let changed = user.set(users::disabled.eq(disabled)).execute(tx.connection())?;
    let action = if disabled { Action::UserDisabled } else { Action::UserEnabled };
    changed_user(tx, id, changed, action)
}

/// Gives a person another address.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let address = "ann@example.org".parse().unwrap();
/// let nobody = db.write(&Actor::command_line(), |tx| users::set_email(tx, UserId(1), &address));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn set_email(
    tx: &mut Transaction<'_>,
    id: UserId,
    email: &EmailAddress,
) -> Result<User, Error> {
    let user = diesel::update(users::table.filter(users::id.eq(id.0)));
    let changed = user.set(users::email.eq(email.as_str())).execute(tx.connection())?;
    changed_user(tx, id, changed, Action::UserEmailChanged)
}

/// Gives a person another password, of which only the hash is known here.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, users};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nobody = db.write(&Actor::command_line(), |tx| users::set_password(tx, UserId(1), "$2b$…"));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person.
pub fn set_password(
    tx: &mut Transaction<'_>,
    id: UserId,
    password_hash: &str,
) -> Result<User, Error> {
    let user = diesel::update(users::table.filter(users::id.eq(id.0)));
    let changed = user.set(users::password_hash.eq(password_hash)).execute(tx.connection())?;
    changed_user(tx, id, changed, Action::UserPasswordChanged)
}

/// The person after a change, which is recorded.
fn changed_user(
    tx: &mut Transaction<'_>,
    id: UserId,
    changed: usize,
    action: Action,
) -> Result<User, Error> {
    if changed == 0 {
        return Err(Error::Gone);
    }
    let user = find(tx.view(), &Reference::Id(id))?.ok_or(Error::Gone)?;
    tx.record(action, id, None, &user)?;
    Ok(user)
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
    Ok(users::table
        .filter(users::administrator.eq(true))
        .filter(users::disabled.eq(false))
        .filter(users::approved.eq(true))
        .count()
        .get_result(view.connection)?)
}
