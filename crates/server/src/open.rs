//! Opening the database, for the server and for commands.

use crate::error::Error;
use crate::settings::{BadSetting, Settings};
use omicron_persistence::{Database, Error as Failure, Options, migration_status};
use std::error::Error as _;

/// Connections for commands, which do one thing at a time.
const FEW: u32 = 2;

/// The database for a server with so many connections. An embedded one is made or brought up to
/// date; one on a server only if that was asked for, since others may use it.
///
/// # Errors
/// A database that can't be reached, or whose version is not that of this program.
pub fn for_serving(settings: &Settings, connections: u32) -> Result<Database, Error> {
    let url = settings.database_url.expose();
    if settings.database_url.is_server() && !settings.auto_migrate {
        return Database::open(url, options(settings, connections)).map_err(explained);
    }
    let db = Database::create(url, options(settings, connections)).map_err(explained)?;
    let status = migration_status(&db)?;
    match status.unknown.last() {
        Some(found) => Err(Error::Newer { found: found.clone(), expected: status.newest }),
        None => Ok(db),
    }
}

/// A database that exists, and is of this program's version.
///
/// # Errors
/// As [`for_serving`]; one in memory exists nowhere else.
pub fn existing(settings: &Settings) -> Result<Database, Error> {
    refuse_memory(settings)?;
    Database::open(settings.database_url.expose(), options(settings, FEW)).map_err(explained)
}

/// A database that exists, whatever its version.
///
/// # Errors
/// As [`existing`].
pub fn of_any_version(settings: &Settings) -> Result<Database, Error> {
    refuse_memory(settings)?;
    Database::connect(settings.database_url.expose(), options(settings, FEW)).map_err(explained)
}

/// A database that is made if there is none, and brought up to date.
///
/// # Errors
/// As [`existing`].
pub fn created(settings: &Settings) -> Result<Database, Error> {
    refuse_memory(settings)?;
    Database::create(settings.database_url.expose(), options(settings, FEW)).map_err(explained)
}

/// A database to fill: made if there is none, or none with tables; one that has tables is left at the
/// version that it is at.
///
/// # Errors
/// As [`existing`].
pub fn to_fill(settings: &Settings) -> Result<Database, Error> {
    match existing(settings) {
        Err(Error::NoFile(_) | Error::NoDatabase(_)) => created(settings),
        Err(Error::Older { found, .. }) if !found.starts_with(char::is_numeric) => {
            created(settings)
        }
        other => other,
    }
}

fn refuse_memory(settings: &Settings) -> Result<(), Error> {
    if settings.database_url.is_memory() { Err(Error::InMemory) } else { Ok(()) }
}

fn options(settings: &Settings, connections: u32) -> Options {
    let base_directory = settings.base_directory().to_owned();
    Options { base_directory, connections, ..Options::default() }
}

/// The error, with what there is to do about it.
fn explained(error: Failure) -> Error {
    match error {
        Failure::BadUrl(why) => BadSetting::new("DATABASE_URL", format!("is bad: {why}")).into(),
        Failure::Missing(path) => Error::NoFile(path),
        // Versions are digits, all as many.
        Failure::Version { found, expected }
            if found.starts_with(char::is_numeric) && found > expected =>
        {
            Error::Newer { found, expected }
        }
        Failure::Version { found, expected } => Error::Older { found, expected },
        error if is_no_such_database(&error) => Error::NoDatabase(error),
        error => error.into(),
    }
}

/// PostgreSQL tells it in words alone.
fn is_no_such_database(error: &Failure) -> bool {
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    matches!(error, Failure::Unavailable(_))
        && said.contains("database \"")
        && said.contains("does not exist")
}
