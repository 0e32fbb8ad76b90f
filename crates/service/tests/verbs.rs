//! The verbs of a project, and one person of each kind to try them.

use crate::support::{Lab, parsed};
use omicron_auth::Caller;
use omicron_domain::{
    MemberRole, Permission, ProjectChange, ProjectDetails, ProjectId, Scopes, User,
};
use omicron_persistence::Transaction;
use omicron_service::projects::Which;
use omicron_service::users::Who;
use omicron_service::{Error, Unchanged, members, projects, service_accounts};

/// A project and one person of each kind.
pub struct Cast {
    pub id: ProjectId,
    pub people: Vec<(&'static str, Caller)>,
    /// Another member, to whom things are done.
    max: User,
    instrument: User,
}

impl Cast {
    pub fn of(lab: &Lab) -> Self {
        let people = ["stranger", "viewer", "member", "maintainer", "owner", "administrator"];
        let people = people.map(|name| match name {
            "administrator" => (name, lab.administrator(name)),
            _ => (name, lab.person(name)),
        });
        let id = lab.project("Alloys", &people[4].1).project.id;
        lab.join(id, &people[1].1, MemberRole::Viewer);
        lab.join(id, &people[2].1, MemberRole::Member);
        lab.join(id, &people[3].1, MemberRole::Maintainer);
        let max = lab.person("max");
        lab.join(id, &max, MemberRole::Member);
        lab.person("newcomer");
        let instrument = lab.service_account("furnace", id, &people[4].1);
        Self { id, people: people.to_vec(), max: max.user, instrument }
    }

    pub fn named(&self, name: &str) -> &Caller {
        &self.people.iter().find(|(other, _)| *other == name).unwrap().1
    }
}

/// What someone does to the project.
pub type Deed = fn(
    &mut Transaction<'_>,
    &Caller,
    &Cast,
    &Which,
    Unchanged<'_, ProjectDetails>,
) -> Result<(), Error>;

pub struct Verb {
    pub permission: Permission,
    /// Who may, the least of them first.
    pub may: &'static [&'static str],
    /// What a token has to be good for.
    pub scopes: &'static [&'static str],
    pub deed: Deed,
}

const ADMIN: &[&str] = &["admin"];
const WRITE: &[&str] = &["write", "admin"];

pub const CHANGE: Verb = Verb {
    permission: Permission::ChangeProject,
    may: &["maintainer", "owner", "administrator"],
    scopes: WRITE,
    deed: |tx, by, _, which, unchanged| {
        let change = ProjectChange { name: Some(parsed("Steels")), description: None };
        projects::change(tx, by, which, &change, unchanged).map(drop)
    },
};

pub const ARCHIVE: Verb = Verb {
    permission: Permission::ArchiveProject,
    may: &["owner", "administrator"],
    scopes: ADMIN,
    deed: |tx, by, _, which, unchanged| {
        projects::set_archived(tx, by, which, true, unchanged).map(drop)
    },
};

pub const DELETE: Verb = Verb {
    permission: Permission::DeleteProject,
    may: &["owner", "administrator"],
    scopes: ADMIN,
    deed: |tx, by, _, which, unchanged| projects::delete(tx, by, which, unchanged),
};

pub const ADD: Verb = Verb {
    permission: Permission::ManageMembers,
    may: &["maintainer", "owner", "administrator"],
    scopes: ADMIN,
    deed: |tx, by, _, which, unchanged| {
        members::add(tx, by, which, ("newcomer", MemberRole::Member), unchanged).map(drop)
    },
};

pub const REMOVE: Verb = Verb {
    permission: Permission::ManageMembers,
    may: &["maintainer", "owner", "administrator"],
    scopes: ADMIN,
    deed: |tx, by, cast, which, unchanged| {
        members::remove(tx, by, which, &Who::Id(cast.max.id), unchanged)
    },
};

pub const LEAVE: Verb = Verb {
    permission: Permission::LeaveProject,
    may: &["viewer", "member", "maintainer"],
    scopes: WRITE,
    deed: |tx, by, _, which, unchanged| {
        members::remove(tx, by, which, &Who::Id(by.user.id), unchanged)
    },
};

pub const SET_ROLE: Verb = Verb {
    permission: Permission::ManageMembers,
    may: &["maintainer", "owner", "administrator"],
    scopes: ADMIN,
    deed: |tx, by, cast, which, unchanged| {
        let made = (&Who::Id(cast.max.id), MemberRole::Viewer);
        members::set_role(tx, by, which, made, unchanged).map(drop)
    },
};

pub const HAND_OVER: Verb = Verb {
    permission: Permission::HandOverProject,
    may: &["owner", "administrator"],
    scopes: ADMIN,
    deed: |tx, by, _, which, unchanged| {
        members::hand_over(tx, by, which, "max", unchanged).map(drop)
    },
};

/// These have no condition on the project's state.
pub const ADD_INSTRUMENT: Verb = Verb {
    permission: Permission::ManageServiceAccounts,
    may: &["maintainer", "owner", "administrator"],
    scopes: ADMIN,
    deed: |tx, by, _, which, _| {
        service_accounts::create(tx, by, which, &parsed("balance"), MemberRole::Member).map(drop)
    },
};

pub const ISSUE_TOKEN: Verb = Verb {
    permission: Permission::MakeServiceTokens,
    may: &["maintainer", "owner", "administrator"],
    scopes: &[], // takes a password
    deed: |tx, by, cast, which, _| {
        let scopes = Scopes::EVERYTHING;
        let draft = service_accounts::Draft { name: None, scopes, lifetime: None };
        let which = (which, &Who::Id(cast.instrument.id));
        service_accounts::create_token(tx, by, which, &[9; 32], &draft).map(drop)
    },
};

pub const CONDITIONAL: [Verb; 8] =
    [CHANGE, ARCHIVE, DELETE, ADD, REMOVE, LEAVE, SET_ROLE, HAND_OVER];

pub fn verbs() -> impl Iterator<Item = Verb> {
    CONDITIONAL.into_iter().chain([ADD_INSTRUMENT, ISSUE_TOKEN])
}
