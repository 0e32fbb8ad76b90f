//! What is done, and what records say, with numbers in the place of ids.

use crate::form::Form;
use omicron_domain::{RecordKind, Relation, Timestamp};
use serde_json::{Map, Value};

/// The number of a record in the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key(pub(crate) usize);

/// Something that someone does in a project.
pub(crate) struct Step {
    pub(crate) at: Timestamp,
    /// The number of the project.
    pub(crate) project: usize,
    /// The number of the person.
    pub(crate) who: usize,
    pub(crate) act: Act,
}

pub(crate) enum Act {
    /// Begins the project, lets people in, and makes its templates.
    Found,
    Create(Vec<Planned>),
    /// Gives a record its next version.
    Change(Key, Box<Said>),
    Comment(Key, &'static str),
    Trash(Key, bool),
    Archive,
}

/// A record that is begun.
pub(crate) struct Planned {
    pub(crate) key: Key,
    pub(crate) kind: RecordKind,
    pub(crate) said: Said,
}

/// What a record says.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) title: String,
    pub(crate) status: &'static str,
    pub(crate) form: &'static Form,
    pub(crate) data: Map<String, Value>,
    pub(crate) body: String,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) people: Vec<usize>,
    pub(crate) links: Vec<(Relation, Key)>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
}
