//! What version a database is at.

use super::{Outcome, POSTGRES, SQLITE};
use crate::connection::AnyConnection;
use crate::{Database, Error};
use diesel::backend::Backend;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::Bool;

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
    db.checkout()?.with(status_of)
}

// diesel's own, of which only reading is done here.
diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// Looks without making the table: an empty database stays empty.
pub(super) fn status_of(connection: &mut AnyConnection) -> Result<MigrationStatus, Error> {
    let known = match connection {
        AnyConnection::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(&SQLITE),
        AnyConnection::Postgres(_) => versions::<diesel::pg::Pg>(&POSTGRES),
    }
    .map_err(Error::Migration)?;
    let applied: Vec<String> = if has_history(connection)? {
        __diesel_schema_migrations::table
            .select(__diesel_schema_migrations::version)
            .order(__diesel_schema_migrations::version)
            .load(connection)?
    } else {
        Vec::new()
    };
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

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

fn has_history(connection: &mut AnyConnection) -> Result<bool, Error> {
    let found: Found = match connection {
        AnyConnection::Sqlite(connection) => diesel::sql_query(
            "SELECT EXISTS (
                 SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations') AS found",
        )
        .get_result(connection)?,
        AnyConnection::Postgres(connection) => diesel::sql_query(
            "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS found",
        )
        .get_result(connection)?,
    };
    Ok(found.found)
}

fn versions<DB: Backend>(source: &impl MigrationSource<DB>) -> Outcome<Vec<String>> {
    let migrations = source.migrations()?;
    let mut versions: Vec<_> =
        migrations.iter().map(|migration| migration.name().version().to_string()).collect();
    versions.sort();
    Ok(versions)
}
