//! What clients are told of what happens.

use super::record::address;
use crate::routes::PREFIX;
use omicron_domain::{ProjectId, RecordKind, Timestamp, UserId, Username};
use omicron_persistence::feed::Entry;
use omicron_service::feed::Told;
use serde::Serialize;
use utoipa::ToSchema;

/// A part of what happened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventsView {
    events: Vec<EventView>,
    /// The position after which to go on.
    next: i64,
    /// Whether there is more already.
    more: bool,
}

impl EventsView {
    pub(crate) fn new(events: Vec<Told>, next: i64, more: bool) -> Self {
        Self { events: events.into_iter().map(EventView::from).collect(), next, more }
    }
}

/// Something that happened: ids alone, so that nothing is told here that its own address would not
/// show.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventView {
    /// Its place in the order of all events.
    position: i64,
    #[schema(example = "record.changed")]
    action: String,
    /// When it was done.
    #[schema(value_type = String, format = DateTime)]
    date: Timestamp,
    /// Who did it; `null` if it was no person.
    user: Option<ActorView>,
    /// The id of the project that it was done in, if any.
    #[schema(value_type = Option<i64>)]
    project: Option<ProjectId>,
    subject: SubjectView,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActorView {
    #[schema(value_type = i64)]
    id: UserId,
    #[schema(value_type = String, example = "ann")]
    username: Username,
}

/// What something was done to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubjectView {
    #[schema(example = "sample")]
    kind: String,
    id: i64,
    /// Where it is, or was, if it has an address of its own.
    href: Option<String>,
}

impl From<Told> for EventView {
    fn from(Told { entry, actor }: Told) -> Self {
        let href = href(&entry);
        Self {
            position: entry.position,
            action: entry.action,
            date: entry.at,
            user: actor.map(|(id, username)| ActorView { id, username }),
            project: entry.project,
            subject: SubjectView { kind: entry.kind, id: entry.id, href },
        }
    }
}

fn href(entry: &Entry) -> Option<String> {
    let id = entry.id;
    match entry.kind.as_str() {
        "user" => Some(format!("{PREFIX}/users/{id}")),
        "project" => Some(format!("{PREFIX}/projects/{id}")),
        "template" => Some(format!("{PREFIX}/templates/{id}")),
        kind => {
            let kind = RecordKind::ALL.into_iter().find(|known| known.as_str() == kind)?;
            Some(address(entry.project?, kind, id))
        }
    }
}
