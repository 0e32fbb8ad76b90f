//! What clients are shown of what was done to records, and of how they hang together.

use super::record::address;
use omicron_domain::{ProjectId, Record, RecordKind, Timestamp};
use omicron_persistence::records::Edge;
use omicron_service::records::{Done, Entry, Graph};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

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
    /// Why, of a version that was made by unlocking the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    reason: Option<String>,
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
            reason: entry.reason.map(String::from),
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
        let edge = |edge: &Edge| EdgeView {
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
