//! Projects and who belongs to them: the verbs over `projects` and `project_members`.

use crate::connection::MultiBackend;
use crate::error::OrTaken;
use crate::tables::{project_members, projects, users};
use crate::users::SummaryRow;
use crate::{Error, Transaction, View, stored};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{
    Action, Listing, NewProject, Page, Project, ProjectDetails, ProjectId, ProjectName, Reference,
    UserSummary, Viewer,
};

mod change;
mod owned;

pub use change::{add_member, change, delete, remove_member, reserve};
pub(crate) use owned::owned_by;

#[derive(Queryable, Selectable)]
#[diesel(table_name = projects, check_for_backend(MultiBackend))]
struct ProjectRow {
    id: i64,
    name: String,
    description: String,
    date_created: NaiveDateTime,
}

impl ProjectRow {
    fn with_owner(self, owner: UserSummary) -> Result<Project, Error> {
        Ok(Project {
            id: ProjectId(self.id),
            name: stored("projects.name", self.name)?,
            description: stored("projects.description", self.description)?,
            date_created: self.date_created.and_utc(),
            owner,
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = projects)]
struct NewRow<'a> {
    name: &'a str,
    name_key: String,
    description: &'a str,
    owner_id: i64,
    date_created: NaiveDateTime,
}

/// Begins a project.
///
/// ```
/// use omicron_domain::{Actor, NewProject, UserId};
/// use omicron_persistence::{Database, Error, Options, projects};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let new = NewProject {
///     name: "Alloys".parse().unwrap(),
///     description: String::new().try_into().unwrap(),
///     owner: UserId(404),
///     members: vec![],
/// };
/// let error = db.write(&Actor::command_line(), |tx| projects::create(tx, &new)).unwrap_err();
/// assert!(matches!(error, Error::Gone)); // there is no such owner
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::ProjectNameTaken`] if another project has the name, in any case; [`Error::Gone`] if
/// the owner or a member is not there.
pub fn create(tx: &mut Transaction<'_>, new: &NewProject) -> Result<ProjectDetails, Error> {
    let row = NewRow {
        name: new.name.as_str(),
        name_key: new.name.key(),
        description: new.description.as_str(),
        owner_id: new.owner.0,
        date_created: tx.now().naive_utc(),
    };
    let id: i64 = diesel::insert_into(projects::table)
        .values(row)
        .returning(projects::id)
        .get_result(tx.connection())
        .or_taken(Error::ProjectNameTaken)?;
    let mut members = new.members.clone();
    members.push(new.owner);
    members.sort_unstable();
    members.dedup();
    change::insert_members(tx, ProjectId(id), &members)?;
    change::recorded(tx, ProjectId(id), Action::ProjectCreated)
}

type Projects = diesel::helper_types::IntoBoxed<'static, projects::table, MultiBackend>;

/// The projects that the viewer may see: the one place that says which these are.
fn visible(viewer: Viewer) -> Projects {
    let query = projects::table.into_boxed();
    match viewer {
        Viewer::Everything => query,
        Viewer::Nobody => query.filter(projects::id.lt(0)),
        Viewer::User(user) => query.filter(
            projects::id.eq_any(
                project_members::table
                    .filter(project_members::user_id.eq(user.0))
                    .select(project_members::project_id),
            ),
        ),
    }
}

/// As [`visible`], for one project: asks for its one membership, and not for all that the viewer
/// has, of which there may be thousands.
fn seen(viewer: Viewer) -> Projects {
    match viewer {
        Viewer::User(user) => projects::table.into_boxed().filter(diesel::dsl::exists(
            project_members::table
                .filter(project_members::project_id.eq(projects::id))
                .filter(project_members::user_id.eq(user.0)),
        )),
        viewer => visible(viewer),
    }
}

/// The project of this id or name, if the viewer may see it.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let alloys = "Alloys".parse().unwrap();
/// assert!(db.read(Viewer::Everything, |view| projects::find(view, &alloys))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find(
    view: &mut View<'_>,
    which: &Reference<ProjectId, ProjectName>,
) -> Result<Option<Project>, Error> {
    let seen = seen(view.viewer());
    let found = match which {
        Reference::Id(id) => seen.filter(projects::id.eq(id.0)),
        Reference::Name(name) => seen.filter(projects::name_key.eq(name.key())),
        Reference::Nothing => return Ok(None),
    };
    let row: Option<(ProjectRow, SummaryRow)> = found
        .inner_join(users::table)
        .select((ProjectRow::as_select(), SummaryRow::as_select()))
        .get_result(view.connection)
        .optional()?;
    row.map(|(row, owner)| row.with_owner(owner.try_into()?)).transpose()
}

/// The project of this id or name with its members, if the viewer may see it.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let alloys = "Alloys".parse().unwrap();
/// assert!(db.read(Viewer::Everything, |view| projects::details(view, &alloys))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn details(
    view: &mut View<'_>,
    which: &Reference<ProjectId, ProjectName>,
) -> Result<Option<ProjectDetails>, Error> {
    let Some(project) = find(view, which)? else { return Ok(None) };
    let members: Vec<SummaryRow> = project_members::table
        .inner_join(users::table)
        .filter(project_members::project_id.eq(project.id.0))
        .filter(project_members::user_id.ne(project.owner.id.0))
        .order(project_members::user_id)
        .select(SummaryRow::as_select())
        .load(view.connection)?;
    let members = members.into_iter().map(UserSummary::try_from).collect::<Result<_, _>>()?;
    Ok(Some(ProjectDetails { project, members }))
}

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
    let mut visible_here = visible(view.viewer());
    let mut total = None;
    match page {
        Page::After { id, .. } => visible_here = visible_here.filter(projects::id.gt(id)),
        Page::Numbered { .. } => {
            total = Some(visible(view.viewer()).count().get_result(view.connection)?);
        }
    }
    let rows: Vec<(ProjectRow, SummaryRow)> = visible_here
        .inner_join(users::table)
        .order(projects::id)
        .limit(page.limit())
        .offset(page.offset())
        .select((ProjectRow::as_select(), SummaryRow::as_select()))
        .load(view.connection)?;
    let whole = |(row, owner): (ProjectRow, SummaryRow)| row.with_owner(owner.try_into()?);
    Ok(Listing { items: rows.into_iter().map(whole).collect::<Result<_, Error>>()?, total })
}
