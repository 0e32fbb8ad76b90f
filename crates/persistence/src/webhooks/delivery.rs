//! Deliveries as people see them.

use crate::connection::MultiBackend;
use crate::tables::webhook_deliveries;
use crate::{Error, Transaction, View};
use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use omicron_domain::{
    Delivery, DeliveryId, DeliveryState, Listing, Page, UnknownDeliveryState, WebhookId,
};

/// For how long it is kept that something was delivered, and that it was given up.
const DELIVERED: TimeDelta = TimeDelta::days(7);
const DEAD: TimeDelta = TimeDelta::days(30);
/// So that others come to write in between.
const PART: i64 = 1000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries, check_for_backend(MultiBackend))]
pub(super) struct Row {
    id: i64,
    webhook_id: i64,
    position: i64,
    subject: String,
    body: String,
    state: String,
    attempts: i16,
    next_attempt: NaiveDateTime,
    last_status: Option<i16>,
    last_error: Option<String>,
    date_created: NaiveDateTime,
    date_ended: Option<NaiveDateTime>,
}

impl TryFrom<Row> for Delivery {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let state = row.state.parse().map_err(|error: UnknownDeliveryState| {
            Error::Corrupt("webhook_deliveries.state", error.into())
        })?;
        Ok(Self {
            id: DeliveryId(row.id),
            webhook: WebhookId(row.webhook_id),
            position: row.position,
            subject: row.subject,
            body: row.body,
            state,
            attempts: row.attempts,
            next_attempt: row.next_attempt.and_utc(),
            last_status: row.last_status,
            last_error: row.last_error,
            date_created: row.date_created.and_utc(),
            date_ended: row.date_ended.map(|date| date.and_utc()),
        })
    }
}

/// The deliveries of a webhook that the viewer has been shown, oldest first: all, or those in one state.
///
/// ```
/// # use omicron_domain::{DeliveryState, Page, Viewer, WebhookId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let dead = Some(DeliveryState::Dead);
/// let dead = db.read(Viewer::Everything, |view| {
///     webhooks::deliveries(view, WebhookId(3), dead, Page::default())
/// })?;
/// assert!(dead.items.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn deliveries(
    view: &mut View<'_>,
    webhook: WebhookId,
    state: Option<DeliveryState>,
    page: Page,
) -> Result<Listing<Delivery>, Error> {
    let states = state.map_or(DeliveryState::ALL.to_vec(), |state| vec![state]);
    let states: Vec<&str> = states.into_iter().map(DeliveryState::as_str).collect();
    let all = || {
        webhook_deliveries::table
            .filter(webhook_deliveries::webhook_id.eq(webhook.0))
            .filter(webhook_deliveries::state.eq_any(states.clone()))
    };
    let rows: Vec<Row> = all()
        .filter(webhook_deliveries::id.gt(page.after_id()))
        .order(webhook_deliveries::id)
        .limit(page.limit())
        .offset(page.offset())
        .select(Row::as_select())
        .load(view.connection)?;
    let count = || all().count().get_result(view.connection);
    let total = page.is_counted().then(count).transpose()?;
    let items = rows.into_iter().map(Delivery::try_from).collect::<Result<_, _>>()?;
    Ok(Listing { items, total })
}

/// Has something delivered now that waits for its next attempt, was given up, or was delivered before;
/// `None` if the webhook has no such delivery (any more).
///
/// ```
/// # use omicron_domain::{Actor, DeliveryId, WebhookId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let (webhook, id) = (WebhookId(3), DeliveryId(12));
/// assert!(db.write(&Actor::command_line(), |tx| webhooks::retry(tx, webhook, id))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn retry(
    tx: &mut Transaction<'_>,
    webhook: WebhookId,
    id: DeliveryId,
) -> Result<Option<Delivery>, Error> {
    let now = tx.now().naive_utc();
    let found = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook.0))
        .filter(webhook_deliveries::id.eq(id.0));
    diesel::update(found)
        .set((
            webhook_deliveries::state.eq(DeliveryState::Pending.as_str()),
            webhook_deliveries::attempts.eq(0),
            webhook_deliveries::next_attempt.eq(now),
            webhook_deliveries::date_ended.eq(None::<NaiveDateTime>),
        ))
        .execute(tx.connection())?;
    let row: Option<Row> = found.select(Row::as_select()).get_result(tx.connection()).optional()?;
    row.map(Delivery::try_from).transpose()
}

/// Forgets what was delivered a week ago, and what was given up a month ago.
///
/// ```
/// # use omicron_domain::Actor;
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.write(&Actor::command_line(), webhooks::remove_old)?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn remove_old(tx: &mut Transaction<'_>) -> Result<usize, Error> {
    let mut removed = 0;
    for (state, age) in [(DeliveryState::Delivered, DELIVERED), (DeliveryState::Dead, DEAD)] {
        let end = (tx.now() - age).naive_utc();
        // The condition on the state by which the index is made stands there as it does in the index.
        let old: Vec<i64> = webhook_deliveries::table
            .filter(webhook_deliveries::state.ne(DeliveryState::Pending.as_str()))
            .filter(webhook_deliveries::state.eq(state.as_str()))
            .filter(webhook_deliveries::date_ended.le(end))
            .limit(PART)
            .select(webhook_deliveries::id)
            .load(tx.connection())?;
        if !old.is_empty() {
            let old = webhook_deliveries::table.filter(webhook_deliveries::id.eq_any(old));
            removed += diesel::delete(old).execute(tx.connection())?;
        }
    }
    Ok(removed)
}
