//! What records are to look like.

use crate::{Body, Lifecycle, ProjectId, RecordKind, TemplateId, TemplateName, Timestamp};

/// What a template says, as someone writes it.
///
/// ```
/// use omicron_domain::{Lifecycle, RecordKind, TemplateDraft};
///
/// let melt = TemplateDraft {
///     name: "Melt".parse()?,
///     schema: r#"{"properties":{"mass":{"type":"number","unit":"g"}}}"#.to_owned(),
///     body: "# Observations".parse()?,
///     lifecycle: Lifecycle::of(RecordKind::Sample),
/// };
/// assert_eq!(melt.name.as_str(), "Melt");
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateDraft {
    /// Its name.
    pub name: TemplateName,
    /// The JSON Schema of its records' data, as JSON text.
    pub schema: String,
    /// What a new record's body begins with.
    pub body: Body,
    /// The statuses of its records.
    pub lifecycle: Lifecycle,
}

/// A template: what the data of its records must be, what their body begins with, and how they move
/// from status to status.
///
/// Each change makes a new *version*. A version that every stored record satisfies goes on with the
/// *line* of the one before: all records of the line follow it. One that they need not satisfy
/// begins a new line, for new records; the older ones stay with the last version of theirs.
///
/// ```
/// # fn show(template: &omicron_domain::Template) {
/// println!("{} {} v{}", template.kind, template.draft.name, template.version);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// The project that it is for; `None` if all projects share it.
    pub project: Option<ProjectId>,
    /// What kind of records it is for.
    pub kind: RecordKind,
    /// Which version this is, from 1 on.
    pub version: i64,
    /// The first version of the line that it belongs to.
    pub line: i64,
    /// What it says.
    pub draft: TemplateDraft,
    /// When it was made.
    pub date_created: Timestamp,
    /// When this version was made.
    pub date_changed: Timestamp,
    /// When it was retired; no new record uses it from then on.
    pub date_retired: Option<Timestamp>,
}
