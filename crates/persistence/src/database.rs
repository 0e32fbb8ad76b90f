//! The database: opened by URL, read and written in units of work.

use crate::connection::{AnyConnection, Manager};
use crate::target::Target;
use crate::{Error, Failure, Options, Transaction, View, begin, migrate, random_bytes};
use omicron_domain::{Actor, Clock, Viewer};
use r2d2::{ManageConnection, PooledConnection};
use std::sync::Arc;
use std::time::Duration;

/// How often work is run that others are in the way of.
const ATTEMPTS: u64 = 5;

/// An Omicron database, on SQLite or PostgreSQL. Clones share its connections.
///
/// ```
/// use omicron_domain::{Actor, NewProject, NewUser, Page, Viewer};
/// use omicron_persistence::{Database, Error, Options, projects, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let ann = NewUser {
///     username: "ann".parse().unwrap(),
///     email: "ann@example.org".parse().unwrap(),
///     password_hash: "!".to_owned(),
///     administrator: false,
///     approved: true,
/// };
/// db.write(&Actor::command_line(), |tx| {
///     let ann = users::create(tx, &ann)?;
///     projects::create(tx, &NewProject {
///         name: "Alloys".parse().unwrap(),
///         description: "Hardness of aluminium alloys".parse().unwrap(),
///         owner: ann.id,
///         members: vec![],
///     })
/// })?;
/// let all = db.read(Viewer::Everything, |view| projects::list(view, None, Page::default()))?;
/// assert_eq!(all.items[0].owner.username.as_str(), "ann");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Database {
    pool: r2d2::Pool<Manager>,
    manager: Manager,
    clock: Arc<dyn Clock>,
}

impl Database {
    /// Opens a database that exists; its tables must be those of this program.
    ///
    /// # Errors
    /// [`Error::BadUrl`], [`Error::Missing`], [`Error::Unavailable`]; [`Error::Version`] if it has
    /// to be upgraded first, or was made by a newer program.
    pub fn open(url: &str, options: Options) -> Result<Self, Error> {
        let db = Self::connect(url, options)?;
        migrate::check(&db)?;
        Ok(db)
    }

    /// Opens a database, after making it if there is none and bringing its tables up to date.
    ///
    /// # Errors
    /// As [`Database::open`], and [`Error::Migration`].
    pub fn create(url: &str, options: Options) -> Result<Self, Error> {
        migrate::create(&Target::parse(url, &options.base_directory)?)?;
        let db = Self::connect(url, options)?;
        migrate::upgrade(&db)?;
        Ok(db)
    }

    /// Opens a database whatever the state of its tables, to look at its version or change it.
    ///
    /// # Errors
    /// [`Error::BadUrl`], [`Error::Missing`], [`Error::Unavailable`].
    pub fn connect(url: &str, options: Options) -> Result<Self, Error> {
        let target = Target::parse(url, &options.base_directory)?;
        if let Target::SqliteFile(path) = &target
            && !path.exists()
        {
            return Err(Error::Missing(path.clone()));
        }
        let in_memory = target == Target::SqliteMemory;
        let manager = Manager::new(target);
        if !in_memory {
            // Fails here with the reason, where the pool would wait for better times.
            drop(manager.connect()?);
        }
        let pool = r2d2::Pool::builder()
            .max_size(if in_memory { 1 } else { options.connections.max(1) })
            .min_idle(Some(0))
            .test_on_check_out(false)
            .max_lifetime(None)
            .idle_timeout(if in_memory { None } else { Some(Duration::from_mins(10)) })
            .connection_timeout(options.patience)
            .error_handler(Box::new(r2d2::LoggingErrorHandler))
            .build_unchecked(manager.clone());
        Ok(Self { pool, manager, clock: options.clock })
    }

    /// Whether this is the embedded database.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.manager.target.is_sqlite()
    }

    /// The clock that the database goes by.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn target(&self) -> &Target {
        &self.manager.target
    }

    /// Looks at the database with a viewer's eyes. The work may be run again if the connection
    /// turns out to be dead, so it has no effect but its result.
    ///
    /// On SQLite all of it sees one moment; on PostgreSQL each statement does.
    ///
    /// # Errors
    /// The work's own, and [`Error::Unavailable`].
    pub fn read<T, E: Failure>(
        &self,
        viewer: Viewer,
        work: impl Fn(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.persistently(|connection| {
            begin::read(connection)?;
            let result = work(&mut View::new(connection, viewer, self.clock.now()));
            begin::end_read(connection)?;
            result
        })
    }

    /// Changes the database on behalf of an actor: all of the work happens, or nothing of it. The
    /// work may be run again after a conflict, so it has no effect but on the transaction. Work
    /// that meets an error of the database ends with one: PostgreSQL keeps nothing else of it.
    ///
    /// # Errors
    /// The work's own; [`Error::Conflict`] if others are in the way again and again,
    /// [`Error::Unavailable`], [`Error::DiskFull`].
    pub fn write<T, E: Failure>(
        &self,
        actor: &Actor,
        work: impl Fn(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transact(begin::Isolation::ReadCommitted, actor, work)
    }

    /// As [`Database::write`], and as if no one else changed anything at the same time: for rules
    /// over several rows, such as that the last administrator stays.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub fn write_serializable<T, E: Failure>(
        &self,
        actor: &Actor,
        work: impl Fn(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transact(begin::Isolation::Serializable, actor, work)
    }

    fn transact<T, E: Failure>(
        &self,
        isolation: begin::Isolation,
        actor: &Actor,
        work: impl Fn(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.persistently(|connection| {
            begin::write(connection, isolation, begin::deadline())?;
            let value = work(&mut Transaction::new(connection, actor, self.clock.now()))?;
            begin::commit(connection)?;
            Ok(value)
        })
    }

    /// Runs work on a connection of the pool, again if that may help.
    fn persistently<T, E: Failure>(
        &self,
        work: impl Fn(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut attempt = 0;
        loop {
            let mut pooled = self.checkout()?;
            let error = match pooled.with(&work) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let Some(cause) = error.database() else { return Err(error) };
            if matches!(cause, Error::Unavailable(_)) {
                self.manager.end_generation(&mut pooled);
            }
            attempt += 1;
            if attempt == ATTEMPTS || !cause.is_worth_retrying() {
                return Err(error);
            }
            drop(pooled);
            // Not all at the same moment again.
            let [jitter] = random_bytes()?;
            std::thread::sleep(Duration::from_millis(u64::from(jitter % 16) * attempt));
        }
    }

    pub(crate) fn checkout(&self) -> Result<PooledConnection<Manager>, Error> {
        loop {
            let pooled = self.pool.get().map_err(|error| self.no_connection(error))?;
            if self.manager.is_usable(&pooled) {
                return Ok(pooled);
            }
            // Dropped, and with it taken out of the pool.
        }
    }

    fn no_connection(&self, error: r2d2::Error) -> Error {
        // As many as there may be, and others work with all of them.
        if self.pool.state().connections >= self.pool.max_size() {
            return Error::Overloaded;
        }
        Error::Unavailable(Box::new(error))
    }

    /// Lends a connection of its own, outside the pool; a database in memory has none but one.
    pub(crate) fn apart<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match self.target() {
            Target::SqliteMemory => self.checkout()?.with(work),
            _ => self.manager.connect()?.with(work),
        }
    }
}
