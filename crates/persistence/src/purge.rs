//! What is erased, out of the files too.

use crate::connection::AnyConnection;
use crate::{Database, Error};
use diesel::connection::SimpleConnection;

/// Empties the log of SQLite's latest changes, which holds pages as they were before rows were
/// erased. To be called after people were made unknown. It waits for readers, five seconds at most;
/// PostgreSQL takes care of its pages by itself.
///
/// ```
/// # use omicron_persistence::{Database, Error, Options, purge};
/// # let db = Database::create("sqlite://", Options::default())?;
/// purge(&db)?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn purge(db: &Database) -> Result<(), Error> {
    db.apart(|connection| match connection {
        AnyConnection::Sqlite(connection) => {
            Ok(connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?)
        }
        AnyConnection::Postgres(_) => Ok(()),
    })
}
