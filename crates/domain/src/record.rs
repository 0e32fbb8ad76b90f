//! Records: what is planned, made, written down and measured in a project.

use crate::{
    Body, CommentId, CommentText, Link, ProjectId, RecordId, Status, Tag, TemplateId, Timestamp,
    Title, UserId,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a record is.
///
/// ```
/// use omicron_domain::RecordKind;
/// assert_eq!(RecordKind::from_plural("samples"), Some(RecordKind::Sample));
/// assert_eq!("protocol".parse(), Ok(RecordKind::Protocol));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// Something that is tried out.
    Experiment,
    /// A piece of matter, or a batch of it.
    Sample,
    /// How something is done.
    Protocol,
    /// Something that measures or makes.
    Instrument,
}

/// There is no kind of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be experiment, sample, protocol or instrument")]
pub struct UnknownKind;

impl RecordKind {
    /// Every kind there is.
    pub const ALL: [Self; 4] = [Self::Experiment, Self::Sample, Self::Protocol, Self::Instrument];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Experiment => "experiment",
            Self::Sample => "sample",
            Self::Protocol => "protocol",
            Self::Instrument => "instrument",
        }
    }

    /// The name of several, as it stands in addresses.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Experiment => "experiments",
            Self::Sample => "samples",
            Self::Protocol => "protocols",
            Self::Instrument => "instruments",
        }
    }

    /// The kind of which this is the plural.
    #[must_use]
    pub fn from_plural(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.plural() == text)
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RecordKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// The template that a record follows.
///
/// ```
/// use omicron_domain::{TemplateId, Version};
/// let melt = Version { template: TemplateId(3), line: 1 };
/// assert_ne!(melt, Version { line: 2, ..melt });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Version {
    /// Which one.
    pub template: TemplateId,
    /// The line of its versions, of which the last one counts: the number of the line's first.
    pub line: i64,
}

/// What people can change in a record: each change makes a new version of all of it.
///
/// Tags, people and links are sets, kept in order.
///
/// ```
/// use omicron_domain::{Content, RecordKind, Lifecycle};
///
/// let content = Content {
///     title: "Ingot 7".parse()?,
///     status: Lifecycle::of(RecordKind::Sample).first().clone(),
///     template: None,
///     data: r#"{"mass":12.5}"#.to_owned(),
///     body: "".parse()?,
///     tags: vec!["aluminium".parse()?],
///     people: vec![],
///     links: vec![],
///     start: None,
///     end: None,
/// };
/// assert_eq!(content.status.as_str(), "available");
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What it is called.
    pub title: Title,
    /// How far it has come.
    pub status: Status,
    /// The template that its data follows.
    pub template: Option<Version>,
    /// Structured data: a JSON object as compact text, with its keys in order. As text, so that a
    /// number stays what it is.
    pub data: String,
    /// Words about it, as Markdown.
    pub body: Body,
    /// What it is found by.
    pub tags: Vec<Tag>,
    /// Who is in charge.
    pub people: Vec<UserId>,
    /// The records that it hangs together with.
    pub links: Vec<Link>,
    /// When it began, or is to.
    pub start: Option<Timestamp>,
    /// When it ended, or is to.
    pub end: Option<Timestamp>,
}

impl Content {
    /// The same with its sets in order, nothing twice; of two ways to write a tag, the first.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.tags.sort_by_key(Tag::key);
        self.tags.dedup_by_key(|tag| tag.key());
        self.people.sort_unstable();
        self.people.dedup();
        self.links.sort_unstable();
        self.links.dedup();
        self
    }
}

/// A record in one of its versions.
///
/// ```
/// # fn show(record: &omicron_domain::Record) {
/// println!("{} {}: {} (v{})", record.kind, record.id, record.content.title, record.version);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id, unique among records of all kinds.
    pub id: RecordId,
    /// The project that it belongs to.
    pub project: ProjectId,
    /// What it is.
    pub kind: RecordKind,
    /// Which version this is, from 1 on.
    pub version: i64,
    /// What it says.
    pub content: Content,
    /// When it was begun.
    pub date_created: Timestamp,
    /// When this version was made.
    pub date_changed: Timestamp,
    /// When it was put into the trash, if it is there.
    pub date_trashed: Option<Timestamp>,
}

/// What someone said about a record.
///
/// ```
/// # fn show(comment: &omicron_domain::Comment) {
/// println!("{:?}: {}", comment.author, comment.text);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// About which record.
    pub record: RecordId,
    /// Who said it; `None` if it was no person.
    pub author: Option<UserId>,
    /// Which version this is, from 1 on.
    pub version: i64,
    /// What they say.
    pub text: CommentText,
    /// When it was said first.
    pub date_created: Timestamp,
    /// When this version was made.
    pub date_changed: Timestamp,
}

