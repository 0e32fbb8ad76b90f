//! What can be done with records: experiments, samples, protocols and instruments.
//!
//! Every change goes by way of a `Desk`, which knows the rules that a record of a template
//! follows: one record or ten thousand are checked by the same code.

use crate::Error;
use crate::projects::Which;
use omicron_domain::{
    Body, Content, Record, RecordFilter, RecordId, RecordKind, RecordPage, Relation, Status, Tag,
    TemplateId, Timestamp, Title, UserId, Username,
};
use omicron_persistence::{View, projects, records, signatures, users};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

mod bulk;
mod desk;
mod difference;
mod document;
mod graph;
mod history;
mod past;
mod patch;
mod proof;
mod write;

pub use bulk::{Done, Item, bulk};
pub use difference::{Difference, differences};
pub(crate) use document::data_of;
pub use document::{Document, Followed};
pub use graph::{Direction, Graph, graph};
pub use history::{Entry, difference, history, version};
pub use past::{PastPart, find_anywhere_at, find_at, list_at};
pub use proof::proof;
pub(crate) use write::{based, located_in};
pub use write::{change, create, revert, set_trashed, unlock};

/// Where a request says that a record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// In which project.
    pub project: Which,
    /// Of which kind.
    pub kind: RecordKind,
    /// With which id.
    pub id: RecordId,
}

/// Where a link is to lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To a record.
    Record(RecordId),
    /// To the record that an earlier item of the same request makes.
    Item(String),
}

/// What someone wants a record to say; what is `None` stays, or is as usual in a new record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// What it is called; a new record needs it.
    pub title: Option<Title>,
    /// Where it moves.
    pub status: Option<Status>,
    /// The template that it follows from now on, in its last version; `Some(None)` for none.
    pub template: Option<Option<TemplateId>>,
    /// The data of a new record, or a merge patch (RFC 7396) of an older one's; `Some(None)` empties
    /// it.
    pub data: Option<Option<Map<String, Value>>>,
    /// Words about it.
    pub body: Option<Body>,
    /// All its tags.
    pub tags: Option<Vec<Tag>>,
    /// Everyone in charge, by name.
    pub people: Option<Vec<String>>,
    /// All its links.
    pub links: Option<Vec<(Relation, Target)>>,
    /// When it begins.
    pub start: Option<Option<Timestamp>>,
    /// When it ends.
    pub end: Option<Option<Timestamp>>,
}

/// Which versions of a record a change may be made on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// It is not said; so on none.
    Unsaid,
    /// On any: the caller says that they do not care.
    Any,
    /// On one of these, which the caller has seen.
    Versions(Vec<i64>),
}

/// A record, and how people write what it says.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The record.
    pub record: Record,
    /// What it says, with people by name.
    pub document: Document,
    /// Those of its versions that people have signed, up to this one.
    pub signed: Vec<i64>,
}

impl Shown {
    /// Whether this version is signed: then nothing of the record changes until it is unlocked.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.signed.contains(&self.record.version)
    }
}

/// A part of a list of records.
#[derive(Debug, Clone)]
pub struct Part {
    /// The records of the part.
    pub records: Vec<Shown>,
    /// How many the whole list has, if it was counted.
    pub total: Option<Total>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// That many.
    pub count: i64,
    /// And more, that were not counted.
    pub more: bool,
}

/// How far a list is counted.
pub const COUNTED: i64 = 10_000;

/// One record.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see it.
pub fn find(view: &mut View<'_>, location: &Location) -> Result<Shown, Error> {
    let record = located(view, location)?;
    one_shown(view, record)
}

/// One record of any kind, wherever it is.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see it.
pub fn find_anywhere(view: &mut View<'_>, id: RecordId) -> Result<Shown, Error> {
    let record = records::find(view, id)?.ok_or(Error::NotFound("record"))?;
    one_shown(view, record)
}

/// A part of the records of one kind in a project; the first one says how many there are.
///
/// # Errors
/// [`Error::NotFound`] of the project.
pub fn list(
    view: &mut View<'_>,
    project: &Which,
    kind: RecordKind,
    filter: &RecordFilter,
    page: &RecordPage,
) -> Result<Part, Error> {
    let id = projects::find(view, project)?.ok_or(Error::NotFound("project"))?.id;
    let found = records::list(view, id, kind, filter, page)?;
    let total = if page.after.is_none() {
        let count = records::count(view, id, kind, filter, COUNTED)?;
        Some(Total { count: count.unwrap_or(COUNTED), more: count.is_none() })
    } else {
        None
    };
    Ok(Part { records: all_shown(view, found, None)?, total })
}

