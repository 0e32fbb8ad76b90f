//! What the tests share: a laboratory on either database, and people who do something in it.

use omicron_auth::{Caller, PasswordProof};
use omicron_domain::{
    Actor, Credential, Grant, Invalid, ManualClock, MemberRole, NewProject, NewToken, NewUser,
    ProjectDetails, ProjectId, Reference, Scopes, Timestamp, Token, User, UserId, UserStatus,
    Viewer,
};
use omicron_persistence::{
    Database, Error as DatabaseError, Options, Transaction, View, events_of, positions, projects,
    tokens, users,
};
use omicron_service::projects::Which;
use omicron_service::{Error, service_accounts, users::Who};
use omicron_tests::{Backend, TestDatabase};
use std::cell::RefCell;
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::{Arc, Barrier};

/// A laboratory of a test's own, with a clock that stands still.
pub struct Lab {
    pub db: Database,
    pub clock: Arc<ManualClock>,
    _test: TestDatabase,
}

/// 2026-11-24T12:00:00Z.
pub fn noon() -> Timestamp {
    Timestamp::from_timestamp(1_795_521_600, 0).unwrap()
}

/// The fixture of `on_both!`.
pub fn lab(backend: Backend) -> Lab {
    let migrate = |url: &str| drop(Database::create(url, Options::default()).unwrap());
    let test = TestDatabase::migrated(backend, migrate);
    let clock = Arc::new(ManualClock::at(noon()));
    let options = Options { clock: clock.clone(), ..Options::default() };
    Lab { db: Database::open(test.url(), options).unwrap(), clock, _test: test }
}

/// That something was refused for this reason.
macro_rules! assert_refused {
    ($outcome:expr, $reason:pat $(if $condition:expr)?) => {
        match $outcome {
            Err($reason) $(if $condition)? => (),
            other => panic!("not {}: {other:?}", stringify!($reason)),
        }
    };
}
pub(crate) use assert_refused;

pub fn parsed<T: FromStr<Err = Invalid>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text:?} {error}"))
}

pub fn new_user(name: &str) -> NewUser {
    NewUser {
        username: parsed(name),
        email: parsed(&format!("{name}@example.org")),
        password_hash: format!("$2b$04$of-{name}"),
        administrator: false,
        approved: true,
    }
}

pub fn grant(scopes: &str) -> Grant {
    Grant { scopes: scopes.parse().unwrap(), project: None }
}

/// Good for everything, in this project alone.
pub fn within(project: ProjectId) -> Grant {
    Grant { scopes: Scopes::EVERYTHING, project: Some(project) }
}

pub fn id_of(caller: &Caller) -> Who {
    Who::Id(caller.user.id)
}

