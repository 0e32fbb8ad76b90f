//! What a worker does with a webhook when it is its turn: make deliveries of what has happened, take some
//! of them, and say what became of each.
//!
//! The deliveries of one webhook about one subject go out one after the other, in the order of their
//! positions: the next one is taken once the one before was delivered or given up. Whoever takes one puts
//! off its next attempt; if they end before they say what became of it, another one takes it then, and
//! the receiver may get it twice.

use super::delivery::Row as DeliveryRow;
use super::{Row, source};
use crate::connection::AnyConnection;
use crate::tables::{webhook_deliveries, webhooks};
use crate::{Error, Transaction};
use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use omicron_domain::{Delivery, DeliveryState, Timestamp, Webhook, WebhookId};
use std::collections::HashSet;

/// The most deliveries of a webhook that wait: what happens beyond that waits in the journal.
const MOST: i64 = 1000;
/// The most deliveries that are made in one turn.
const PART: i64 = 200;

pub(super) const PENDING: &str = DeliveryState::Pending.as_str();

/// What became of an attempt to deliver.
///
/// ```
/// use omicron_persistence::webhooks::Outcome;
/// let given_up = Outcome::Failed { status: Some(500), error: "it answered 500".to_owned(), again: None };
/// assert_ne!(given_up, Outcome::Delivered { status: 200 });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has taken it.
    Delivered {
        /// With which status.
        status: i16,
    },
    /// It has not.
    Failed {
        /// The status of its answer, if there was one.
        status: Option<i16>,
        /// Why, for people.
        error: String,
        /// When to try again; `None` to give up.
        again: Option<Timestamp>,
    },
}

/// Makes deliveries of what has happened, and takes those that are due, at most so many: until `lease`
/// has passed, nobody else takes them. `None` if the webhook is switched off, or it is someone else's turn.
///
/// ```
/// # use chrono::TimeDelta;
/// # use omicron_domain::{Actor, WebhookId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let minute = TimeDelta::minutes(1);
/// let turn = db.write(&Actor::command_line(), |tx| webhooks::turn(tx, WebhookId(3), 4, minute))?;
/// assert!(turn.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn turn(
    tx: &mut Transaction<'_>,
    id: WebhookId,
    most: usize,
    lease: TimeDelta,
) -> Result<Option<(Webhook, Vec<Delivery>)>, Error> {
    let Some(webhook) = lock_unless_locked(tx, id)? else { return Ok(None) };
    let webhook = Webhook { cursor: fan_out(tx, &webhook)?, ..webhook };
    let deliveries = take(tx, id, most, lease)?;
    Ok(Some((webhook, deliveries)))
}

fn lock_unless_locked(tx: &mut Transaction<'_>, id: WebhookId) -> Result<Option<Webhook>, Error> {
    if let AnyConnection::Postgres(connection) = tx.connection() {
        let row = webhooks::table.filter(webhooks::id.eq(id.0)).select(webhooks::id);
        let free: Option<i64> =
            row.for_no_key_update().skip_locked().get_result(connection).optional()?;
        if free.is_none() {
            return Ok(None);
        }
    }
    let row: Option<Row> = webhooks::table
        .filter(webhooks::id.eq(id.0))
        .filter(webhooks::enabled.eq(true))
        .select(Row::as_select())
        .get_result(tx.connection())
        .optional()?;
    row.map(Webhook::try_from).transpose()
}

/// How many more deliveries of a webhook may be made in one turn.
pub(super) fn room(connection: &mut AnyConnection, id: i64) -> Result<usize, Error> {
    let waiting: i64 = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(id))
        .filter(webhook_deliveries::state.eq(PENDING))
        .count()
        .get_result(connection)?;
    Ok(usize::try_from((MOST - waiting).clamp(0, PART)).unwrap_or_default())
}

/// Makes a delivery of each event that the webhook asks for; up to which position it has come.
fn fan_out(tx: &mut Transaction<'_>, webhook: &Webhook) -> Result<i64, Error> {
    let room = room(tx.connection(), webhook.id.0)?;
    if room == 0 {
        return Ok(webhook.cursor);
    }
    let found = source::after(tx.view(), webhook, room)?;
    let now = tx.now().naive_utc();
    for event in &found.events {
        diesel::insert_into(webhook_deliveries::table)
            .values((
                webhook_deliveries::webhook_id.eq(webhook.id.0),
                webhook_deliveries::position.eq(event.position),
                webhook_deliveries::subject.eq(&event.subject),
                webhook_deliveries::body.eq(&event.body),
                webhook_deliveries::state.eq(PENDING),
                webhook_deliveries::attempts.eq(0),
                webhook_deliveries::next_attempt.eq(now),
                webhook_deliveries::date_created.eq(now),
            ))
            .execute(tx.connection())?;
    }
    if found.cursor > webhook.cursor {
        diesel::update(webhooks::table.find(webhook.id.0))
            .set(webhooks::cursor.eq(found.cursor))
            .execute(tx.connection())?;
    }
    Ok(found.cursor)
}

