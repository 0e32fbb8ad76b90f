//! Projects and who belongs to them: the verbs over `projects` and `project_members`.

use crate::connection::{MultiBackend, either};
use crate::error::OrTaken;
use crate::tables::projects;
use crate::{Error, Transaction, stored};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{
    Action, MemberRole, NewProject, Project, ProjectDetails, ProjectId, UserSummary,
};

mod change;
mod list;
mod member;
mod one;
mod owned;
mod past;
mod sight;
mod state;

pub use change::{change, delete, reserve, set_archived};
pub use list::list;
pub use member::{add_member, hand_over, remove_member, set_role};
pub use one::{details, find};
pub(crate) use owned::owned_by;
pub use past::{PastProjects, details_at, list_at, members_at};
pub use sight::{Place, all_of, hold, members, members_among, place_of, seen_by, seers};

#[derive(Queryable, Selectable)]
#[diesel(table_name = projects, check_for_backend(MultiBackend))]
struct ProjectRow {
    id: i64,
    name: String,
    description: String,
    date_created: NaiveDateTime,
    date_archived: Option<NaiveDateTime>,
}

impl ProjectRow {
    fn with_owner(self, owner: UserSummary) -> Result<Project, Error> {
        Ok(Project {
            id: ProjectId(self.id),
            name: stored("projects.name", self.name)?,
            description: stored("projects.description", self.description)?,
            date_created: self.date_created.and_utc(),
            date_archived: self.date_archived.map(|date| date.and_utc()),
            owner,
        })
    }
}

// Without defaults, PostgreSQL keeps the statement prepared.
#[derive(Insertable)]
#[diesel(table_name = projects, treat_none_as_default_value = false)]
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
    let insert = diesel::insert_into(projects::table).values(row).returning(projects::id);
    let id: i64 = either!(tx.connection(), connection => insert.get_result(connection))
        .or_taken(Error::ProjectNameTaken)?;
    let mut members = new.members.clone();
    members.push(new.owner);
    members.sort_unstable();
    members.dedup();
    member::insert_members(tx, ProjectId(id), &members, MemberRole::default())?;
    change::recorded(tx, ProjectId(id), Action::ProjectCreated)
}
