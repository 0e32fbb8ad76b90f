//! Who belongs to a project, and as what.

use super::change::{Until, lock, recorded};
use super::details;
use crate::connection::{AnyConnection, MultiBackend};
use crate::error::OrTaken;
use crate::tables::{project_members, projects};
use crate::{Error, Transaction};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{
    Action, Member, MemberRole, ProjectDetails, ProjectId, ProjectRole, Reference, Timestamp,
    UserId, UserSummary,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = project_members, check_for_backend(MultiBackend))]
pub(super) struct MemberRow {
    role: String,
    date_added: NaiveDateTime,
}

impl MemberRow {
    pub(super) fn with_user(self, user: UserSummary, owns: bool) -> Result<Member, Error> {
        let date_added = self.date_added();
        Ok(Member { user, role: self.role(owns)?, date_added })
    }

    pub(super) fn date_added(&self) -> Timestamp {
        self.date_added.and_utc()
    }

    /// What the row says, unless they own the project.
    pub(super) fn role(&self, owns: bool) -> Result<ProjectRole, Error> {
        if owns {
            return Ok(ProjectRole::Owner);
        }
        let role = self.role.parse::<MemberRole>();
        let role = role.map_err(|error| Error::Corrupt("project_members.role", Box::new(error)))?;
        Ok(role.into())
    }
}

// Without defaults, PostgreSQL keeps the statement prepared.
#[derive(Insertable)]
#[diesel(table_name = project_members, treat_none_as_default_value = false)]
struct NewRow {
    project_id: i64,
    user_id: i64,
    date_added: NaiveDateTime,
    role: &'static str,
}

pub(super) fn insert_members(
    tx: &mut Transaction<'_>,
    project: ProjectId,
    users: &[UserId],
    role: MemberRole,
) -> Result<(), Error> {
    let date_added = tx.now().naive_utc();
    let row = |user: &UserId| NewRow {
        project_id: project.0,
        user_id: user.0,
        date_added,
        role: role.as_str(),
    };
    match tx.connection() {
        // One statement each costs nothing here.
        AnyConnection::Sqlite(connection) => users.iter().try_for_each(|user| {
            diesel::insert_into(project_members::table)
                .values(row(user))
                .execute(connection)
                .map(drop)
        }),
        AnyConnection::Postgres(connection) => match users {
            [user] => diesel::insert_into(project_members::table)
                .values(row(user))
                .execute(connection)
                .map(drop),
            // One round trip for all, whose statement is another for each number of them.
            users => diesel::insert_into(project_members::table)
                .values(users.iter().map(row).collect::<Vec<_>>())
                .execute(connection)
                .map(drop),
        },
    }
    .or_taken(Error::AlreadyMember)
}

/// Adds someone to a project.
///
/// ```
/// # use omicron_domain::{Actor, MemberRole, ProjectId, UserId};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| {
///     projects::add_member(tx, ProjectId(1), UserId(1), MemberRole::Viewer)
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
    role: MemberRole,
) -> Result<ProjectDetails, Error> {
    lock(tx, id, Until::Changed)?;
    insert_members(tx, id, &[user], role)?;
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

/// Makes a member something else; if they are it already, nothing is recorded.
///
/// ```
/// # use omicron_domain::{Actor, MemberRole, ProjectId, UserId};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| {
///     projects::set_role(tx, ProjectId(1), UserId(1), MemberRole::Maintainer)
/// });
/// assert!(matches!(nothing, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::OwnerStays`]; [`Error::Gone`] if there is no such project, or no such member.
pub fn set_role(
    tx: &mut Transaction<'_>,
    id: ProjectId,
    user: UserId,
    role: MemberRole,
) -> Result<ProjectDetails, Error> {
    if lock(tx, id, Until::Changed)? == user {
        return Err(Error::OwnerStays);
    }
    let before = details(&mut tx.all_seeing(), &Reference::Id(id))?.ok_or(Error::Gone)?;
    let member = before.members.iter().find(|member| member.user.id == user);
    if member.ok_or(Error::Gone)?.role == role.into() {
        return Ok(before);
    }
    store_role(tx, id, user, role)?;
    recorded(tx, id, Action::ProjectMemberChanged)
}

fn store_role(
    tx: &mut Transaction<'_>,
    id: ProjectId,
    user: UserId,
    role: MemberRole,
) -> Result<(), Error> {
    diesel::update(project_members::table.find((id.0, user.0)))
        .set(project_members::role.eq(role.as_str()))
        .execute(tx.connection())?;
    Ok(())
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
    let from = lock(tx, id, Until::Changed)?;
    let membership = project_members::table.find((id.0, to.0));
    let belongs: bool =
        diesel::select(diesel::dsl::exists(membership)).get_result(tx.connection())?;
    if !belongs {
        insert_members(tx, id, &[to], MemberRole::Member)?;
    }
    store_role(tx, id, from, MemberRole::Member)?;
    diesel::update(projects::table.filter(projects::id.eq(id.0)))
        .set(projects::owner_id.eq(to.0))
        .execute(tx.connection())?;
    recorded(tx, id, Action::ProjectHandedOver)
}
