//! Who sees which projects, and as what.

use super::member::MemberRow;
use super::one::{belonging, eyes, is_beyond};
use crate::connection::{AnyConnection, columns, either};
use crate::sight::Eyes;
use crate::tables::{project_members, projects, users};
use crate::users::SummaryRow;
use crate::{Error, Transaction, View};
use diesel::prelude::*;
use omicron_domain::{
    Listing, Member, Page, Project, ProjectId, ProjectName, ProjectRole, Reference, Role, User,
    UserId, UserSummary, Viewer,
};

/// Those who belong to a project that the viewer may see, its owner too, by id.
///
/// ```
/// # use omicron_domain::{Page, ProjectId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let members = db.read(Viewer::Everything, |view| projects::members(view, ProjectId(1), Page::default()))?;
/// assert!(members.items.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn members(view: &mut View<'_>, id: ProjectId, page: Page) -> Result<Listing<Member>, Error> {
    if is_beyond(view.viewer(), id) {
        return Ok(Listing { items: Vec::new(), total: page.is_counted().then_some(0) });
    }
    let (everything, viewer) = eyes(view.viewer());
    let all = || belonging(everything, viewer).filter(projects::id.eq(id.0));
    let rows: Vec<(SummaryRow, MemberRow, i64)> = all()
        .filter(project_members::user_id.gt(page.after_id()))
        .order(project_members::user_id)
        .limit(page.limit())
        .offset(page.offset())
        .select((columns::<SummaryRow>(), columns::<MemberRow>(), projects::owner_id))
        .load(view.connection)?;
    let count = || all().count().get_result(view.connection);
    let total = page.is_counted().then(count).transpose()?;
    let member = |(user, member, owner): (SummaryRow, MemberRow, i64)| {
        let user = UserSummary::try_from(user)?;
        let owns = user.id.0 == owner;
        member.with_user(user, owns)
    };
    Ok(Listing { items: rows.into_iter().map(member).collect::<Result<_, Error>>()?, total })
}

/// Everyone who can see this project, and as what: its members, and the administrators. Only those
/// who can log in.
///
/// ```
/// # use omicron_domain::{Page, ProjectId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let seers = db.read(Viewer::Everything, |view| projects::seers(view, ProjectId(1), Page::default()))?;
/// assert!(seers.items.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn seers(
    view: &mut View<'_>,
    id: ProjectId,
    page: Page,
) -> Result<Listing<(UserSummary, Role)>, Error> {
    let membership = project_members::project_id.eq(id.0);
    let all = || {
        users::table
            .left_join(
                project_members::table.on(project_members::user_id.eq(users::id).and(membership)),
            )
            .filter(users::administrator.or(project_members::user_id.is_not_null()))
            .filter(users::approved.and(users::disabled.eq(false)))
    };
    let owner: Option<i64> = projects::table
        .find(id.0)
        .select(projects::owner_id)
        .get_result(view.connection)
        .optional()?;
    let rows: Vec<(SummaryRow, bool, Option<MemberRow>)> = all()
        .filter(users::id.gt(page.after_id()))
        .order(users::id)
        .limit(page.limit())
        .offset(page.offset())
        .select((SummaryRow::as_select(), users::administrator, Option::<MemberRow>::as_select()))
        .load(view.connection)?;
    let count = || all().count().get_result(view.connection);
    let total = page.is_counted().then(count).transpose()?;
    let seer = |(user, administrator, member): (SummaryRow, bool, Option<MemberRow>)| {
        let user = UserSummary::try_from(user)?;
        let role = match member {
            Some(member) if !administrator => member.role(owner == Some(user.id.0))?.into(),
            _ => Role::Administrator,
        };
        Ok((user, role))
    };
    Ok(Listing { items: rows.into_iter().map(seer).collect::<Result<_, Error>>()?, total })
}

/// The projects that this person sees, by id, and what they are in each; `None` where they see it
/// as an administrator alone.
///
/// ```
/// # use omicron_domain::{Page, Timestamp, User, UserId, UserStatus, Viewer};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let ann = User {
/// #     id: UserId(1), username: "ann".parse().unwrap(), email: "ann@example.org".parse().unwrap(),
/// #     administrator: false, status: UserStatus::Active, service_account: false,
/// #     date_created: Timestamp::UNIX_EPOCH,
/// # };
/// # let db = Database::create("sqlite://", Options::default())?;
/// let seen = db.read(Viewer::Everything, |view| projects::seen_by(view, &ann, Page::default()))?;
/// assert!(seen.items.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn seen_by(
    view: &mut View<'_>,
    user: &User,
    page: Page,
) -> Result<Listing<(Project, Option<ProjectRole>)>, Error> {
    let eyes = if user.administrator { Viewer::Everything } else { Viewer::User(user.id) };
    let now = view.now();
    let Listing { items, total } =
        super::list(&mut View::new(view.connection, eyes, now), None, page)?;
    let ids: Vec<i64> = items.iter().map(|project| project.id.0).collect();
    let rows: Vec<(i64, MemberRow)> = project_members::table
        .filter(project_members::user_id.eq(user.id.0))
        .filter(project_members::project_id.eq_any(ids))
        .select((project_members::project_id, MemberRow::as_select()))
        .load(view.connection)?;
    let role = |project: Project| {
        let row = rows.iter().find(|(id, _)| *id == project.id.0);
        let owns = project.owner.id == user.id;
        let role = row.map(|(_, member)| member.role(owns)).transpose()?;
        Ok((project, role))
    };
    Ok(Listing { items: items.into_iter().map(role).collect::<Result<_, Error>>()?, total })
}

