//! What the tests share: a laboratory on either database, raw SQL, and a way to wait for futures.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use omicron_domain::{
    Actor, Credential, Grant, Invalid, ManualClock, Member, NewProject, NewToken, NewUser,
    ProjectDetails, Timestamp, TokenId, User, UserId, UserSummary, Viewer,
};
use omicron_persistence::{Database, Error, Options, Transaction, projects, users};
use omicron_tests::{Backend, TestDatabase};
use std::future::Future;
use std::pin::{Pin, pin};
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

/// A laboratory of a test's own, with a clock that stands still.
pub struct Lab {
    pub db: Database,
    pub clock: Arc<ManualClock>,
    pub test: TestDatabase,
}

/// 2026-11-24T12:00:00Z and some, so that a rounded time is noticed.
pub fn noon() -> Timestamp {
    Timestamp::from_timestamp_micros(1_795_521_600_123_456).unwrap()
}

/// The fixture of `on_both!`.
pub fn lab(backend: Backend) -> Lab {
    let migrate = |url: &str| drop(Database::create(url, Options::default()).unwrap());
    let test = TestDatabase::migrated(backend, migrate);
    let clock = Arc::new(ManualClock::at(noon()));
    let options = Options { clock: clock.clone(), ..Options::default() };
    let db = Database::open(test.url(), options).unwrap();
    Lab { db, clock, test }
}

pub fn parsed<T: FromStr<Err = Invalid>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text:?} {error}"))
}

pub fn new_user(name: &str) -> NewUser {
    NewUser {
        username: parsed(name),
        email: parsed("ann@example.org"),
        password_hash: "$2b$12$SECRET-HASH".to_owned(),
        administrator: false,
        approved: true,
    }
}

pub fn new_project(name: &str, owner: UserId, members: &[UserId]) -> NewProject {
    let description = parsed("Hardness of aluminium alloys");
    NewProject { name: parsed(name), description, owner, members: members.to_vec() }
}

/// A token of someone's that is good for everything.
pub fn new_token(user: UserId, expiration_date: Timestamp) -> NewToken {
    let (name, grant) = (None, Grant::EVERYTHING);
    NewToken { user, name, grant, expiration_date: Some(expiration_date) }
}

/// Who they are.
pub fn people(members: &[Member]) -> Vec<UserSummary> {
    members.iter().map(|member| member.user.clone()).collect()
}

/// Someone whose every trace in the journal can be told from others'.
pub fn actor() -> Actor {
    Actor {
        user: Some(UserId(77)),
        credential: Some(Credential::Token(TokenId(5))),
        request_id: Some(parsed("c0ffee00-cafe-4bad-8000-00000000000f")),
        viewer: Viewer::Everything,
    }
}

impl Lab {
    pub fn write<T>(
        &self,
        work: impl Fn(&mut Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.db.write(&actor(), work)
    }

    pub fn person(&self, name: &str) -> User {
        self.write(|tx| users::create(tx, &new_user(name))).unwrap()
    }

    pub fn project(&self, name: &str, owner: &User, members: &[&User]) -> ProjectDetails {
        let members: Vec<UserId> = members.iter().map(|member| member.id).collect();
        self.write(|tx| projects::create(tx, &new_project(name, owner.id, &members))).unwrap()
    }

    /// Runs statements past the crate, on a connection of their own.
    pub fn sql(&self, statements: &str) -> Result<(), String> {
        Raw::connect(self.test.url()).execute(statements)
    }

    /// What a statement selects as text in the column `value`.
    pub fn values(&self, query: &str) -> Vec<String> {
        Raw::connect(self.test.url()).values(query)
    }

    pub fn count(&self, table: &str) -> usize {
        self.values(&format!("SELECT CAST(count(*) AS TEXT) AS value FROM {table}"))[0]
            .parse()
            .unwrap()
    }
}

/// A connection that knows nothing of the crate.
pub enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Text)]
    value: String,
}

impl Raw {
    pub fn connect(url: &str) -> Self {
        match url.strip_prefix("sqlite:///") {
            Some(path) => Self::Sqlite(SqliteConnection::establish(path).unwrap()),
            None => Self::Postgres(PgConnection::establish(url).unwrap()),
        }
    }

    pub fn execute(&mut self, statements: &str) -> Result<(), String> {
        match self {
            Self::Sqlite(connection) => connection.batch_execute(statements),
            Self::Postgres(connection) => connection.batch_execute(statements),
        }
        .map_err(|error| error.to_string())
    }

    pub fn values(&mut self, query: &str) -> Vec<String> {
        let query = diesel::sql_query(query);
        let rows: Vec<Value> = match self {
            Self::Sqlite(connection) => query.load(connection).unwrap(),
            Self::Postgres(connection) => query.load(connection).unwrap(),
        };
        rows.into_iter().map(|row| row.value).collect()
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future on this thread: the engine needs no runtime.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        std::thread::park();
    }
}

/// A future that has been started, so that its job stands in the queue.
pub fn started<T>(
    future: impl Future<Output = T> + Send + 'static,
) -> Pin<Box<dyn Future<Output = T> + Send>> {
    let mut future: Pin<Box<dyn Future<Output = T> + Send>> = Box::pin(future);
    let first = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(first.is_pending(), "the job was refused, or done at once");
    future
}
