//! A made-up laboratory: people, projects, samples, experiments and their history, of any size.
//!
//! It is there to try Omicron on, to test and to measure it. The same plan gives the same lab, whatever
//! the database: the same people, titles, data, links and edits, in the same order. Only ids and salts
//! differ, and the day on which it ends.
//!
//! ```
//! use omicron_demo::{Plan, fill};
//! use omicron_persistence::{Database, Options};
//!
//! let db = Database::create("sqlite://", Options::default())?;
//! let filled = fill(&db, &Plan { size: 60, ..Plan::default() }, |_| ())?;
//! assert_eq!(filled.records, 60);
//! assert!(filled.changes > 0); // what was begun went on: most records have several versions
//!
//! // A lab that is in use is left alone.
//! assert!(matches!(fill(&db, &Plan::default(), |_| ()), Err(omicron_demo::Error::InUse)));
//! # Ok::<(), omicron_demo::Error>(())
//! ```
//!
//! | file | holds |
//! | --- | --- |
//! | `fields/` | what the lab knows of alloys, batteries, polymers, spectra and pictures |
//! | `form` | what is measured: the schema of a template, and values that satisfy it |
//! | `staff`, `random`, `calendar` | who, by which chance, at which hour |
//! | `story/` | what happens, in order, without any database |
//! | `write` | the story, written down in the name of whoever acts |

mod calendar;
mod fields;
mod form;
mod random;
mod staff;
mod story;
mod write;

pub use write::{Error, Filled, fill};

use omicron_domain::{NewUser, Timestamp};

/// What is to be made up.
///
/// ```
/// let plan = omicron_demo::Plan { size: 50, ..Default::default() };
/// assert!(plan.visitor.is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How many records: people and projects grow with it, more slowly.
    pub size: usize,
    /// What all chance follows from.
    pub seed: u64,
    /// Someone who looks after every project of the lab beside those who are made up.
    pub visitor: Option<NewUser>,
    /// When the history ends, after two years: with the week that was over then. The present of the
    /// database if it is not said.
    pub until: Option<Timestamp>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { size: 1000, seed: 1, visitor: None, until: None }
    }
}
