//! What people decide about webhooks: each change is in the journal.

use super::{find, limit, source};
use crate::connection::AnyConnection;
use crate::tables::{webhook_deliveries, webhooks};
use crate::{Error, Transaction, positions, random_bytes};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{
    Action, DeliveryState, Description, EventFilter, ProjectId, Timestamp, Webhook, WebhookDraft,
    WebhookId,
};
use serde::Serialize;

#[derive(Insertable)]
#[diesel(table_name = webhooks, treat_none_as_default_value = false)]
struct NewRow<'a> {
    project_id: Option<i64>,
    url: &'a str,
    description: &'a str,
    filter: String,
    enabled: bool,
    salt: &'a [u8],
    cursor: i64,
    version: i64,
    date_created: NaiveDateTime,
    date_changed: NaiveDateTime,
}

/// What the journal keeps of a webhook. Of its address only where it leads: for some receivers, whoever
/// knows the rest may post there, and the journal forgets nothing.
#[derive(Serialize)]
struct State<'a> {
    project: Option<ProjectId>,
    origin: &'a str,
    description: &'a Description,
    filter: &'a EventFilter,
    enabled: bool,
    version: i64,
    date_created: Timestamp,
    date_changed: Timestamp,
}

/// Makes a webhook, of a project or of the whole laboratory: what happens from now on is for it.
///
/// ```
/// use omicron_domain::{Actor, WebhookDraft, EventFilter};
/// use omicron_persistence::{Database, Error, Options, webhooks};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let draft = WebhookDraft {
///     url: "https://chat.example/hook".to_owned(),
///     description: "".parse().unwrap(),
///     filter: EventFilter::default(),
///     enabled: true,
/// };
/// let made = db.write(&Actor::command_line(), |tx| webhooks::create(tx, None, &draft))?;
/// assert_eq!((made.version, made.cursor), (1, 0));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such project, [`Error::TooManyWebhooks`].
pub fn create(
    tx: &mut Transaction<'_>,
    project: Option<ProjectId>,
    draft: &WebhookDraft,
) -> Result<Webhook, Error> {
    limit::check(tx, project)?;
    let now = tx.now();
    let salt: [u8; 16] = random_bytes()?;
    let cursor = positions::last_position(tx.view())?;
    let row = NewRow {
        project_id: project.map(|id| id.0),
        url: &draft.url,
        description: draft.description.as_str(),
        filter: filter_text(&draft.filter)?,
        enabled: draft.enabled,
        salt: &salt,
        cursor,
        version: 1,
        date_created: now.naive_utc(),
        date_changed: now.naive_utc(),
    };
    let id: i64 = diesel::insert_into(webhooks::table)
        .values(row)
        .returning(webhooks::id)
        .get_result(tx.connection())?;
    let webhook = Webhook {
        id: WebhookId(id),
        project,
        draft: draft.clone(),
        salt,
        cursor,
        version: 1,
        date_created: now,
        date_changed: now,
    };
    recorded(tx, &webhook, Action::WebhookCreated)?;
    Ok(webhook)
}

/// The webhook, if the actor sees it; nobody else changes it, or makes deliveries for it, until this
/// transaction ends.
///
/// ```
/// # use omicron_domain::{Actor, WebhookId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| webhooks::lock(tx, WebhookId(3)))?;
/// assert!(nothing.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn lock(tx: &mut Transaction<'_>, id: WebhookId) -> Result<Option<Webhook>, Error> {
    if let AnyConnection::Postgres(connection) = tx.connection() {
        let row = webhooks::table.filter(webhooks::id.eq(id.0)).select(webhooks::id);
        let _: Option<i64> = row.for_update().get_result(connection).optional()?;
    }
    find(tx.view(), id)
}

