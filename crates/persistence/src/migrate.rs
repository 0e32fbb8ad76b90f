//! Migrations: embedded, in pairs for both databases, one at a time under a lock.

use crate::connection::AnyConnection;
use crate::target::Target;
use crate::{Database, Error, begin, provision};
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::time::{Duration, Instant};

mod status;

use status::status_of;
pub use status::{MigrationStatus, migration_status};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Brings a database's tables up to date, and says which migrations that took. Of several that
/// start at once, one migrates and the others wait.
///
/// ```
/// use omicron_persistence::{Database, Error, Options, downgrade, upgrade};
///
/// let db = Database::connect("sqlite://", Options::default())?;
/// let applied = upgrade(&db)?;
/// assert_eq!(downgrade(&db)?.as_ref(), applied.last());
/// assert_eq!(upgrade(&db)?.len(), 1);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Version`] if a newer program made the database; [`Error::Migration`]. In either case
/// it is as it was.
pub fn upgrade(db: &Database) -> Result<Vec<String>, Error> {
    locked(db, |connection| match connection {
        AnyConnection::Sqlite(connection) => up(connection, SQLITE),
        AnyConnection::Postgres(connection) => up(connection, POSTGRES),
    })
}

/// Takes back the last migration, and says which it was; `None` if the database is empty.
///
/// ```
/// use omicron_persistence::{Database, Error, Options, downgrade};
///
/// let db = Database::connect("sqlite://", Options::default())?;
/// assert_eq!(downgrade(&db)?, None);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// As [`upgrade`].
pub fn downgrade(db: &Database) -> Result<Option<String>, Error> {
    locked(db, |connection| match connection {
        AnyConnection::Sqlite(connection) => down(connection, SQLITE),
        AnyConnection::Postgres(connection) => down(connection, POSTGRES),
    })
}

/// Makes the file, or the database on the server, if there is none.
pub(crate) fn create(target: &Target) -> Result<(), Error> {
    match target {
        Target::SqliteMemory => Ok(()),
        Target::SqliteFile(path) => provision::file(path),
        Target::Postgres(url) => provision::postgres(url),
    }
}

/// Refuses a database whose tables are not those of this program.
pub(crate) fn check(db: &Database) -> Result<(), Error> {
    let status = migration_status(db)?;
    if status.pending.is_empty() && status.unknown.is_empty() {
        Ok(())
    } else {
        Err(unfit(&status))
    }
}

fn unfit(status: &MigrationStatus) -> Error {
    let found = status.applied.last().cloned().unwrap_or_else(|| "none".to_owned());
    Error::Version { found, expected: status.newest.clone() }
}

fn up<DB: diesel::backend::Backend>(
    connection: &mut impl MigrationHarness<DB>,
    source: impl MigrationSource<DB>,
) -> Outcome<Vec<String>> {
    let applied = connection.run_pending_migrations(source)?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

fn down<DB: diesel::backend::Backend>(
    connection: &mut impl MigrationHarness<DB>,
    source: impl MigrationSource<DB>,
) -> Outcome<Option<String>> {
    if connection.applied_migrations()?.is_empty() {
        return Ok(None);
    }
    Ok(Some(connection.revert_last_migration(source)?.to_string()))
}

/// Runs work in one transaction, under a lock that no other migration shares.
fn locked<T>(
    db: &Database,
    work: impl FnOnce(&mut AnyConnection) -> Outcome<T>,
) -> Result<T, Error> {
    db.apart(|connection| {
        // A table that is rebuilt loses its references for a moment; switched off outside the
        // transaction, where alone SQLite hears it.
        set_foreign_keys(connection, false)?;
        let done = in_transaction(connection, work);
        // A failure's transaction still stands, and would not let the switch be turned back.
        let undone = if done.is_err() { begin::abandon(connection) } else { Ok(()) };
        let done = undone.and(done);
        set_foreign_keys(connection, true)?;
        done
    })
}

fn in_transaction<T>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Outcome<T>,
) -> Result<T, Error> {
    // Whoever migrates at the same time may take a while with it.
    let deadline = Instant::now() + Duration::from_mins(10);
    loop {
        match begin::write(connection, begin::Isolation::ReadCommitted, begin::deadline()) {
            Err(Error::Overloaded) if Instant::now() < deadline => {}
            begun => break begun?,
        }
    }
    take_lock(connection)?;
    let status = status_of(connection)?;
    if !status.unknown.is_empty() {
        return Err(unfit(&status));
    }
    let value = work(connection).map_err(Error::Migration)?;
    check_references(connection)?;
    begin::commit(connection)?;
    Ok(value)
}

/// SQLite's writer lock is held already; PostgreSQL's lock goes with the transaction, and each
/// schema of a database has its own.
fn take_lock(connection: &mut AnyConnection) -> Result<(), Error> {
    if let AnyConnection::Postgres(connection) = connection {
        diesel::sql_query("SET LOCAL lock_timeout = 0").execute(connection)?;
        diesel::sql_query("SET LOCAL statement_timeout = 0").execute(connection)?;
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('omicron migrations'), hashtext(current_schema()))")
            .execute(connection)?;
    }
    Ok(())
}

fn set_foreign_keys(connection: &mut AnyConnection, on: bool) -> Result<(), Error> {
    if let AnyConnection::Sqlite(connection) = connection {
        let pragma = if on { "PRAGMA foreign_keys = ON" } else { "PRAGMA foreign_keys = OFF" };
        connection.batch_execute(pragma)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Orphans {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = Text)]
    tables: String,
}

fn check_references(connection: &mut AnyConnection) -> Result<(), Error> {
    let AnyConnection::Sqlite(connection) = connection else { return Ok(()) };
    let orphans: Orphans = diesel::sql_query(
        "SELECT count(*) AS count, coalesce(group_concat(DISTINCT \"table\"), '') AS tables
         FROM pragma_foreign_key_check",
    )
    .get_result(connection)?;
    if orphans.count == 0 {
        return Ok(());
    }
    let said = format!("{} rows refer to nothing, in {}", orphans.count, orphans.tables);
    Err(Error::Migration(said.into()))
}
