//! The ends of webhooks, each in the journal.

use super::{lock, store};
use crate::tables::{webhook_deliveries, webhooks};
use crate::{Error, Transaction};
use diesel::prelude::*;
use omicron_domain::{Action, ProjectId, Webhook, WebhookDraft, WebhookId};

/// Deletes a webhook that was [locked](lock), with what was on its way.
///
/// ```
/// # use omicron_domain::{Actor, WebhookId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(webhook) = webhooks::lock(tx, WebhookId(3))? else { return Ok(()) };
///     webhooks::remove(tx, &webhook)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn remove(tx: &mut Transaction<'_>, webhook: &Webhook) -> Result<(), Error> {
    let id = webhook.id.0;
    let deliveries = webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(id));
    diesel::delete(deliveries).execute(tx.connection())?;
    diesel::delete(webhooks::table.find(id)).execute(tx.connection())?;
    tx.record(Action::WebhookDeleted, webhook.id, webhook.project, &())
}

/// Deletes all webhooks of a project that is about to be deleted.
///
/// ```
/// # use omicron_domain::{Actor, ProjectId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| webhooks::remove_all_of(tx, ProjectId(1)))?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn remove_all_of(tx: &mut Transaction<'_>, project: ProjectId) -> Result<(), Error> {
    let ids: Vec<i64> = webhooks::table
        .filter(webhooks::project_id.eq(project.0))
        .order(webhooks::id)
        .select(webhooks::id)
        .load(tx.connection())?;
    for id in ids {
        // Or a delivery that is being made meanwhile would stand in the way.
        if let Some(webhook) = lock(tx, WebhookId(id))? {
            remove(tx, &webhook)?;
        }
    }
    Ok(())
}

/// Switches a webhook off whose receiver has said that it wants no more.
///
/// ```
/// # use omicron_domain::{Actor, WebhookId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| webhooks::switch_off(tx, WebhookId(3)))?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn switch_off(tx: &mut Transaction<'_>, id: WebhookId) -> Result<(), Error> {
    match lock(tx, id)? {
        Some(webhook) if webhook.draft.enabled => {
            let draft = WebhookDraft { enabled: false, ..webhook.draft.clone() };
            store(tx, &webhook, draft).map(drop)
        }
        _ => Ok(()),
    }
}
