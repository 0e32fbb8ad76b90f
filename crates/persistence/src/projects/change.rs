//! Changes of projects and of who belongs to them.

use super::details;
use crate::connection::AnyConnection;
use crate::error::OrTaken;
use crate::tables::{project_members, projects};
use crate::{Error, Transaction};
use diesel::prelude::*;
use omicron_domain::{
    Action, Description, ProjectChange, ProjectDetails, ProjectId, ProjectName, Reference,
    Timestamp, UserId,
};
use serde::Serialize;

/// What the journal keeps of a project: ids, so that a person can be forgotten.
#[derive(Serialize)]
struct State<'a> {
    id: ProjectId,
    name: &'a ProjectName,
    description: &'a Description,
    owner: UserId,
    members: Vec<UserId>,
    date_created: Timestamp,
}

pub(super) fn insert_members(
    tx: &mut Transaction<'_>,
    project: ProjectId,
    users: &[UserId],
) -> Result<(), Error> {
    let date_added = tx.now().naive_utc();
    let row = |user: &UserId| {
        (
            project_members::project_id.eq(project.0),
            project_members::user_id.eq(user.0),
            project_members::date_added.eq(date_added),
        )
    };
    match tx.connection() {
        // One statement each costs nothing here, and stays prepared.
        AnyConnection::Sqlite(connection) => users.iter().try_for_each(|user| {
            diesel::insert_into(project_members::table)
                .values(row(user))
                .execute(connection)
                .map(drop)
        }),
        AnyConnection::Postgres(connection) => {
            let rows: Vec<_> = users.iter().map(row).collect();
            diesel::insert_into(project_members::table).values(rows).execute(connection).map(drop)
        }
    }
    .or_taken(Error::AlreadyMember)
}

/// Renames or describes a project.
///
/// ```
/// # use omicron_domain::{Actor, ProjectChange, ProjectId};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let rename = ProjectChange { name: Some("Alloys 2".parse().unwrap()), description: None };
/// let nothing = db.write(&Actor::command_line(), |tx| {
///     projects::change(tx, ProjectId(1), &rename)
/// });
/// assert!(matches!(nothing, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::ProjectNameTaken`]; [`Error::Gone`] if there is no such project.
pub fn change(
    tx: &mut Transaction<'_>,
    id: ProjectId,
    change: &ProjectChange,
) -> Result<ProjectDetails, Error> {
    lock(tx, id, Until::Changed)?;
    let project = projects::table.filter(projects::id.eq(id.0));
    if let Some(name) = &change.name {
        diesel::update(project)
            .set((projects::name.eq(name.as_str()), projects::name_key.eq(name.key())))
            .execute(tx.connection())
            .or_taken(Error::ProjectNameTaken)?;
    }
    if let Some(description) = &change.description {
        diesel::update(project)
            .set(projects::description.eq(description.as_str()))
            .execute(tx.connection())?;
    }
    recorded(tx, id, Action::ProjectChanged)
}

/// Adds someone to a project.
///
/// ```
/// # use omicron_domain::{Actor, ProjectId, UserId};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| {
///     projects::add_member(tx, ProjectId(1), UserId(1))
/// });
/// assert!(matches!(nothing, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::AlreadyMember`]; [`Error::Gone`] if there is no such project or person.
pub fn add_member(
    tx: &mut Transaction<'_>,
    id: ProjectId,
    user: UserId,
) -> Result<ProjectDetails, Error> {
    lock(tx, id, Until::Changed)?;
    insert_members(tx, id, &[user])?;
    recorded(tx, id, Action::ProjectMemberAdded)
}

/// Takes someone out of a project.
///
/// ```
/// # use omicron_domain::{Actor, ProjectId, UserId};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| {
///     projects::remove_member(tx, ProjectId(1), UserId(1))
/// });
/// assert!(matches!(nothing, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::OwnerStays`]; [`Error::Gone`] if there is no such project, or no such member.
pub fn remove_member(
    tx: &mut Transaction<'_>,
    id: ProjectId,
    user: UserId,
) -> Result<ProjectDetails, Error> {
    if lock(tx, id, Until::Changed)? == user {
        return Err(Error::OwnerStays);
    }
    let member = project_members::table
        .filter(project_members::project_id.eq(id.0))
        .filter(project_members::user_id.eq(user.0));
    if diesel::delete(member).execute(tx.connection())? == 0 {
        return Err(Error::Gone);
    }
    recorded(tx, id, Action::ProjectMemberRemoved)
}

