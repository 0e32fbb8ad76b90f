//! Changes of projects.

use super::details;
use super::one::whole;
use super::state::State;
use crate::connection::AnyConnection;
use crate::error::OrTaken;
use crate::tables::{project_members, projects};
use crate::{Error, Transaction, tokens};
use diesel::prelude::*;
use omicron_domain::{Action, ProjectChange, ProjectDetails, ProjectId, Reference, UserId};

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

/// Puts a project away, or takes it out again; what is so already stays so, and nothing is
/// recorded.
///
/// ```
/// # use omicron_domain::{Actor, ProjectId};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| {
///     projects::set_archived(tx, ProjectId(1), true)
/// });
/// assert!(matches!(nothing, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such project.
pub fn set_archived(
    tx: &mut Transaction<'_>,
    id: ProjectId,
    archived: bool,
) -> Result<ProjectDetails, Error> {
    lock(tx, id, Until::Changed)?;
    let before = details(&mut tx.all_seeing(), &Reference::Id(id))?.ok_or(Error::Gone)?;
    if before.project.date_archived.is_some() == archived {
        return Ok(before);
    }
    let date = archived.then(|| tx.now().naive_utc());
    diesel::update(projects::table.find(id.0))
        .set(projects::date_archived.eq(date))
        .execute(tx.connection())?;
    recorded(tx, id, if archived { Action::ProjectArchived } else { Action::ProjectRestored })
}

/// Deletes a project; its name is free again, and the tokens that were good for it alone end.
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
    tokens::revoke_for(tx, id)?;
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
pub(super) enum Until {
    /// Others may go on to refer to the project.
    Changed,
    /// No one may begin to.
    Deleted,
}

/// Makes other changes of the project wait, so that the state in the journal is the one that this
/// change leaves. Its owner; on SQLite all other writers wait anyway.
pub(super) fn lock(tx: &mut Transaction<'_>, id: ProjectId, until: Until) -> Result<UserId, Error> {
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
    let (details, owner_added) =
        whole(&mut tx.all_seeing(), &Reference::Id(id))?.ok_or(Error::Gone)?;
    tx.record(action, id, Some(id), &State::new(&details, owner_added))?;
    Ok(details)
}
