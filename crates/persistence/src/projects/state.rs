//! What the journal keeps of a project, and back.

use crate::users::SummaryRow;
use crate::{Error, Event, View, stored};
use diesel::prelude::*;
use omicron_domain::{
    Member, MemberRole, Project, ProjectDetails, ProjectId, ProjectRole, Role, Timestamp, UserId,
    UserSummary,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Ids in place of people, so that a person can be forgotten.
#[derive(Serialize, Deserialize)]
pub(super) struct State {
    id: ProjectId,
    name: String,
    description: String,
    owner: UserId,
    /// Since when the owner belongs to it.
    owner_added: Timestamp,
    members: Vec<MemberState>,
    date_created: Timestamp,
    date_archived: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct MemberState {
    user: UserId,
    role: String,
    date_added: Timestamp,
}

impl State {
    pub(super) fn new(details: &ProjectDetails, owner_added: Timestamp) -> Self {
        let project = &details.project;
        let member = |member: &Member| MemberState {
            user: member.user.id,
            role: Role::from(member.role).as_str().to_owned(),
            date_added: member.date_added,
        };
        Self {
            id: project.id,
            name: project.name.as_str().to_owned(),
            description: project.description.as_str().to_owned(),
            owner: project.owner.id,
            owner_added,
            members: details.members.iter().map(member).collect(),
            date_created: project.date_created,
            date_archived: project.date_archived,
        }
    }

    /// The state that an event left; `None` if that is that the project is gone, or was erased.
    pub(super) fn left_by(event: Event) -> Result<Option<Self>, Error> {
        let Some(payload) = event.payload else { return Ok(None) };
        serde_json::from_str(&payload).map_err(corrupt)
    }

    /// Everyone who is in it.
    pub(super) fn people(&self) -> impl Iterator<Item = UserId> {
        self.members.iter().map(|member| member.user).chain([self.owner])
    }

    pub(super) fn owner(&self) -> UserId {
        self.owner
    }

    /// The project, with its people as they are called now.
    pub(super) fn project(&self, people: &People) -> Result<Project, Error> {
        Ok(Project {
            id: self.id,
            name: stored("the name in a project's payload", self.name.clone())?,
            description: stored(
                "the description in a project's payload",
                self.description.clone(),
            )?,
            date_created: self.date_created,
            date_archived: self.date_archived,
            owner: person(people, self.owner)?,
        })
    }

    /// Those who belonged to it beside its owner, by id.
    pub(super) fn members(&self, people: &People) -> Result<Vec<Member>, Error> {
        let member = |one: &MemberState| {
            let role: MemberRole = one.role.parse().map_err(corrupt)?;
            let user = person(people, one.user)?;
            Ok(Member { user, role: role.into(), date_added: one.date_added })
        };
        self.members.iter().map(member).collect()
    }

    /// Everyone who belonged to it, by id.
    pub(super) fn everyone(&self, people: &People) -> Result<Vec<Member>, Error> {
        let (user, date_added) = (person(people, self.owner)?, self.owner_added);
        let mut all = self.members(people)?;
        all.push(Member { user, role: ProjectRole::Owner, date_added });
        all.sort_by_key(|member| member.user.id);
        Ok(all)
    }
}

/// People by their ids.
pub(super) type People = HashMap<UserId, UserSummary>;

/// Those with these ids, as they are called now.
pub(super) fn people(
    view: &mut View<'_>,
    ids: impl Iterator<Item = UserId>,
) -> Result<People, Error> {
    use crate::tables::users;
    let mut ids: Vec<i64> = ids.map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut people = People::with_capacity(ids.len());
    // A statement of SQLite has a limited number of places for values.
    for some in ids.chunks(1000) {
        let rows: Vec<SummaryRow> = users::table
            .filter(users::id.eq_any(some))
            .select(SummaryRow::as_select())
            .load(view.connection)?;
        for row in rows {
            let summary = UserSummary::try_from(row)?;
            people.insert(summary.id, summary);
        }
    }
    Ok(people)
}

fn person(people: &People, id: UserId) -> Result<UserSummary, Error> {
    people.get(&id).cloned().ok_or_else(|| corrupt(format!("it names the person {id}")))
}

fn corrupt(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Corrupt("a project's payload", error.into())
}
