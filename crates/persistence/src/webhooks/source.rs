//! What there is to deliver: the journal, as a webhook sees it.

use crate::feed::{self, Entry, Filter};
use crate::{Error, View, journal};
use omicron_domain::{ProjectId, Timestamp, UserId, Webhook};
use serde::Serialize;

/// What happened after a position.
pub(super) struct Found {
    /// The events that the webhook asks for.
    pub(super) events: Vec<Happened>,
    /// The position of the last event that was looked at.
    pub(super) cursor: i64,
}

/// An event, as it is posted.
pub(super) struct Happened {
    pub(super) position: i64,
    pub(super) subject: String,
    pub(super) body: String,
}

/// The body of a delivery: what happened, by ids alone, so that it says nothing to whoever may not see it.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    action: &'a str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    position: i64,
    action: &'a str,
    kind: &'a str,
    id: i64,
    project: Option<ProjectId>,
    actor: Option<UserId>,
}

/// What a webhook asks for.
pub(super) fn filter(webhook: &Webhook) -> Filter {
    Filter { project: webhook.project, events: webhook.draft.filter.clone() }
}

/// The position up to which nothing is for the webhook any more, also where its cursor stayed behind: what
/// it has not asked for when it happened is not for it later either.
pub(super) fn passed(view: &mut View<'_>, webhook: &Webhook) -> Result<i64, Error> {
    if !webhook.draft.enabled {
        return Ok(webhook.cursor);
    }
    let part = feed::after(view, webhook.cursor, &filter(webhook), 1)?;
    Ok(part.entries.first().map_or(part.next, |entry| entry.position - 1))
}

/// What happened after the webhook's cursor: at most so many events that it asks for.
pub(super) fn after(view: &mut View<'_>, webhook: &Webhook, limit: usize) -> Result<Found, Error> {
    let part = feed::after(view, webhook.cursor, &filter(webhook), limit)?;
    let events = part.entries.iter().map(happened).collect::<Result<_, _>>()?;
    Ok(Found { events, cursor: part.next })
}

fn happened(entry: &Entry) -> Result<Happened, Error> {
    let data = Data {
        position: entry.position,
        action: &entry.action,
        kind: &entry.kind,
        id: entry.id,
        project: entry.project,
        actor: entry.actor,
    };
    let body = Body { action: &entry.action, timestamp: entry.at, data };
    let subject = format!("{}:{}", entry.kind, entry.id);
    Ok(Happened { position: entry.position, subject, body: journal::canonical(&body)? })
}
