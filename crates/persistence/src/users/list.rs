//! Lists of people.

use super::UserRow;
use crate::connection::MultiBackend;
use crate::tables::users;
use crate::{Error, View, literal, projects};
use diesel::prelude::*;
use omicron_domain::{
    Listing, Page, User, UserFilter, UserStatus, UserSummary, UserWithProjects, fold,
};

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
    let rows: Vec<UserRow> = matching(filter)
        .filter(users::id.gt(page.after_id()))
        .order(users::id)
        .limit(page.limit())
        .offset(page.offset())
        .select(UserRow::as_select())
        .load(view.connection)?;
    let count = || matching(filter).count().get_result(view.connection);
    let total = page.is_counted().then(count).transpose()?;
    let users = rows.into_iter().map(User::try_from).collect::<Result<_, _>>()?;
    Ok(Listing { items: with_projects(view, users)?, total })
}

/// Far beyond what a username holds. SQLite fails at a pattern of 50,000 bytes, PostgreSQL at a
/// NUL: what no name can hold is not asked for.
const LONGEST: usize = 1000;

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
            if text.len() > LONGEST || text.contains('\0') {
                query = query.filter(users::id.lt(0));
                continue;
            }
            let pattern = [before, &literal(&fold(text)), after].concat();
            query = query.filter(users::username_key.like(pattern).escape('\\'));
        }
    }
    match filter.status {
        Some(UserStatus::Anonymised) => query.filter(users::date_anonymised.is_not_null()),
        Some(UserStatus::Disabled) => {
            query.filter(users::disabled.eq(true)).filter(users::date_anonymised.is_null())
        }
        Some(UserStatus::Pending) => {
            query.filter(users::disabled.eq(false).and(users::approved.eq(false)))
        }
        Some(UserStatus::Active) => {
            query.filter(users::disabled.eq(false).and(users::approved.eq(true)))
        }
        None => query,
    }
}

pub(super) fn with_projects(
    view: &mut View<'_>,
    users: Vec<User>,
) -> Result<Vec<UserWithProjects>, Error> {
    let summaries: Vec<UserSummary> = users.iter().map(User::summary).collect();
    let mut owned = projects::owned_by(view, &summaries)?;
    let join = |user: User| {
        let (projects, projects_count) = owned.remove(&user.id).unwrap_or_default();
        UserWithProjects { user, projects, projects_count }
    };
    Ok(users.into_iter().map(join).collect())
}