/// The person that a list is to be searched for; someone whom nobody knows has no records.
///
/// # Errors
/// Those of the database.
pub fn in_charge(view: &mut View<'_>, name: &str) -> Result<UserId, Error> {
    let known = match name.parse::<Username>() {
        Ok(name) => users::ids_by_key(view, &[name])?.into_values().next(),
        Err(_) => None,
    };
    Ok(known.unwrap_or(UserId(-1)))
}

impl Base {
    /// That a change may be made on this version.
    ///
    /// # Errors
    /// [`Error::Unbased`], [`Error::Outdated`].
    pub(crate) fn check(&self, version: i64) -> Result<(), Error> {
        match self {
            Self::Unsaid => Err(Error::Unbased),
            Self::Versions(versions) if !versions.contains(&version) => {
                Err(Error::Outdated { version, changes: Vec::new() })
            }
            Self::Any | Self::Versions(_) => Ok(()),
        }
    }

    /// As [`check`](Self::check), and if the caller has seen an older version, what has changed since.
    ///
    /// # Errors
    /// Those of `check`, and of looking.
    pub(crate) fn check_since(
        &self,
        version: i64,
        since: impl FnOnce(i64) -> Result<Vec<Difference>, Error>,
    ) -> Result<(), Error> {
        match (self.check(version), self) {
            (Err(Error::Outdated { .. }), Self::Versions(versions)) => {
                let seen = versions.iter().copied().filter(|seen| *seen < version).max();
                let changes = seen.map_or_else(|| Ok(Vec::new()), since)?;
                Err(Error::Outdated { version, changes })
            }
            (checked, _) => checked,
        }
    }
}

/// The record, if it is where the request says.
pub(crate) fn located(view: &mut View<'_>, location: &Location) -> Result<Record, Error> {
    let missing = || Error::NotFound(location.kind.as_str());
    let record = records::find(view, location.id)?.ok_or_else(missing)?;
    let project = match &location.project {
        Which::Id(id) => Some(*id),
        named => projects::find(view, named)?.map(|project| project.id),
    };
    if record.kind != location.kind || project != Some(record.project) {
        return Err(missing());
    }
    Ok(record)
}

pub(crate) fn one_shown(view: &mut View<'_>, record: Record) -> Result<Shown, Error> {
    one_shown_at(view, record, None)
}

/// A record as it was at a position, or is now.
pub(crate) fn one_shown_at(
    view: &mut View<'_>,
    record: Record,
    position: Option<i64>,
) -> Result<Shown, Error> {
    let names = users::names(view, &record.content.people)?;
    let document = Document::of(&record.content, &names)?;
    let signed = signatures::versions(view, std::slice::from_ref(&record), position)?;
    let signed = signed.into_values().next().unwrap_or_default();
    Ok(Shown { record, document, signed })
}

/// Records as they were at a position, or are now.
pub(crate) fn all_shown(
    view: &mut View<'_>,
    found: Vec<Record>,
    position: Option<i64>,
) -> Result<Vec<Shown>, Error> {
    let people: BTreeSet<UserId> =
        found.iter().flat_map(|record| record.content.people.iter().copied()).collect();
    let people: Vec<UserId> = people.into_iter().collect();
    let names = if people.is_empty() { HashMap::new() } else { users::names(view, &people)? };
    let mut signed = signatures::versions(view, &found, position)?;
    let shown = |record: Record| {
        let document = Document::of(&record.content, &names)?;
        let signed = signed.remove(&record.id).unwrap_or_default();
        Ok(Shown { record, document, signed })
    };
    found.into_iter().map(shown).collect()
}

/// What a version of a record says, and whether it is in the trash: for comparing two.
pub(crate) fn compared(view: &mut View<'_>, record: &Record) -> Result<Value, Error> {
    let mut said = document_of(view, &record.content)?;
    if let Some(members) = said.as_object_mut() {
        let date = serde_json::to_value(record.date_trashed).map_err(document::corrupt)?;
        members.insert("date_trashed".to_owned(), date);
    }
    Ok(said)
}

/// What a content says.
pub(crate) fn document_of(view: &mut View<'_>, content: &Content) -> Result<Value, Error> {
    let names = users::names(view, &content.people)?;
    Document::of(content, &names)?.into_value()
}
