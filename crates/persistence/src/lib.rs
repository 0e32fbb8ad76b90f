//! An Omicron database, on SQLite or PostgreSQL, with no server around it.
//!
//! A [`Database`] is opened by its URL. It is read with someone's eyes and changed in
//! transactions that say who acts; each change leaves an event in the journal, in the same
//! transaction. Nothing here needs a runtime: it serves an importer as well as a server, which
//! wraps it in an [`Engine`].
//!
//! ```
//! use omicron_domain::{Actor, NewProject, NewUser, Page, UserId, Viewer};
//! use omicron_persistence::{Database, Error, Options, events_of, projects, users};
//!
//! // In memory; "sqlite:///lab.sqlite3" is a file, "postgres://user@host/lab" a server.
//! let db = Database::create("sqlite://", Options::default())?;
//!
//! // All of it happens, or nothing of it. The closure may be run again: it only changes `tx`.
//! let (ann, alloys) = db.write(&Actor::command_line(), |tx| {
//!     let ann = users::create(tx, &NewUser {
//!         username: "ann".parse().unwrap(),
//!         email: "ann@example.org".parse().unwrap(),
//!         password_hash: "!".to_owned(), // nobody can log in with it
//!         administrator: false,
//!         approved: true,
//!     })?;
//!     let alloys = projects::create(tx, &NewProject {
//!         name: "Alloys".parse().unwrap(),
//!         description: "Hardness of aluminium alloys".parse().unwrap(),
//!         owner: ann.id,
//!         members: vec![],
//!     })?;
//!     Ok::<_, Error>((ann, alloys.project))
//! })?;
//!
//! // Ann sees her project; someone else sees nothing.
//! let seen_by = |viewer| db.read(viewer, |view| projects::list(view, None, Page::default()));
//! assert_eq!(seen_by(Viewer::User(ann.id))?.items, [alloys.clone()]);
//! assert_eq!(seen_by(Viewer::User(UserId(999)))?.items, []);
//!
//! // And the journal knows how it came about.
//! let history = db.read(Viewer::Everything, |view| events_of(view, alloys.id, 0))?;
//! assert_eq!(history[0].action, "project.created");
//! # Ok::<(), Error>(())
//! ```
//!
//! | to | there is |
//! | --- | --- |
//! | open, read, write | [`Database`], [`Options`], [`View`], [`Transaction`] |
//! | work on the tables | [`users`], [`tokens`], [`nonces`], [`projects`], [`records`], [`comments`], [`signatures`], [`templates`] |
//! | tell others what happens | [`webhooks`] |
//! | do what is asked for twice once | [`idempotency`] |
//! | see what happened | [`events_of`], [`Event`] |
//! | see how things were | [`positions`] |
//! | bring tables up to date | [`upgrade`], [`downgrade`], [`migration_status`] |
//! | copy a database in use | [`backup`] |
//! | serve many callers | [`Engine`], [`EngineOptions`], [`Lane`] |
//! | say what went wrong | [`Error`], [`Failure`], [`Refused`] |

pub mod audit;
mod backup;
mod begin;
pub mod checkpoints;
pub mod comments;
mod connection;
mod database;
mod engine;
mod error;
pub mod feed;
pub mod idempotency;
mod journal;
mod lane;
mod migrate;
pub mod nonces;
mod options;
pub mod positions;
pub mod projects;
pub mod proofs;
mod provision;
mod purge;
mod queue;
mod random;
pub mod records;
pub mod resets;
mod sealer;
mod sight;
pub mod signatures;
mod tables;
mod target;
pub mod templates;
pub mod tokens;
mod transaction;
pub mod users;
pub mod webhooks;
mod writer;

pub use backup::backup;
pub use database::Database;
pub use engine::{Engine, EngineOptions};
pub use error::{Error, Failure};
pub use journal::{Event, events_of, state_of_version};
pub use lane::{Lane, Refused};
pub use migrate::{MigrationStatus, downgrade, migration_status, upgrade};
pub use options::Options;
pub use purge::purge;
pub use random::random_bytes;
pub use transaction::{Transaction, View};

/// A stored text as the domain's type; one that the domain refuses is named by its column.
fn stored<T>(column: &'static str, text: String) -> Result<T, Error>
where
    T: TryFrom<String, Error: std::error::Error + Send + Sync + 'static>,
{
    T::try_from(text).map_err(|error| Error::Corrupt(column, Box::new(error)))
}

/// The text with LIKE's own characters made plain.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
