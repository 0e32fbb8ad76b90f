//! What clients are shown of records.

use crate::problem::Problem;
use crate::routes::PREFIX;
use omicron_domain::{ProjectId, RecordKind, Timestamp};
use omicron_service::records::{Document, Shown, Total};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The address of a record.
pub(crate) fn address(project: ProjectId, kind: RecordKind, id: i64) -> String {
    format!("{PREFIX}/projects/{project}/{}/{id}", kind.plural())
}

/// A record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordView {
    id: i64,
    #[schema(value_type = String, example = "sample")]
    kind: RecordKind,
    /// The id of its project.
    #[schema(value_type = i64)]
    project: ProjectId,
    /// The number of its present version, from 1 on.
    #[schema(example = 1)]
    version: i64,
    #[schema(example = "/api/v1/projects/1/samples/12")]
    href: String,
    #[serde(flatten)]
    #[schema(value_type = RecordContent)]
    document: Document,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    /// When this version was made.
    #[schema(value_type = String, format = DateTime)]
    date_changed: Timestamp,
    /// When it was put into the trash.
    #[schema(value_type = Option<String>, format = DateTime)]
    date_trashed: Option<Timestamp>,
    /// Whether this version is signed: then nothing of the record changes until it is unlocked.
    locked: bool,
    /// The versions that people have signed, up to this one.
    signed_versions: Vec<i64>,
}

/// What people write in a record.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it documents what is flattened into a record")]
pub(crate) struct RecordContent {
    #[schema(example = "Ingot 7")]
    title: String,
    #[schema(example = "available")]
    status: String,
    /// The template that the data follow, in the last version of one of its lines.
    template: Option<FollowedView>,
    #[schema(value_type = Object)]
    data: Value,
    /// Markdown.
    body: String,
    tags: Vec<String>,
    /// Usernames of those in charge.
    people: Vec<String>,
    links: Vec<LinkView>,
    #[schema(value_type = Option<String>, format = DateTime)]
    start: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end: Option<String>,
}

/// A template that a record follows.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it documents what is flattened into a record")]
pub(crate) struct FollowedView {
    id: i64,
    /// The first version of the line.
    line: i64,
}

/// A link to another record.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it documents what is flattened into a record")]
pub(crate) struct LinkView {
    #[schema(example = "derived_from")]
    relation: String,
    /// The id of the other record.
    target: i64,
}

impl From<Shown> for RecordView {
    fn from(shown: Shown) -> Self {
        let locked = shown.is_locked();
        let Shown { record, document, signed } = shown;
        Self {
            locked,
            signed_versions: signed,
            id: record.id.0,
            kind: record.kind,
            project: record.project,
            version: record.version,
            href: address(record.project, record.kind, record.id.0),
            document,
            date_created: record.date_created,
            date_changed: record.date_changed,
            date_trashed: record.date_trashed,
        }
    }
}

/// The members of a record, of which those that it is always shown with come first.
const MEMBERS: [&str; 20] = [
    "id",
    "kind",
    "version",
    "href",
    "project",
    "title",
    "status",
    "template",
    "data",
    "body",
    "tags",
    "people",
    "links",
    "start",
    "end",
    "date_created",
    "date_changed",
    "date_trashed",
    "locked",
    "signed_versions",
];
pub(crate) const ALWAYS_SHOWN: &[&str] = MEMBERS.split_at(4).0;

impl RecordView {
    /// Its address.
    pub(crate) fn href(&self) -> &str {
        &self.href
    }

    /// That a record has members of these names.
    pub(crate) fn has(fields: &[String]) -> Result<(), Problem> {
        match fields.iter().find(|field| !MEMBERS.contains(&field.as_str())) {
            Some(field) => {
                let message = format!("must be members of a record: {field:?} is none");
                Err(Problem::invalid("/fields", message))
            }
            None => Ok(()),
        }
    }

    /// The record with those of its members that are asked for; all, if none are.
    pub(crate) fn with_only(self, fields: &[String]) -> Result<Value, Problem> {
        let mut view = serde_json::to_value(self).map_err(Problem::internal)?;
        if let Some(members) = view.as_object_mut().filter(|_| !fields.is_empty()) {
            members
                .retain(|name, _| ALWAYS_SHOWN.contains(&name.as_str()) || fields.contains(name));
        }
        Ok(view)
    }
}

/// A part of a list of records.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it documents what is built for each kind")]
pub(crate) struct RecordsView {
    /// The records of this part; with `fields`, only those members of each, and `id`, `kind`, `version`
    /// and `href`.
    records: Vec<RecordView>,
    /// How many the whole list has; in its first part alone.
    #[schema(required = false)]
    total: Option<TotalView>,
}

/// How many there are.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it documents what is built for each kind")]
pub(crate) struct TotalView {
    /// Exact up to 10 000.
    #[schema(example = 42)]
    count: i64,
    /// Whether there are more than that.
    more: bool,
}

/// A part of the list, its records under the name of their kind.
pub(crate) fn records_of(kind: RecordKind, records: Vec<Value>, total: Option<Total>) -> Value {
    let mut view = Map::new();
    view.insert(kind.plural().to_owned(), records.into());
    if let Some(Total { count, more }) = total {
        view.insert("total".to_owned(), serde_json::json!({"count": count, "more": more}));
    }
    view.into()
}
