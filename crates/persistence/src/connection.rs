//! Connections of either kind, and the pool's way of making and judging them.

use crate::{Error, begin, target::Target};
use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, Selectable, SqliteConnection};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A connection to either database, for statements that both understand.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    /// Of the embedded database.
    Sqlite(SqliteConnection),
    /// Of a PostgreSQL server.
    Postgres(PgConnection),
}

/// Does the same with whichever connection this is. A statement that is run on an [`AnyConnection`]
/// has its SQL written out each time, to be looked up among those that are prepared; one that is run
/// on the connection inside is found by its type. For what is asked for thousands of times a second.
macro_rules! either {
    ($connection:expr, $inner:ident => $work:expr) => {
        match $connection {
            $crate::connection::AnyConnection::Sqlite($inner) => $work,
            $crate::connection::AnyConnection::Postgres($inner) => $work,
        }
    };
}
pub(crate) use either;

/// The columns that a row is made of, for a statement that is run by [`either`].
pub(crate) fn columns<Row: Selectable<MultiBackend>>() -> Row::SelectExpression {
    Row::construct_selection()
}

/// What the pool keeps: a connection, and whether it may be used again.
pub(crate) struct Pooled {
    pub(crate) connection: AnyConnection,
    generation: u64,
    condemned: bool,
}

impl Pooled {
    /// Lends the connection to some work. What the work leaves open, because it failed or
    /// panicked, is undone: a database in memory would go with its connection.
    pub(crate) fn with<T, E>(
        &mut self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = catch_unwind(AssertUnwindSafe(|| work(&mut self.connection)));
        if !matches!(result, Ok(Ok(_))) && begin::abandon(&mut self.connection).is_err() {
            self.condemn();
        }
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// What it holds is not known, so it is never to be used again.
    pub(crate) fn condemn(&mut self) {
        self.condemned = true;
    }
}

/// Makes connections; all those of a generation end together when their server goes away.
#[derive(Clone)]
pub(crate) struct Manager {
    pub(crate) target: Arc<Target>,
    generation: Arc<AtomicU64>,
}

impl Manager {
    pub(crate) fn new(target: Target) -> Self {
        Self { target: Arc::new(target), generation: Arc::default() }
    }

    /// Ends the generation that `pooled` belongs to: its sisters are as dead as it is.
    pub(crate) fn end_generation(&self, pooled: &mut Pooled) {
        pooled.condemn();
        let (old, new) = (pooled.generation, pooled.generation + 1);
        // Someone else may have ended it already.
        let _ = self.generation.compare_exchange(old, new, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(crate) fn is_usable(&self, pooled: &Pooled) -> bool {
        !pooled.condemned && pooled.generation == self.generation.load(Ordering::Relaxed)
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled, Error> {
        let generation = self.generation.load(Ordering::Relaxed);
        let connection = match &*self.target {
            Target::SqliteFile(path) => sqlite(&path.to_string_lossy())?,
            Target::SqliteMemory => sqlite(":memory:")?,
            Target::Postgres(url) => postgres(url)?,
        };
        Ok(Pooled { connection, generation, condemned: false })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Error> {
        Ok(pooled.connection.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        !self.is_usable(pooled)
    }
}

fn unreachable_because(error: diesel::ConnectionError) -> Error {
    Error::Unavailable(Box::new(error))
}

fn sqlite(path: &str) -> Result<AnyConnection, Error> {
    let mut connection = SqliteConnection::establish(path).map_err(unreachable_because)?;
    let settings = format!(
        "PRAGMA busy_timeout = {};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA recursive_triggers = ON;
         -- What is erased is gone from the file, too.
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;",
        begin::SQLITE_PATIENCE.as_millis()
    );
    // Of several that change a new file to WAL at the same moment, SQLite refuses some at once,
    // whatever its time-out.
    let deadline = begin::deadline();
    loop {
        match connection.batch_execute(&settings).map_err(Error::from) {
            Err(Error::Overloaded) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(1));
            }
            set => return set.map(|()| AnyConnection::Sqlite(connection)),
        }
    }
}

fn postgres(url: &str) -> Result<AnyConnection, Error> {
    let mut connection = PgConnection::establish(url).map_err(unreachable_because)?;
    // diesel binds LIMIT, for which PostgreSQL would plan each call anew.
    connection.batch_execute(
        "SET statement_timeout = '10s'; SET lock_timeout = '900ms';
         SET idle_in_transaction_session_timeout = '60s';
         SET plan_cache_mode = force_generic_plan; SET timezone = 'UTC';
         SET default_transaction_isolation = 'read committed';",
    )?;
    let Encoding { server_encoding } =
        diesel::sql_query("SHOW server_encoding").get_result(&mut connection)?;
    if server_encoding != "UTF8" {
        return Err(Error::NotUtf8(server_encoding));
    }
    Ok(AnyConnection::Postgres(connection))
}

#[derive(diesel::QueryableByName)]
struct Encoding {
    #[diesel(sql_type = diesel::sql_types::Text)]
    server_encoding: String,
}
