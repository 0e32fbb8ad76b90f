//! Lists of projects, as the viewer sees them.

use super::ProjectRow;
use crate::connection::{columns, either};
use crate::tables::{project_members, projects, users};
use crate::users::SummaryRow;
use crate::{Error, View};
use diesel::prelude::*;
use omicron_domain::{Listing, Page, Project, UserId, Viewer};

type Row = (ProjectRow, SummaryRow);

/// The projects that the viewer may see, by id.
///
/// ```
/// # use omicron_domain::{Page, Viewer};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let page = Page::after(0, 50).unwrap(); // as quick at the millionth project as at the first
/// assert!(db.read(Viewer::Everything, |view| projects::list(view, page))?.items.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list(view: &mut View<'_>, page: Page) -> Result<Listing<Project>, Error> {
    let (rows, total) = match view.viewer() {
        Viewer::Nobody => (Vec::new(), page.is_counted().then_some(0)),
        Viewer::Everything => everything(view, page)?,
        Viewer::User(user) => of_member(view, user, page)?,
    };
    let whole = |(row, owner): Row| row.with_owner(owner.try_into()?);
    Ok(Listing { items: rows.into_iter().map(whole).collect::<Result<_, Error>>()?, total })
}

fn everything(view: &mut View<'_>, page: Page) -> Result<(Vec<Row>, Option<i64>), Error> {
    let rows = projects::table
        .inner_join(users::table)
        .filter(projects::id.gt(page.after_id()))
        .order(projects::id)
        .limit(page.limit())
        .offset(page.offset())
        .select((columns::<ProjectRow>(), columns::<SummaryRow>()));
    let rows = either!(view.connection, connection => rows.load(connection))?;
    let count = || projects::table.count().get_result(view.connection);
    Ok((rows, page.is_counted().then(count).transpose()?))
}

/// By way of the memberships, which are in the order of the projects: as many rows are read as are
/// asked for, however many projects there are that others have.
fn of_member(
    view: &mut View<'_>,
    user: UserId,
    page: Page,
) -> Result<(Vec<Row>, Option<i64>), Error> {
    let of_user = project_members::table.filter(project_members::user_id.eq(user.0));
    let rows = of_user
        .filter(project_members::project_id.gt(page.after_id()))
        .inner_join(projects::table.on(projects::id.eq(project_members::project_id)))
        // Says nothing new, and lets PostgreSQL begin at this project when it walks both in order.
        .filter(projects::id.gt(page.after_id()))
        .inner_join(users::table.on(users::id.eq(projects::owner_id)))
        .order(project_members::project_id)
        .limit(page.limit())
        .offset(page.offset())
        .select((columns::<ProjectRow>(), columns::<SummaryRow>()));
    let rows = either!(view.connection, connection => rows.load(connection))?;
    let count = || of_user.count().get_result(view.connection);
    Ok((rows, page.is_counted().then(count).transpose()?))
}
