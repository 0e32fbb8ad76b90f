//! What clients are shown of templates.

use omicron_domain::{Lifecycle, ProjectId, RecordKind, Template, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

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
