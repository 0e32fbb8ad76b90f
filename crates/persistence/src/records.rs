//! Experiments, samples, protocols and instruments: the verbs over `records` and what hangs on them.
//!
//! A row's `state` is what the journal keeps of its last change, word for word: a record of today and
//! one of the past are read by the same code. The other columns, and the tables of tags, people and
//! links, are what lists are sorted and searched by.

mod change;
mod graph;
mod list;
mod one;
mod past;
mod state;

pub use change::{NewRecord, create, set_trashed, store, unlock};
pub use graph::{Edge, edges};
pub use list::{count, list, of_template};
pub use one::{any_in, find, find_all, history, lock};
pub use past::{PastRecords, find_at, list_at};
pub use state::{of_event, reason_of};
