//! Copies of a database that is in use.

use crate::connection::AnyConnection;
use crate::provision::private_file;
use crate::target::Target;
use crate::{Database, Error};
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::path::Path;
use std::process::Command;

/// Writes a consistent copy of the database into a new file while others go on working: a SQLite
/// database, or what `pg_restore` reads.
///
/// ```
/// use omicron_persistence::{Database, Error, Options, backup};
///
/// let folder = tempfile::tempdir().unwrap();
/// let options = Options { base_directory: folder.path().to_owned(), ..Options::default() };
/// let db = Database::create("sqlite:///lab.sqlite3", options.clone())?;
/// backup(&db, &folder.path().join("copy.sqlite3"))?;
/// assert!(Database::open("sqlite:///copy.sqlite3", options).is_ok());
/// # Ok::<(), Error>(())
/// ```
///
/// PostgreSQL's own `pg_dump` does the work there, and has to be in `PATH`.
///
/// # Errors
/// [`Error::Exists`] if the file is there already, [`Error::NoProgram`] without a `pg_dump`;
/// [`Error::File`], [`Error::Query`] if the copy fails, after which no file is left.
pub fn backup(db: &Database, path: &Path) -> Result<(), Error> {
    private_file(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
        _ => Error::File(path.to_owned(), error),
    })?;
    let copied = match db.target() {
        Target::Postgres(url) => dump(url, path),
        Target::SqliteFile(_) | Target::SqliteMemory => vacuum_into(db, path),
    };
    if copied.is_err() {
        // What is half written is of no use, and would be in the way of the next attempt.
        let _ = std::fs::remove_file(path);
    }
    copied
}

fn vacuum_into(db: &Database, path: &Path) -> Result<(), Error> {
    db.apart(|connection| {
        if let AnyConnection::Sqlite(connection) = connection {
            diesel::sql_query("VACUUM INTO ?")
                .bind::<Text, _>(path.to_string_lossy())
                .execute(connection)?;
        }
        Ok(())
    })?;
    let failed = |error| Error::File(path.to_owned(), error);
    std::fs::File::open(path).and_then(|file| file.sync_all()).map_err(failed)
}

fn dump(url: &str, path: &Path) -> Result<(), Error> {
    let (url, password) = without_password(url);
    let mut command = Command::new("pg_dump");
    command.arg("--format=custom").arg("--file").arg(path).arg("--dbname").arg(url);
    if let Some(password) = password {
        // Other people on the machine can read a command's arguments, not its environment.
        command.env("PGPASSWORD", password);
    }
    let output = command.output().map_err(|error| Error::NoProgram("pg_dump", error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Query(String::from_utf8_lossy(&output.stderr).into_owned().into()))
}

/// A connection URI with the password taken out of it.
fn without_password(url: &str) -> (String, Option<String>) {
    let split = || {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (user, host) = rest[..end].rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        let password = crate::provision::percent_decoded(password)?;
        Some((format!("{scheme}://{name}@{host}{}", &rest[end..]), password))
    };
    match split() {
        Some((url, password)) => (url, Some(password)),
        None => (url.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_never_stands_among_the_arguments() {
        let (url, password) = without_password("postgresql://ann:s%40fe@db:5432/lab?a=b");
        assert_eq!(url, "postgresql://ann@db:5432/lab?a=b");
        assert_eq!(password.as_deref(), Some("s@fe"));
        assert_eq!(without_password("postgresql://db/lab").1, None);
    }
}
