//! One project, as the viewer sees it.

use super::ProjectRow;
use super::member::MemberRow;
use crate::connection::{columns, either};
use crate::tables::{project_members, projects, users};
use crate::users::SummaryRow;
use crate::{Error, View};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use omicron_domain::{
    Project, ProjectDetails, ProjectId, ProjectName, Reference, Timestamp, UserSummary, Viewer,
};

diesel::alias!(project_members as seers: Seers);

/// A project beside each of those who belong to it, if the viewer may see it.
///
/// It asks for the one membership of the viewer, and not for all that they have, of which there may
/// be thousands: for an EXISTS, PostgreSQL would read them all into a hash.
#[auto_type]
pub(super) fn belonging(everything: bool, viewer: i64) -> _ {
    let membership = seers
        .filter(seers.field(project_members::project_id).eq(projects::id))
        .filter(seers.field(project_members::user_id).eq(viewer))
        .select(seers.field(project_members::user_id))
        .single_value();
    project_members::table
        .inner_join(projects::table.on(projects::id.eq(project_members::project_id)))
        .inner_join(users::table)
        .filter(everything.into_sql::<Bool>().or(membership.is_not_null()))
}

/// As [`belonging`] takes it: there is no person -1.
pub(super) fn eyes(viewer: Viewer) -> (bool, i64) {
    match viewer {
        Viewer::Everything | Viewer::Within { user: None, .. } => (true, -1),
        Viewer::User(user) | Viewer::Within { user: Some(user), .. } => (false, user.0),
        Viewer::Nobody => (false, -1),
    }
}

/// Whether the viewer is limited to another project.
pub(super) fn is_beyond(viewer: Viewer, id: ProjectId) -> bool {
    matches!(viewer, Viewer::Within { project, .. } if project != id)
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
    Ok(read(view, which, false)?.map(|(details, _)| details.project))
}

/// The project of this id or name with its members, if the viewer may see it: all of one moment.
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
    Ok(whole(view, which)?.map(|(details, _)| details))
}

/// As [`details`], and since when the owner belongs to it.
pub(super) fn whole(
    view: &mut View<'_>,
    which: &Reference<ProjectId, ProjectName>,
) -> Result<Option<(ProjectDetails, Timestamp)>, Error> {
    read(view, which, true)
}

/// With everyone who belongs to it, or with its owner alone.
fn read(
    view: &mut View<'_>,
    which: &Reference<ProjectId, ProjectName>,
    everyone: bool,
) -> Result<Option<(ProjectDetails, Timestamp)>, Error> {
    let (everything, viewer) = eyes(view.viewer());
    let is_owner = project_members::user_id.eq(projects::owner_id);
    let people = belonging(everything, viewer)
        .filter(everyone.into_sql::<Bool>().or(is_owner))
        .order(project_members::user_id)
        .select((
            columns::<ProjectRow>(),
            projects::owner_id,
            columns::<SummaryRow>(),
            columns::<MemberRow>(),
        ));
    let rows: Vec<(ProjectRow, i64, SummaryRow, MemberRow)> = match which {
        Reference::Id(id) => {
            let people = people.filter(projects::id.eq(id.0));
            either!(view.connection, connection => people.load(connection))?
        }
        Reference::Name(name) => {
            let people = people.filter(projects::name_key.eq(name.key()));
            either!(view.connection, connection => people.load(connection))?
        }
        Reference::Nothing => return Ok(None),
    };
    let mut found = None;
    let mut members = Vec::new();
    for (project, owner, user, member) in rows {
        let user = UserSummary::try_from(user)?;
        if user.id.0 == owner {
            found = Some((project.with_owner(user)?, member.date_added()));
        } else {
            members.push(member.with_user(user, false)?);
        }
    }
    let found = found.filter(|(project, _)| !is_beyond(view.viewer(), project.id));
    Ok(found.map(|(project, added)| (ProjectDetails { project, members }, added)))
}
