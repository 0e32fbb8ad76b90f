//! Migrations: embedded, in pairs for both databases, one at a time under a lock.

use crate::connection::AnyConnection;
use crate::target::Target;
use crate::{Database, Error, begin, provision};
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What version a database is at, and what this program knows beyond it.
///
/// ```
/// use omicron_persistence::{Database, Error, Options, migration_status};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let status = migration_status(&db)?;
/// assert_eq!(status.applied.last(), Some(&status.newest));
/// assert!(status.pending.is_empty() && status.unknown.is_empty());
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The migrations that the database has had, oldest first.
    pub applied: Vec<String>,
    /// Those that this program knows and the database has not had.
    pub pending: Vec<String>,
    /// Those that the database has had and this program does not know: it was made by a newer one.
    pub unknown: Vec<String>,
    /// The newest that this program knows.
    pub newest: String,
}

/// What version a database is at.
///
/// ```
/// use omicron_persistence::{Database, Error, Options, migration_status};
///
/// let db = Database::connect("sqlite://", Options::default())?;
/// assert!(migration_status(&db)?.applied.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Unavailable`].
pub fn migration_status(db: &Database) -> Result<MigrationStatus, Error> {
    let mut pooled = db.checkout()?;
    pooled
        .with(|pooled| match &mut pooled.connection {
            AnyConnection::Sqlite(connection) => status_on(connection, SQLITE),
            AnyConnection::Postgres(connection) => status_on(connection, POSTGRES),
        })
        .map_err(Error::Migration)
}

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
/// [`Error::Migration`]; then the database is as it was.
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
/// [`Error::Migration`]; then the database is as it was.
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
        return Ok(());
    }
    let found = status.applied.last().cloned().unwrap_or_else(|| "none".to_owned());
    Err(Error::Version { found, expected: status.newest })
}

fn status_on<DB: diesel::backend::Backend>(
    connection: &mut impl MigrationHarness<DB>,
    source: impl MigrationSource<DB>,
) -> Outcome<MigrationStatus> {
    let text = |version: &MigrationVersion<'_>| version.to_string();
    let mut applied: Vec<_> = connection.applied_migrations()?.iter().map(text).collect();
    applied.sort();
    let mut known: Vec<_> =
        source.migrations()?.iter().map(|migration| text(&migration.name().version())).collect();
    known.sort();
    let beyond = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|version| !those.contains(version)).cloned().collect()
    };
    Ok(MigrationStatus {
        pending: beyond(&known, &applied),
        unknown: beyond(&applied, &known),
        newest: known.last().cloned().unwrap_or_default(),
        applied,
    })
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
    let mut pooled = db.checkout()?;
    pooled.with(|pooled| {
        let connection = &mut pooled.connection;
        // A table that is rebuilt loses its references for a moment; switched off outside the
        // transaction, where alone SQLite hears it.
        set_foreign_keys(connection, false)?;
        begin::write(connection, begin::Isolation::ReadCommitted)?;
        let result = take_lock(connection)
            .and_then(|()| work(connection).map_err(Error::Migration))
            .and_then(|value| check_references(connection).map(|()| value))
            .and_then(|value| begin::commit(connection).map(|()| value));
        if result.is_err() && begin::rollback(connection).is_err() {
            pooled.condemn();
            return result;
        }
        set_foreign_keys(&mut pooled.connection, true)?;
        result
    })
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