/// Changes what a webhook that was [locked](lock) is, as its next version.
///
/// ```
/// # use omicron_domain::{Actor, WebhookDraft, WebhookId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(webhook) = webhooks::lock(tx, WebhookId(3))? else { return Ok(()) };
///     let draft = WebhookDraft { enabled: false, ..webhook.draft.clone() };
///     webhooks::store(tx, &webhook, draft).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn store(
    tx: &mut Transaction<'_>,
    before: &Webhook,
    draft: WebhookDraft,
) -> Result<Webhook, Error> {
    let cursor = source::passed(tx.view(), before)?;
    next(tx, Webhook { draft, cursor, ..before.clone() }, Action::WebhookChanged)
}

/// Gives a webhook that was [locked](lock) another secret.
///
/// ```
/// # use omicron_domain::{Actor, WebhookId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(webhook) = webhooks::lock(tx, WebhookId(3))? else { return Ok(()) };
///     assert_ne!(webhooks::rotate(tx, &webhook)?.salt, webhook.salt);
///     Ok::<(), Error>(())
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn rotate(tx: &mut Transaction<'_>, before: &Webhook) -> Result<Webhook, Error> {
    let salt = random_bytes()?;
    next(tx, Webhook { salt, ..before.clone() }, Action::WebhookSecretChanged)
}

/// Sets a webhook that was [locked](lock) to a position: what happened from there on is delivered, again
/// where it was before, and what is still on its way is forgotten.
///
/// ```
/// # use omicron_domain::{Actor, WebhookId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(webhook) = webhooks::lock(tx, WebhookId(3))? else { return Ok(()) };
///     webhooks::replay(tx, &webhook, 1).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn replay(tx: &mut Transaction<'_>, before: &Webhook, from: i64) -> Result<Webhook, Error> {
    let forgotten =
        webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(before.id.0)).filter(
            webhook_deliveries::position
                .ge(from)
                .or(webhook_deliveries::state.eq(DeliveryState::Pending.as_str())),
        );
    diesel::delete(forgotten).execute(tx.connection())?;
    let cursor = (from - 1).max(0);
    next(tx, Webhook { cursor, ..before.clone() }, Action::WebhookReplayed)
}

fn next(tx: &mut Transaction<'_>, webhook: Webhook, action: Action) -> Result<Webhook, Error> {
    let date_changed = tx.now().max(webhook.date_changed);
    let webhook = Webhook { version: webhook.version + 1, date_changed, ..webhook };
    diesel::update(webhooks::table.find(webhook.id.0))
        .set((
            webhooks::url.eq(&webhook.draft.url),
            webhooks::description.eq(webhook.draft.description.as_str()),
            webhooks::filter.eq(filter_text(&webhook.draft.filter)?),
            webhooks::enabled.eq(webhook.draft.enabled),
            webhooks::salt.eq(webhook.salt.as_slice()),
            webhooks::cursor.eq(webhook.cursor),
            webhooks::version.eq(webhook.version),
            webhooks::date_changed.eq(date_changed.naive_utc()),
        ))
        .execute(tx.connection())?;
    recorded(tx, &webhook, action)?;
    Ok(webhook)
}

fn filter_text(filter: &EventFilter) -> Result<String, Error> {
    serde_json::to_string(filter).map_err(|error| Error::Corrupt("webhooks.filter", error.into()))
}

fn recorded(tx: &mut Transaction<'_>, webhook: &Webhook, action: Action) -> Result<(), Error> {
    let draft = &webhook.draft;
    let state = State {
        project: webhook.project,
        origin: origin(&draft.url),
        description: &draft.description,
        filter: &draft.filter,
        enabled: draft.enabled,
        version: webhook.version,
        date_created: webhook.date_created,
        date_changed: webhook.date_changed,
    };
    tx.record(action, webhook.id, webhook.project, &state)
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |place| place + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |length| host + length);
    &url[..end]
}

#[cfg(test)]
mod tests {
    #[test]
    fn of_an_address_the_journal_keeps_where_it_leads() {
        for url in ["https://a.example:8443/secret?b=c", "https://a.example:8443"] {
            assert_eq!(super::origin(url), "https://a.example:8443");
        }
    }
}
