//! Lists of projects, as the viewer sees them.

use super::ProjectRow;
use crate::connection::{columns, either};
use crate::tables::{project_members, projects, users};
use crate::users::SummaryRow;
use crate::{Error, View};
use diesel::dsl;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use omicron_domain::{Listing, Page, Project, ProjectId, Reference, UserId, Viewer};

type Row = (ProjectRow, SummaryRow);

/// Whether a project is archived or not, as it is asked for; any is, if it is not.
fn is_asked_for(archived: Option<bool>) -> IsAskedFor {
    let either = archived.is_none().into_sql::<Bool>();
    either.or(projects::date_archived.is_not_null().eq(archived.unwrap_or_default()))
}

type IsAskedFor =
    dsl::Or<dsl::AsExprOf<bool, Bool>, dsl::Eq<dsl::IsNotNull<projects::date_archived>, bool>>;

/// The projects that the viewer may see, by id: only those that are archived, or only those that
/// are not, if that is asked for.
///
/// ```
/// # use omicron_domain::{Page, Viewer};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let page = Page::after(0, 50).unwrap(); // as quick at the millionth project as at the first
/// assert!(db.read(Viewer::Everything, |view| projects::list(view, None, page))?.items.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list(
    view: &mut View<'_>,
    archived: Option<bool>,
    page: Page,
) -> Result<Listing<Project>, Error> {
    let (rows, total) = match view.viewer() {
        Viewer::Nobody => (Vec::new(), page.is_counted().then_some(0)),
        Viewer::Everything => everything(view, archived, page)?,
        Viewer::User(user) => of_member(view, user, archived, page)?,
        Viewer::Within { project, .. } => return the_one(view, project, archived, page),
    };
    let whole = |(row, owner): Row| row.with_owner(owner.try_into()?);
    Ok(Listing { items: rows.into_iter().map(whole).collect::<Result<_, Error>>()?, total })
}

fn everything(
    view: &mut View<'_>,
    archived: Option<bool>,
    page: Page,
) -> Result<(Vec<Row>, Option<i64>), Error> {
    let rows = projects::table
        .inner_join(users::table)
        .filter(projects::id.gt(page.after_id()))
        .filter(is_asked_for(archived))
        .order(projects::id)
        .limit(page.limit())
        .offset(page.offset())
        .select((columns::<ProjectRow>(), columns::<SummaryRow>()));
    let rows = either!(view.connection, connection => rows.load(connection))?;
    let count = || match archived {
        None => projects::table.count().get_result(view.connection),
        _ => projects::table.filter(is_asked_for(archived)).count().get_result(view.connection),
    };
    Ok((rows, page.is_counted().then(count).transpose()?))
}

/// By way of the memberships, which are in the order of the projects: as many rows are read as are
/// asked for, however many projects there are that others have.
fn of_member(
    view: &mut View<'_>,
    user: UserId,
    archived: Option<bool>,
    page: Page,
) -> Result<(Vec<Row>, Option<i64>), Error> {
    let of_user = project_members::table.filter(project_members::user_id.eq(user.0));
    let rows = of_user
        .filter(project_members::project_id.gt(page.after_id()))
        .inner_join(projects::table.on(projects::id.eq(project_members::project_id)))
        // Says nothing new, and lets PostgreSQL begin at this project when it walks both in order.
        .filter(projects::id.gt(page.after_id()))
        .inner_join(users::table.on(users::id.eq(projects::owner_id)))
        .filter(is_asked_for(archived))
        .order(project_members::project_id)
        .limit(page.limit())
        .offset(page.offset())
        .select((columns::<ProjectRow>(), columns::<SummaryRow>()));
    let rows = either!(view.connection, connection => rows.load(connection))?;
    let count = || match archived {
        None => of_user.count().get_result(view.connection),
        _ => of_user
            .inner_join(projects::table.on(projects::id.eq(project_members::project_id)))
            .filter(is_asked_for(archived))
            .count()
            .get_result(view.connection),
    };
    Ok((rows, page.is_counted().then(count).transpose()?))
}

/// The project that a token is limited to, if it is in this part of the list.
fn the_one(
    view: &mut View<'_>,
    project: ProjectId,
    archived: Option<bool>,
    page: Page,
) -> Result<Listing<Project>, Error> {
    let asked = |project: &Project| {
        archived.is_none_or(|archived| project.date_archived.is_some() == archived)
    };
    let found = super::find(view, &Reference::Id(project))?.filter(asked);
    let total = page.is_counted().then_some(i64::from(found.is_some()));
    let here = page.offset() == 0 && project.0 > page.after_id();
    Ok(Listing { items: found.into_iter().filter(|_| here).collect(), total })
}
