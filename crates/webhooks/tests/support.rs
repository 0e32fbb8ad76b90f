//! What the tests share: a laboratory with projects in which something happens, and a webhook.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use omicron_auth::Secret;
use omicron_domain::{
    Actor, Delivery, EventFilter, ManualClock, NewProject, NewUser, Page, ProjectChange, ProjectId,
    Timestamp, Viewer, Webhook, WebhookDraft, WebhookId,
};
use omicron_persistence::feed::{self, Filter};
use omicron_persistence::webhooks::{self, Work};
use omicron_persistence::{
    Database, Engine, EngineOptions, Options, Transaction, View, positions, projects, users,
};
use omicron_tests::{Backend, TestDatabase};
use omicron_webhooks::{Desk, Letter, Reply};
use std::sync::Arc;
use std::time::Duration;

/// A laboratory whose clock stands still and whose events get positions when a test says so.
pub struct Lab {
    pub db: Database,
    pub clock: Arc<ManualClock>,
    engine: Engine,
    /// What is done to them is the subjects of events.
    pub projects: Vec<ProjectId>,
    test: TestDatabase,
}

/// The fixture of `on_both!`.
pub fn lab(backend: Backend) -> Lab {
    let migrate = |url: &str| drop(Database::create(url, Options::default()).unwrap());
    let test = TestDatabase::migrated(backend, migrate);
    let noon = Timestamp::from_timestamp(1_795_521_600, 0).unwrap();
    let clock = Arc::new(ManualClock::at(noon));
    let options = Options { clock: clock.clone(), ..Options::default() };
    let db = Database::open(test.url(), options).unwrap();
    let options = EngineOptions { seal_after: None, ..EngineOptions::default() };
    let engine = Engine::start(db.clone(), options).unwrap();
    let ann = NewUser {
        username: "ann".parse().unwrap(),
        email: "ann@example.org".parse().unwrap(),
        password_hash: "!".to_owned(),
        administrator: false,
        approved: true,
    };
    let ann = db.write(&Actor::command_line(), |tx| users::create(tx, &ann)).unwrap();
    let begin = |name: &str| {
        let new = NewProject {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
            owner: ann.id,
            members: Vec::new(),
        };
        db.write(&Actor::command_line(), |tx| projects::create(tx, &new)).unwrap().project.id
    };
    let projects = ["Alloys", "Polymers", "Crystals"].map(begin).to_vec();
    Lab { db, clock, engine, projects, test }
}

impl Lab {
    /// A webhook for what happens from now on, of one project or of all.
    pub fn webhook(&self, project: Option<ProjectId>, filter: EventFilter) -> Webhook {
        self.webhook_at("https://chat.example/hook", project, filter)
    }

    /// As [`Lab::webhook`], at this address.
    pub fn webhook_at(
        &self,
        url: &str,
        project: Option<ProjectId>,
        filter: EventFilter,
    ) -> Webhook {
        positions::seal(&self.db).unwrap();
        let draft = WebhookDraft {
            url: url.to_owned(),
            description: "".parse().unwrap(),
            filter,
            enabled: true,
        };
        self.db.write(&Actor::command_line(), |tx| webhooks::create(tx, project, &draft)).unwrap()
    }

    pub fn find(&self, id: WebhookId) -> Option<Webhook> {
        self.db.read(Viewer::Everything, |view| webhooks::find(view, id)).unwrap()
    }

    pub fn remove(&self, id: WebhookId) {
        let remove = |tx: &mut Transaction<'_>| match webhooks::lock(tx, id)? {
            Some(webhook) => webhooks::remove(tx, &webhook),
            None => Ok(()),
        };
        self.db.write(&Actor::command_line(), remove).unwrap();
    }

    /// Something happens to one of the projects.
    pub fn happen(&self, project: usize) {
        self.happen_often(project, 1);
    }

    /// Something happens to one of the projects so many times at once.
    pub fn happen_often(&self, project: usize, times: usize) {
        let change = ProjectChange { description: Some("new".parse().unwrap()), name: None };
        let id = self.projects[project % self.projects.len()];
        let change = |tx: &mut Transaction<'_>| {
            (0..times).try_for_each(|_| projects::change(tx, id, &change).map(drop))
        };
        self.db.write(&Actor::command_line(), change).unwrap();
    }

    /// Which webhooks have something to do, to someone who looks for the first time.
    pub fn work(&self) -> Vec<WebhookId> {
        let look = |view: &mut View<'_>| webhooks::work(view, &Work::default());
        self.db.read(Viewer::Everything, look).unwrap().webhooks
    }

    /// A webhook is changed to ask for this.
    pub fn ask_for(&self, id: WebhookId, filter: &EventFilter) {
        let ask = |tx: &mut Transaction<'_>| {
            let webhook = webhooks::lock(tx, id)?.unwrap();
            let draft = WebhookDraft { filter: filter.clone(), ..webhook.draft.clone() };
            webhooks::store(tx, &webhook, draft)
        };
        self.db.write(&Actor::command_line(), ask).unwrap();
    }

    /// A webhook is set to a position.
    pub fn replay(&self, id: WebhookId, from: i64) {
        let replay = |tx: &mut Transaction<'_>| {
            let webhook = webhooks::lock(tx, id)?.unwrap();
            webhooks::replay(tx, &webhook, from)
        };
        self.db.write(&Actor::command_line(), replay).unwrap();
    }

    pub fn seal(&self) {
        positions::seal(&self.db).unwrap();
    }

    /// The positions of all that happened after this one, in a project or anywhere.
    pub fn positions_after(&self, position: i64, project: Option<ProjectId>) -> Vec<i64> {
        let all = Filter { project, ..Filter::default() };
        let part = self.db.read(Viewer::Everything, |view| feed::after(view, position, &all, 5000));
        part.unwrap().entries.iter().map(|entry| entry.position).collect()
    }

    /// Runs statements past the crates.
    pub fn sql(&self, statements: &str) {
        match self.test.url().strip_prefix("sqlite:///") {
            Some(path) => SqliteConnection::establish(path).unwrap().batch_execute(statements),
            None => PgConnection::establish(self.test.url()).unwrap().batch_execute(statements),
        }
        .unwrap();
    }

    pub fn desk(&self) -> Desk {
        let secret = Secret::new(&"correct horse battery staple, twice".into()).unwrap();
        Desk::new(self.engine.clone(), secret)
    }

    pub fn deliveries(&self, id: WebhookId) -> Vec<Delivery> {
        let all = |view: &mut View<'_>| webhooks::deliveries(view, id, None, Page::default());
        self.db.read(Viewer::Everything, all).unwrap().items
    }

    pub fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }
}

pub fn answer(letter: Letter, status: u16) -> (Letter, Reply) {
    slow_answer(letter, status, 0)
}

/// An answer that took so many seconds.
pub fn slow_answer(letter: Letter, status: u16, seconds: u64) -> (Letter, Reply) {
    (letter, Reply::Answer { status, retry_after: None, took: Duration::from_secs(seconds) })
}

pub fn position(letter: &Letter) -> i64 {
    letter.delivery().position
}
