//! Making the place where a database lives.

use crate::Error;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use std::path::Path;

/// An empty file that only its owner can read, and the folder around it.
pub(crate) fn file(path: &Path) -> Result<(), Error> {
    if path.exists() {
        return Ok(());
    }
    let failed = |error| Error::File(path.to_owned(), error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    match private_file(path) {
        Ok(_) => Ok(()),
        // Another one that starts at the same time was first.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// A new file that only its owner can read.
pub(crate) fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The database that the URL names, made from the server's maintenance database.
pub(crate) fn postgres(url: &str) -> Result<(), Error> {
    if PgConnection::establish(url).is_ok() {
        return Ok(());
    }
    let unreachable = |error: ConnectionError| Error::Unavailable(Box::new(error));
    let (server, name) = split(url).ok_or_else(|| Error::BadUrl("it names no database".into()))?;
    let mut connection = PgConnection::establish(&server).map_err(unreachable)?;
    let known: Found = diesel::sql_query(
        "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1) AS found,
                format('CREATE DATABASE %I ENCODING ''UTF8'' TEMPLATE template0', $1) AS make",
    )
    .bind::<Text, _>(&name)
    .get_result(&mut connection)?;
    if known.found {
        // It is there, and refuses us: let the caller see why.
        return PgConnection::establish(url).map(drop).map_err(unreachable);
    }
    let made = diesel::sql_query(known.make).execute(&mut connection);
    // Another one that starts at the same time may have been first.
    if made.is_err() && PgConnection::establish(url).is_ok() {
        return Ok(());
    }
    made?;
    Ok(())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
    /// The statement that makes it, with the name quoted by the server itself.
    #[diesel(sql_type = Text)]
    make: String,
}

/// The URL of the maintenance database on the same server, and the name of the database.
fn split(url: &str) -> Option<(String, String)> {
    let (base, query) = url.split_once('?').map_or((url, ""), |(base, query)| (base, query));
    let (server, name) = base.split_once("://")?.1.rsplit_once('/')?;
    let name = percent_decoded(name)?;
    (!name.is_empty()).then(|| (format!("postgresql://{server}/postgres?{query}"), name))
}

pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}