/// Of each subject the first delivery that waits, and when its next attempt is.
pub(super) fn first_of_subjects(
    connection: &mut AnyConnection,
    id: i64,
) -> Result<Vec<(i64, NaiveDateTime)>, Error> {
    let waiting: Vec<(i64, String, NaiveDateTime)> = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(id))
        .filter(webhook_deliveries::state.eq(PENDING))
        .order(webhook_deliveries::position)
        .select((
            webhook_deliveries::id,
            webhook_deliveries::subject,
            webhook_deliveries::next_attempt,
        ))
        .load(connection)?;
    let mut subjects = HashSet::new();
    let first = waiting
        .into_iter()
        .filter_map(|(id, subject, next)| subjects.insert(subject).then_some((id, next)));
    Ok(first.collect())
}

/// Takes of each subject the first delivery, if it is due.
fn take(
    tx: &mut Transaction<'_>,
    id: WebhookId,
    most: usize,
    lease: TimeDelta,
) -> Result<Vec<Delivery>, Error> {
    let now = tx.now();
    let first = first_of_subjects(tx.connection(), id.0)?.into_iter();
    let due = first.filter(|(_, next)| *next <= now.naive_utc());
    let taken: Vec<i64> = due.map(|(id, _)| id).take(most).collect();
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    let rows = webhook_deliveries::table.filter(webhook_deliveries::id.eq_any(taken));
    diesel::update(rows.clone())
        .set(webhook_deliveries::next_attempt.eq((now + lease).naive_utc()))
        .execute(tx.connection())?;
    let rows: Vec<DeliveryRow> = rows
        .order(webhook_deliveries::position)
        .select(DeliveryRow::as_select())
        .load(tx.connection())?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// Says what became of a delivery that was taken in a [`turn`]. If it was delivered or asked for again
/// by someone else meanwhile, a failure changes nothing.
///
/// ```
/// # use omicron_domain::{Actor, Delivery};
/// # use omicron_persistence::{Database, Error, webhooks};
/// # fn say(db: &Database, delivery: &Delivery) -> Result<(), Error> {
/// let outcome = webhooks::Outcome::Delivered { status: 204 };
/// db.write(&Actor::command_line(), |tx| webhooks::settle(tx, delivery, &outcome))
/// # }
/// ```
///
/// # Errors
/// Those of the database.
pub fn settle(
    tx: &mut Transaction<'_>,
    delivery: &Delivery,
    outcome: &Outcome,
) -> Result<(), Error> {
    let now = tx.now().naive_utc();
    let row = webhook_deliveries::table
        .filter(webhook_deliveries::id.eq(delivery.id.0))
        .filter(webhook_deliveries::state.eq(PENDING));
    match outcome {
        Outcome::Delivered { status } => diesel::update(row)
            .set((
                webhook_deliveries::state.eq(DeliveryState::Delivered.as_str()),
                webhook_deliveries::last_status.eq(Some(*status)),
                webhook_deliveries::last_error.eq(None::<String>),
                webhook_deliveries::date_ended.eq(Some(now)),
            ))
            .execute(tx.connection())?,
        Outcome::Failed { status, error, again } => {
            let state = if again.is_some() { DeliveryState::Pending } else { DeliveryState::Dead };
            let next = again.map_or(now, |again| again.naive_utc());
            diesel::update(row.filter(webhook_deliveries::attempts.eq(delivery.attempts)))
                .set((
                    webhook_deliveries::state.eq(state.as_str()),
                    webhook_deliveries::attempts.eq(delivery.attempts.saturating_add(1)),
                    webhook_deliveries::next_attempt.eq(next),
                    webhook_deliveries::last_status.eq(*status),
                    webhook_deliveries::last_error.eq(Some(error.as_str())),
                    webhook_deliveries::date_ended.eq(again.is_none().then_some(now)),
                ))
                .execute(tx.connection())?
        }
    };
    Ok(())
}