/// Which records of a kind and a project are wanted: those for which all that is given holds.
///
/// ```
/// let all = omicron_domain::RecordFilter::default();
/// assert!(!all.trashed && all.tags.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// Only those in the trash; those that are not, otherwise.
    pub trashed: bool,
    /// Of this status.
    pub status: Option<Status>,
    /// With all of these tags.
    pub tags: Vec<Tag>,
    /// Of this template, in any version.
    pub template: Option<TemplateId>,
    /// With this person in charge.
    pub person: Option<UserId>,
    /// With this text in the title, in any case.
    pub title: Option<String>,
    /// With a link to this record.
    pub linked_to: Option<RecordId>,
    /// Changed at this time or after it.
    pub changed_since: Option<Timestamp>,
}

impl RecordFilter {
    /// Whether a record, in one of its versions, is wanted: what the database asks of those of the
    /// present.
    ///
    /// ```
    /// # fn show(record: &omicron_domain::Record) {
    /// let alive = omicron_domain::RecordFilter::default().wants(record);
    /// # }
    /// ```
    #[must_use]
    pub fn wants(&self, record: &Record) -> bool {
        let content = &record.content;
        let tagged = |tag: &Tag| content.tags.iter().any(|one| one.key() == tag.key());
        let named = |text: &String| content.title.key().contains(&crate::fold(text));
        let linked = |target: RecordId| content.links.iter().any(|link| link.target == target);
        self.trashed == record.date_trashed.is_some()
            && self.status.as_ref().is_none_or(|status| *status == content.status)
            && self.tags.iter().all(tagged)
            && self.template.is_none_or(|id| content.template.is_some_and(|its| its.template == id))
            && self.person.is_none_or(|person| content.people.contains(&person))
            && self.title.as_ref().is_none_or(named)
            && self.linked_to.is_none_or(linked)
            && self.changed_since.is_none_or(|time| record.date_changed >= time)
    }
}

/// What a list of records is ordered by.
///
/// ```
/// assert_eq!(omicron_domain::SortKey::default(), omicron_domain::SortKey::Id);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// By id: in the order in which they were begun.
    #[default]
    Id,
    /// By title, in any case.
    Title,
    /// By the time of the last change.
    Changed,
}

/// In which order a list of records stands.
///
/// ```
/// use omicron_domain::{RecordOrder, SortKey};
/// assert_eq!("-changed".parse(), Ok(RecordOrder { by: SortKey::Changed, down: true }));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordOrder {
    /// By what.
    pub by: SortKey,
    /// Whether the greatest comes first.
    pub down: bool,
}

/// There is no such order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be id, title or changed, with a - in front for the other way round")]
pub struct UnknownOrder;

impl FromStr for RecordOrder {
    type Err = UnknownOrder;

    fn from_str(text: &str) -> Result<Self, UnknownOrder> {
        let (key, down) = text.strip_prefix('-').map_or((text, false), |key| (key, true));
        let by = match key {
            "id" => SortKey::Id,
            "title" => SortKey::Title,
            "changed" => SortKey::Changed,
            _ => return Err(UnknownOrder),
        };
        Ok(Self { by, down })
    }
}

/// The place of a record in an ordered list: what it is ordered by, and its id.
///
/// ```
/// use omicron_domain::{Mark, RecordId, SortKey};
/// assert_eq!(Mark::Title("alloy".to_owned(), RecordId(7)).by(), SortKey::Title);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// In the order of ids.
    Id(RecordId),
    /// In the order of titles: the title's key.
    Title(String, RecordId),
    /// In the order of changes.
    Changed(Timestamp, RecordId),
}

impl Mark {
    /// In which order it is a place.
    #[must_use]
    pub fn by(&self) -> SortKey {
        match self {
            Self::Id(_) => SortKey::Id,
            Self::Title(..) => SortKey::Title,
            Self::Changed(..) => SortKey::Changed,
        }
    }
}

impl Record {
    /// Where it stands in a list that is ordered so.
    ///
    /// ```
    /// # fn show(record: &omicron_domain::Record) {
    /// let place = record.mark(omicron_domain::SortKey::Title);
    /// # }
    /// ```
    #[must_use]
    pub fn mark(&self, by: SortKey) -> Mark {
        match by {
            SortKey::Id => Mark::Id(self.id),
            SortKey::Title => Mark::Title(self.content.title.key(), self.id),
            SortKey::Changed => Mark::Changed(self.date_changed, self.id),
        }
    }
}

/// Which part of a list of records is wanted.
///
/// ```
/// let first = omicron_domain::RecordPage::default();
/// assert_eq!((first.after, first.limit), (None, omicron_domain::Page::MOST));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPage {
    /// The order of the list.
    pub order: RecordOrder,
    /// The place after which the part begins; `None` for the first.
    pub after: Option<Mark>,
    /// How many records at most.
    pub limit: i64,
}

impl Default for RecordPage {
    fn default() -> Self {
        Self { order: RecordOrder::default(), after: None, limit: crate::Page::MOST }
    }
}
