//! What is erased, out of the files too.

use crate::connection::AnyConnection;
use crate::{Database, Error};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;

#[derive(QueryableByName)]
struct Outcome {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Empties the log of SQLite's latest changes, which holds pages as they were before rows were
/// erased. To be called after people were made unknown, and again if someone reads just then: writers
/// wait for it, so it waits for nobody for long. PostgreSQL takes care of its pages by itself.
///
/// ```
/// # use omicron_persistence::{Database, Error, Options, purge};
/// # let db = Database::create("sqlite://", Options::default())?;
/// purge(&db)?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Overloaded`] if someone reads; those of the database.
pub fn purge(db: &Database) -> Result<(), Error> {
    if !db.is_embedded() {
        return Ok(());
    }
    db.apart(|connection| {
        let AnyConnection::Sqlite(connection) = connection else { return Ok(()) };
        connection.batch_execute("PRAGMA busy_timeout = 50")?;
        let outcome = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(connection);
        // A database in memory has one connection, which goes on to be used.
        connection.batch_execute(&format!(
            "PRAGMA busy_timeout = {}",
            crate::begin::SQLITE_PATIENCE.as_millis()
        ))?;
        match outcome? {
            Outcome { busy: 0 } => Ok(()),
            Outcome { .. } => Err(Error::Overloaded),
        }
    })
}
