//! What clients are shown of records, of what is said about them, and of templates.

use crate::problem::Problem;
use crate::routes::PREFIX;
use omicron_domain::{Lifecycle, ProjectId, Record, RecordKind, Template, Timestamp};
use omicron_service::comments::Said;
use omicron_service::records::{Document, Done, Entry, Graph, Shown, Total};
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
    fn from(Shown { record, document }: Shown) -> Self {
        Self {
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
const MEMBERS: [&str; 18] = [
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
];
const ALWAYS: &[&str] = MEMBERS.split_at(4).0;

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
            members.retain(|name, _| ALWAYS.contains(&name.as_str()) || fields.contains(name));
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

/// What was done for the items of a request, in their order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkView {
    /// Whether it was only tried: then nothing was kept, and no new record has an id.
    dry_run: bool,
    items: Vec<DoneView>,
}

/// What was done for one item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DoneView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    id: Option<i64>,
    #[schema(value_type = String, example = "sample")]
    kind: RecordKind,
    version: i64,
}

impl BulkView {
    pub(crate) fn new(done: Vec<Done>, dry_run: bool) -> Self {
        let item = |done: Done| DoneView {
            id: (!dry_run).then_some(done.id.0),
            kind: done.kind,
            version: done.version,
        };
        Self { dry_run, items: done.into_iter().map(item).collect() }
    }
}

/// The versions of a record, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryView {
    history: Vec<EntryView>,
}

/// One version of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryView {
    version: i64,
    #[schema(value_type = String, format = DateTime)]
    date: Timestamp,
    /// Who made it; `null` if it was no person.
    user: Option<String>,
    #[schema(example = "record.changed")]
    action: String,
    /// Pointers to what differs from the version before; one to the whole, for the first.
    changed: Vec<String>,
    /// Whether it is still what was written then, by its hash in the journal.
    intact: bool,
}

impl From<Vec<Entry>> for HistoryView {
    fn from(entries: Vec<Entry>) -> Self {
        let entry = |entry: Entry| EntryView {
            version: entry.version,
            date: entry.at,
            user: entry.by.map(String::from),
            action: entry.action,
            changed: entry.changed,
            intact: entry.intact,
        };
        Self { history: entries.into_iter().map(entry).collect() }
    }
}

/// Where two versions differ.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceView {
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Each with its `pointer`, what stands there in the one (`from`) and in the other (`to`); a member
    /// that is missing there is missing here.
    #[schema(value_type = Vec<Object>)]
    pub(crate) changes: Vec<Value>,
}

/// Records and the links between them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GraphView {
    nodes: Vec<NodeView>,
    edges: Vec<EdgeView>,
    /// Whether there is more than was followed.
    truncated: bool,
}

/// A record of a graph.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NodeView {
    id: i64,
    #[schema(value_type = String, example = "sample")]
    kind: RecordKind,
    #[schema(value_type = i64)]
    project: ProjectId,
    title: String,
    status: String,
    href: String,
}

/// A link of a graph: read "source relation target".
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EdgeView {
    source: i64,
    #[schema(example = "derived_from")]
    relation: &'static str,
    target: i64,
}

impl From<Graph> for GraphView {
    fn from(graph: Graph) -> Self {
        let node = |record: Record| NodeView {
            id: record.id.0,
            kind: record.kind,
            project: record.project,
            href: address(record.project, record.kind, record.id.0),
            title: record.content.title.into(),
            status: record.content.status.into(),
        };
        let edge = |edge: &omicron_persistence::records::Edge| EdgeView {
            source: edge.source.0,
            relation: edge.relation.as_str(),
            target: edge.target.0,
        };
        Self {
            edges: graph.edges.iter().map(edge).collect(),
            nodes: graph.nodes.into_iter().map(node).collect(),
            truncated: graph.truncated,
        }
    }
}

/// What someone said about a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommentView {
    id: i64,
    version: i64,
    /// `null` if it was no person.
    author: Option<String>,
    /// Markdown.
    text: String,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    date_changed: Timestamp,
}

impl From<Said> for CommentView {
    fn from(Said { comment, author }: Said) -> Self {
        Self {
            id: comment.id.0,
            version: comment.version,
            author: author.map(String::from),
            text: comment.text.into(),
            date_created: comment.date_created,
            date_changed: comment.date_changed,
        }
    }
}

/// A part of what was said about a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommentsView {
    pub(crate) comments: Vec<CommentView>,
}

/// What records of a kind are to look like.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateView {
    id: i64,
    /// The id of the project that it is for; `null` if all share it.
    #[schema(value_type = Option<i64>)]
    project: Option<ProjectId>,
    #[schema(value_type = String, example = "sample")]
    kind: RecordKind,
    #[schema(example = "Ingot")]
    name: String,
    version: i64,
    /// The first version of the line that this one belongs to.
    line: i64,
    /// The JSON Schema of the data.
    #[schema(value_type = Object)]
    schema: Value,
    /// What a new record's body begins with.
    body: String,
    #[schema(value_type = Object)]
    lifecycle: Lifecycle,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    date_changed: Timestamp,
    /// When it was taken out of use for new records.
    #[schema(value_type = Option<String>, format = DateTime)]
    date_retired: Option<Timestamp>,
}

impl From<Template> for TemplateView {
    fn from(template: Template) -> Self {
        let draft = template.draft;
        Self {
            id: template.id.0,
            project: template.project,
            kind: template.kind,
            name: draft.name.into(),
            version: template.version,
            line: template.line,
            schema: serde_json::from_str(&draft.schema).unwrap_or_default(),
            body: draft.body.into(),
            lifecycle: draft.lifecycle,
            date_created: template.date_created,
            date_changed: template.date_changed,
            date_retired: template.date_retired,
        }
    }
}

/// A part of the templates.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplatesView {
    pub(crate) templates: Vec<TemplateView>,
}