/// A project as it matters to who may do what in it.
///
/// ```
/// # use omicron_domain::ProjectId;
/// use omicron_persistence::projects::Place;
/// let place = Place { id: ProjectId(1), archived: false, role: None };
/// assert_eq!(place.role, None); // they do not belong to it
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The project's id.
    pub id: ProjectId,
    /// Whether it is put away.
    pub archived: bool,
    /// What the person is in it.
    pub role: Option<ProjectRole>,
}

/// The project of this id or name, if the viewer may see it, and what this person is in it.
///
/// ```
/// # use omicron_domain::{UserId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let alloys = "Alloys".parse().unwrap();
/// let place = db.read(Viewer::Everything, |view| projects::place_of(view, UserId(1), &alloys))?;
/// assert_eq!(place, None);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn place_of(
    view: &mut View<'_>,
    user: UserId,
    which: &Reference<ProjectId, ProjectName>,
) -> Result<Option<Place>, Error> {
    let Some(project) = super::find(view, which)? else { return Ok(None) };
    let row: Option<MemberRow> = project_members::table
        .find((project.id.0, user.0))
        .select(MemberRow::as_select())
        .get_result(view.connection)
        .optional()?;
    let role = row.map(|row| row.role(project.owner.id == user)).transpose()?;
    Ok(Some(Place { id: project.id, archived: project.date_archived.is_some(), role }))
}

/// As [`place_of`], of the actor; and neither the project nor who belongs to it changes until this
/// transaction ends. Several may hold it at once: it is for whoever changes what is in it.
///
/// ```
/// # use omicron_domain::{Actor, UserId};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let alloys = "Alloys".parse().unwrap();
/// let place = db.write(&Actor::command_line(), |tx| projects::hold(tx, UserId(1), &alloys))?;
/// assert_eq!(place, None);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn hold(
    tx: &mut Transaction<'_>,
    user: UserId,
    which: &Reference<ProjectId, ProjectName>,
) -> Result<Option<Place>, Error> {
    let id = match which {
        Reference::Id(id) => id.0,
        Reference::Name(name) => {
            let named = projects::table.filter(projects::name_key.eq(name.key()));
            let id: Option<i64> =
                named.select(projects::id).get_result(tx.connection()).optional()?;
            let Some(id) = id else { return Ok(None) };
            id
        }
        Reference::Nothing => return Ok(None),
    };
    let eyes = Eyes::from(tx.view().viewer());
    let state = (projects::owner_id, projects::date_archived.is_not_null());
    let project = projects::table.filter(projects::id.eq(id));
    let found: Option<(i64, bool)> = match tx.connection() {
        AnyConnection::Sqlite(connection) => project.select(state).get_result(connection),
        AnyConnection::Postgres(connection) => {
            project.for_share().select(state).get_result(connection)
        }
    }
    .optional()?;
    let Some((owner, archived)) = found else { return Ok(None) };
    let role = project_members::table
        .filter(project_members::project_id.eq(id))
        .filter(project_members::user_id.eq(user.0))
        .select(columns::<MemberRow>());
    let role: Option<MemberRow> =
        either!(tx.connection(), connection => role.get_result(connection)).optional()?;
    let role = role.map(|row| row.role(owner == user.0)).transpose()?;
    let seen = eyes.see(ProjectId(id), role.is_some());
    Ok(seen.then_some(Place { id: ProjectId(id), archived, role }))
}

/// Those of these people who belong to a project that the viewer has been shown.
///
/// ```
/// # use omicron_domain::{ProjectId, UserId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let (project, ann) = (ProjectId(1), [UserId(1)]);
/// let among = db.read(Viewer::Everything, |view| projects::members_among(view, project, &ann))?;
/// assert!(among.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn members_among(
    view: &mut View<'_>,
    project: ProjectId,
    people: &[UserId],
) -> Result<Vec<UserId>, Error> {
    let ids: Vec<i64> = project_members::table
        .filter(project_members::project_id.eq(project.0))
        .filter(project_members::user_id.eq_any(people.iter().map(|id| id.0)))
        .select(project_members::user_id)
        .load(view.connection)?;
    Ok(ids.into_iter().map(UserId).collect())
}

/// The projects that a person belongs to, by id.
///
/// ```
/// # use omicron_domain::{UserId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Nobody, |view| projects::all_of(view, UserId(1)))?.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn all_of(view: &mut View<'_>, user: UserId) -> Result<Vec<ProjectId>, Error> {
    let ids: Vec<i64> = project_members::table
        .filter(project_members::user_id.eq(user.0))
        .order(project_members::project_id)
        .select(project_members::project_id)
        .load(view.connection)?;
    Ok(ids.into_iter().map(ProjectId).collect())
}