/// What comes of the same thing when four do it at the same time.
pub fn at_once<T: Send>(work: impl Fn() -> T + Sync) -> Vec<T> {
    let together = Barrier::new(4);
    std::thread::scope(|scope| {
        let begin = || {
            together.wait();
            work()
        };
        let threads = [(); 4].map(|()| scope.spawn(begin));
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

impl Lab {
    /// Someone who has just shown their password.
    pub fn someone(&self, new: &NewUser) -> Caller {
        let user = self.prepare(|tx| users::create(tx, new));
        let proof = Some(PasswordProof::of(&new.password_hash));
        Caller { user, credential: Credential::Password, grant: None, proof }
    }

    pub fn person(&self, name: &str) -> Caller {
        self.someone(&new_user(name))
    }

    pub fn administrator(&self, name: &str) -> Caller {
        self.someone(&NewUser { administrator: true, ..new_user(name) })
    }

    /// Someone who is gone for good.
    pub fn anonymised(&self, name: &str) -> User {
        let id = self.person(name).user.id;
        self.prepare(|tx| users::anonymise(tx, id))
    }

    pub fn project(&self, name: &str, owner: &Caller) -> ProjectDetails {
        let (name, description) = (parsed(name), parsed("Hardness of aluminium alloys"));
        let new = NewProject { name, description, owner: owner.user.id, members: vec![] };
        self.prepare(|tx| projects::create(tx, &new))
    }

    pub fn join(&self, project: ProjectId, who: &Caller, role: MemberRole) {
        self.prepare(|tx| projects::add_member(tx, project, who.user.id, role));
    }

    pub fn archive(&self, project: ProjectId) {
        self.prepare(|tx| projects::set_archived(tx, project, true));
    }

    pub fn service_account(&self, name: &str, project: ProjectId, by: &Caller) -> User {
        let (which, name) = (Which::Id(project), parsed(name));
        let made = self
            .write(by, |tx| service_accounts::create(tx, by, &which, &name, MemberRole::Member));
        made.unwrap()
    }

    /// A token for an hour; its keyed hash consists of this number.
    pub fn token_of(&self, user: UserId, number: u8, grant: Grant) -> Token {
        let expiration_date = Some(self.db.clock().now() + chrono::TimeDelta::hours(1));
        let new = NewToken { user, name: None, grant, expiration_date };
        self.prepare(|tx| tokens::create(tx, &new, &[number; 32]))
    }

    /// Someone who comes with a new token of theirs.
    pub fn with_token(&self, owner: &Caller, number: u8, grant: Grant) -> Caller {
        let token = self.token_of(owner.user.id, number, grant);
        let credential = Credential::Token(token.id);
        Caller { credential, grant: Some(grant), proof: None, ..owner.clone() }
    }

    /// How many live tokens someone has.
    pub fn live_tokens(&self, user: UserId) -> usize {
        self.db.read(Viewer::Everything, |view| tokens::live(view, user)).unwrap().len()
    }

    pub fn user(&self, id: UserId) -> User {
        let found = self.db.read(Viewer::Everything, |view| users::find(view, &Reference::Id(id)));
        found.unwrap().unwrap()
    }

    pub fn status(&self, id: UserId) -> UserStatus {
        self.user(id).status
    }

    /// What remains of someone's password.
    pub fn stored_hash(&self, caller: &Caller) -> String {
        let name = &caller.user.username;
        let found = self.db.read(Viewer::Everything, |view| users::find_with_password(view, name));
        found.unwrap().unwrap().1
    }

    /// The project as it is, whoever sees it.
    pub fn details(&self, id: ProjectId) -> ProjectDetails {
        let which = Reference::Id(id);
        self.db.read(Viewer::Everything, |view| projects::details(view, &which)).unwrap().unwrap()
    }

    /// How often something has happened to this.
    pub fn events(&self, subject: impl Into<omicron_domain::Subject>) -> usize {
        self.actions(subject).len()
    }

    /// What the journal says was done to this, in order.
    pub fn actions(&self, subject: impl Into<omicron_domain::Subject>) -> Vec<String> {
        let subject = subject.into();
        let events = self.db.read(Viewer::Everything, |view| events_of(view, subject, 0)).unwrap();
        events.into_iter().map(|event| event.action).collect()
    }

    /// The last position, once everything has one.
    pub fn sealed(&self) -> i64 {
        positions::seal(&self.db).unwrap();
        self.db.read(Viewer::Everything, positions::last_position).unwrap()
    }

    /// What happens in a test before what it is about.
    pub fn prepare<T>(&self, work: impl Fn(&mut Transaction<'_>) -> Result<T, DatabaseError>) -> T {
        self.db.write(&Actor::command_line(), work).unwrap()
    }

    pub fn write<T>(
        &self,
        by: &Caller,
        work: impl Fn(&mut Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.db.write(&by.actor(None), work)
    }

    /// For what must not happen beside something like it.
    pub fn write_alone<T>(
        &self,
        by: &Caller,
        work: impl Fn(&mut Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.db.write_serializable(&by.actor(None), work)
    }

    pub fn read<T>(
        &self,
        by: &Caller,
        work: impl Fn(&mut View<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.db.read(by.viewer(), work)
    }

    /// What would come of it; nothing of it is kept.
    pub fn attempt<T: Debug>(
        &self,
        by: &Caller,
        work: impl Fn(&mut Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let outcome = RefCell::new(None);
        let undone = self.write(by, |tx| {
            outcome.replace(Some(work(tx)));
            Err::<(), _>(Error::Changed)
        });
        assert_refused!(undone, Error::Changed);
        outcome.into_inner().unwrap()
    }
}
