//! How transactions begin and end, where the databases differ.

use crate::Error;
use crate::connection::AnyConnection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::Error::DatabaseError;
use diesel::{QueryResult, SqliteConnection};
use std::time::{Duration, Instant};

/// How long a change waits for SQLite's lock that someone else holds.
pub(crate) const SQLITE_PATIENCE: Duration = Duration::from_secs(5);

/// What SQLite says then; neither it nor diesel gives a number here.
pub(crate) const LOCKED: &str = "database is locked";

type Manager = <AnyConnection as diesel::Connection>::TransactionManager;

/// What a transaction sees of others that run at the same time. SQLite has one writer: whatever
/// is asked for, nothing runs at the same time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Isolation {
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// As if one ran after the other.
    Serializable,
}

/// One moment for all statements of a read; a second round trip that PostgreSQL is spared.
pub(crate) fn read(connection: &mut AnyConnection) -> Result<(), Error> {
    match connection {
        AnyConnection::Sqlite(sqlite) => Ok(AnsiTransactionManager::begin_transaction(sqlite)?),
        AnyConnection::Postgres(_) => Ok(()),
    }
}

pub(crate) fn end_read(connection: &mut AnyConnection) -> Result<(), Error> {
    match connection {
        AnyConnection::Sqlite(sqlite) => Ok(AnsiTransactionManager::commit_transaction(sqlite)?),
        AnyConnection::Postgres(_) => Ok(()),
    }
}

/// Until when a change may wait that begins to wait now.
pub(crate) fn deadline() -> Instant {
    Instant::now() + SQLITE_PATIENCE
}

/// Begins a change. Whoever asked waits for SQLite's lock until the deadline; PostgreSQL's are waited
/// for statement by statement.
pub(crate) fn write(
    connection: &mut AnyConnection,
    isolation: Isolation,
    deadline: Instant,
) -> Result<(), Error> {
    match connection {
        AnyConnection::Sqlite(sqlite) => begin_immediate(sqlite, deadline)?,
        AnyConnection::Postgres(postgres) => {
            let begin = match isolation {
                Isolation::ReadCommitted => "BEGIN",
                Isolation::Serializable => "BEGIN ISOLATION LEVEL SERIALIZABLE",
            };
            AnsiTransactionManager::begin_transaction_sql(postgres, begin)?;
        }
    }
    Ok(())
}

/// Waits for SQLite's one lock. A deferred transaction that turns from reading to writing would
/// fail where this one waits.
///
/// SQLite has no queue: it looks again after pauses that grow to a tenth of a second, and against a
/// busy writer it would hardly ever find the moment between two transactions. So the pauses begin
/// anew, and stay below ten milliseconds.
fn begin_immediate(connection: &mut SqliteConnection, deadline: Instant) -> QueryResult<()> {
    let patience = format!("PRAGMA busy_timeout = {}", SQLITE_PATIENCE.as_millis());
    let statements = format!("PRAGMA busy_timeout = 20; BEGIN IMMEDIATE; {patience}");
    loop {
        match AnsiTransactionManager::begin_transaction_sql(connection, &statements) {
            Ok(()) => return Ok(()),
            Err(DatabaseError(_, said))
                if said.message() == LOCKED && Instant::now() < deadline => {}
            Err(error) => return connection.batch_execute(&patience).and(Err(error)),
        }
    }
}

/// A transaction inside the transaction.
pub(crate) fn savepoint(connection: &mut AnyConnection) -> Result<(), Error> {
    Ok(Manager::begin_transaction(connection)?)
}

/// Ends the innermost transaction or savepoint, keeping what it did.
pub(crate) fn commit(connection: &mut AnyConnection) -> Result<(), Error> {
    let committed = match connection {
        AnyConnection::Sqlite(_) => Manager::commit_transaction(connection),
        // PostgreSQL answers the COMMIT of a transaction in which a statement has failed with a
        // ROLLBACK and no error. The SELECT fails there, in the same round trip.
        AnyConnection::Postgres(postgres) => postgres.batch_execute("SELECT 1; COMMIT"),
    };
    committed.map_err(|error| match Error::from(error) {
        // The server may have committed before the connection broke.
        Error::Unavailable(source) => Error::Uncertain(source),
        other => other,
    })
}

/// Ends the innermost transaction or savepoint, undoing what it did.
pub(crate) fn rollback(connection: &mut AnyConnection) -> Result<(), Error> {
    Ok(Manager::rollback_transaction(connection)?)
}

/// Undoes all that is not committed; a failed commit may have left nothing to undo.
pub(crate) fn abandon(connection: &mut AnyConnection) -> Result<(), Error> {
    loop {
        match Manager::rollback_transaction(connection) {
            Ok(()) => {}
            Err(diesel::result::Error::NotInTransaction) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