/// Gives a project to someone else, who then belongs to it; the one who had it stays a member.
///
/// ```
/// # use omicron_domain::{Actor, ProjectId, UserId};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| {
///     projects::hand_over(tx, ProjectId(1), UserId(1))
/// });
/// assert!(matches!(nothing, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such project or person.
pub fn hand_over(
    tx: &mut Transaction<'_>,
    id: ProjectId,
    to: UserId,
) -> Result<ProjectDetails, Error> {
    lock(tx, id, Until::Changed)?;
    let membership = project_members::table.find((id.0, to.0));
    let belongs: bool =
        diesel::select(diesel::dsl::exists(membership)).get_result(tx.connection())?;
    if !belongs {
        insert_members(tx, id, &[to])?;
    }
    diesel::update(projects::table.filter(projects::id.eq(id.0)))
        .set(projects::owner_id.eq(to.0))
        .execute(tx.connection())?;
    recorded(tx, id, Action::ProjectHandedOver)
}

/// Deletes a project; its name is free again.
///
/// ```
/// # use omicron_domain::{Actor, ProjectId};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| projects::delete(tx, ProjectId(1)));
/// assert!(matches!(nothing, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such project.
pub fn delete(tx: &mut Transaction<'_>, id: ProjectId) -> Result<(), Error> {
    lock(tx, id, Until::Deleted)?;
    let members = project_members::table.filter(project_members::project_id.eq(id.0));
    diesel::delete(members).execute(tx.connection())?;
    diesel::delete(projects::table.filter(projects::id.eq(id.0))).execute(tx.connection())?;
    tx.record(Action::ProjectDeleted, id, Some(id), &())
}

/// Makes other changes of a project wait until this transaction ends: for whoever looks at its
/// state before changing it.
///
/// ```
/// # use omicron_domain::{Actor, ProjectId};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| projects::reserve(tx, ProjectId(1)));
/// assert!(matches!(nothing, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such project.
pub fn reserve(tx: &mut Transaction<'_>, id: ProjectId) -> Result<(), Error> {
    lock(tx, id, Until::Changed).map(drop)
}

/// How long no one else may do what.
#[derive(Clone, Copy)]
enum Until {
    /// Others may go on to refer to the project.
    Changed,
    /// No one may begin to.
    Deleted,
}

/// Makes other changes of the project wait, so that the state in the journal is the one that this
/// change leaves. Its owner; on SQLite all other writers wait anyway.
fn lock(tx: &mut Transaction<'_>, id: ProjectId, until: Until) -> Result<UserId, Error> {
    let owner = projects::table.filter(projects::id.eq(id.0)).select(projects::owner_id);
    let found: Option<i64> = match (tx.connection(), until) {
        (AnyConnection::Sqlite(connection), _) => owner.get_result(connection),
        (AnyConnection::Postgres(connection), Until::Changed) => {
            owner.for_no_key_update().get_result(connection)
        }
        (AnyConnection::Postgres(connection), Until::Deleted) => {
            owner.for_update().get_result(connection)
        }
    }
    .optional()?;
    found.map(UserId).ok_or(Error::Gone)
}

/// The project after a change, which is recorded.
pub(super) fn recorded(
    tx: &mut Transaction<'_>,
    id: ProjectId,
    action: Action,
) -> Result<ProjectDetails, Error> {
    // What an actor has changed, they see: the permission was checked before.
    let details = details(&mut tx.all_seeing(), &Reference::Id(id))?.ok_or(Error::Gone)?;
    let state = State {
        id,
        name: &details.project.name,
        description: &details.project.description,
        owner: details.project.owner.id,
        members: details.members.iter().map(|member| member.id).collect(),
        date_created: details.project.date_created,
    };
    tx.record(action, id, Some(id), &state)?;
    Ok(details)
}
