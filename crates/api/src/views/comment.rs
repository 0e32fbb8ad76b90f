//! What clients are shown of what is said about records.

use omicron_domain::Timestamp;
use omicron_service::comments::Said;
use serde::Serialize;
use utoipa::ToSchema;

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
