//! Which deliveries are next, and what their replies mean.

use crate::{Reply, pause_after};
use chrono::{DateTime, TimeDelta};
use omicron_auth::{Secret, WebhookSecret};
use omicron_domain::{Actor, Delivery, Timestamp, Viewer, Webhook, WebhookId};
use omicron_persistence::webhooks::{self, Outcome, Work};
use omicron_persistence::{Engine, Error, Transaction, View, random_bytes};
use std::collections::HashMap;
use std::time::Duration;

/// The most deliveries of one webhook that are under way at a time; and of one that hinders others.
const MOST: usize = 4;
const MOST_OF_HINDERING: usize = 1;
/// Whoever takes longer than this to answer hinders others, as do those whom nothing can be delivered to.
const SLOW: Duration = Duration::from_secs(2);
/// For how long nobody else takes a delivery that is under way: twice as long as a post may take.
const LEASE: TimeDelta = TimeDelta::seconds(20);
/// As long as that, a receiver may ask to be left alone.
const LONGEST_WISH: TimeDelta = TimeDelta::days(1);

/// A delivery, ready to be posted.
///
/// ```
/// # fn show(letter: &omicron_webhooks::Letter) {
/// println!("{} to {}, signed {}", letter.id(), letter.url(), letter.signature());
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Letter {
    delivery: Delivery,
    url: String,
    id: String,
    timestamp: String,
    signature: String,
}

impl Letter {
    fn new(secret: &WebhookSecret, webhook: &Webhook, delivery: Delivery, now: Timestamp) -> Self {
        // The same however often it is posted: by this, receivers know what they have already.
        let id = format!("evt_{}", delivery.position);
        let signature = secret.sign(&id, now, &delivery.body);
        let (url, timestamp) = (webhook.draft.url.clone(), now.timestamp().to_string());
        Self { delivery, url, id, timestamp, signature }
    }

    /// Where it goes.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The event's id, `webhook-id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it was signed, `webhook-timestamp`.
    #[must_use]
    pub fn timestamp(&self) -> &str {
        &self.timestamp
    }

    /// `webhook-signature`.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// What it says.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.delivery.body
    }

    /// The delivery that it is.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }
}

/// What this process knows of a webhook.
#[derive(Default, Clone, Copy)]
struct Standing {
    under_way: usize,
    /// Whether the last delivery failed, or took long.
    hindering: bool,
}

/// Where letters leave, and replies arrive.
pub struct Desk {
    engine: Engine,
    secret: Secret,
    standings: HashMap<WebhookId, Standing>,
    work: Work,
    /// The webhook that had its turn last.
    last: WebhookId,
}

impl Desk {
    /// A desk at this database; the secret is the server's.
    #[must_use]
    pub fn new(engine: Engine, secret: Secret) -> Self {
        let (standings, work) = (HashMap::new(), Work::default());
        Self { engine, secret, standings, work, last: WebhookId(0) }
    }

    /// How many letters have left, and have no reply yet.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.standings.values().map(|standing| standing.under_way).sum()
    }

    /// The letters that are to leave now, when so many can be under way at a time. Receivers that fail or
    /// are slow get half of that at most, so that others need not wait for them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn take(&mut self, most: usize) -> Result<Vec<Letter>, Error> {
        let mut letters = Vec::new();
        if self.under_way() >= most {
            return Ok(letters);
        }
        let look = |view: &mut View<'_>| webhooks::work(view, &self.work);
        self.work = self.engine.database().read(Viewer::Everything, look)?;
        let mut work = self.work.webhooks.clone();
        // Each in its turn, or the first would always come first.
        let after_last = work.partition_point(|id| *id <= self.last);
        work.rotate_left(after_last);
        for id in work {
            let free = self.room(id, most);
            if free == 0 {
                continue;
            }
            let turn = move |tx: &mut Transaction<'_>| webhooks::turn(tx, id, free, LEASE);
            self.last = id;
            let (webhook, taken) = match self.engine.write_blocking(Actor::command_line(), turn) {
                Ok(Some(taken)) => taken,
                Ok(None) => continue,
                Err(error) if letters.is_empty() => return Err(error),
                // What was taken before must leave; the next time, the one after this comes first.
                Err(_) => break,
            };
            let secret = WebhookSecret::derive(&self.secret, webhook.id, &webhook.salt);
            let now = self.now();
            self.standings.entry(id).or_default().under_way += taken.len();
            let signed = |delivery| Letter::new(&secret, &webhook, delivery, now);
            letters.extend(taken.into_iter().map(signed));
        }
        Ok(letters)
    }

    /// How many more deliveries of this webhook may be under way.
    fn room(&self, id: WebhookId, most: usize) -> usize {
        let standing = self.standings.get(&id).copied().unwrap_or_default();
        let free = most.saturating_sub(self.under_way());
        if !standing.hindering {
            return MOST.saturating_sub(standing.under_way).min(free);
        }
        let hindering = self.standings.values().filter(|standing| standing.hindering);
        let of_hindering: usize = hindering.map(|standing| standing.under_way).sum();
        let left = (most / 2).max(1).saturating_sub(of_hindering);
        MOST_OF_HINDERING.saturating_sub(standing.under_way).min(free).min(left)
    }

    /// Writes down what became of letters.
    ///
    /// # Errors
    /// Those of the database: then they will be posted again.
    pub fn settle(&mut self, replies: &[(Letter, Reply)]) -> Result<(), Error> {
        let now = self.now();
        let mut settled = Vec::with_capacity(replies.len());
        for (letter, reply) in replies {
            let outcome = outcome(&letter.delivery, reply, now);
            let standing = self.standings.entry(letter.delivery.webhook).or_default();
            standing.under_way = standing.under_way.saturating_sub(1);
            let is_slow = matches!(reply, Reply::Answer { took, .. } if *took > SLOW);
            standing.hindering = is_slow || !matches!(outcome, Outcome::Delivered { .. });
            settled.push((letter.delivery.clone(), outcome));
        }
        // What is known of webhooks that do well is nothing that must be kept.
        self.standings.retain(|_, standing| standing.hindering || standing.under_way > 0);
        self.engine.write_blocking(Actor::command_line(), move |tx| {
            // Webhooks are locked before their deliveries.
            let wants_no_more = |(delivery, outcome): &(Delivery, Outcome)| {
                matches!(outcome, Outcome::Failed { status: Some(GONE), .. })
                    .then_some(delivery.webhook)
            };
            for id in settled.iter().filter_map(wants_no_more) {
                webhooks::switch_off(tx, id)?;
            }
            settled
                .iter()
                .try_for_each(|(delivery, outcome)| webhooks::settle(tx, delivery, outcome))
        })
    }

    fn now(&self) -> Timestamp {
        self.engine.database().clock().now()
    }
}

const GONE: i16 = 410;

fn outcome(delivery: &Delivery, reply: &Reply, now: Timestamp) -> Outcome {
    let (status, error, wish) = match reply {
        Reply::Answer { status, .. } if (200..300).contains(status) => {
            return Outcome::Delivered { status: i16::try_from(*status).unwrap_or_default() };
        }
        Reply::Answer { status, retry_after, .. } => {
            let wish = retry_after.as_deref().and_then(|text| wish(text, now));
            (i16::try_from(*status).ok(), refused(*status), wish)
        }
        Reply::Nothing(error) => (None, error.clone(), None),
    };
    let pause = pause_after(delivery.attempts.saturating_add(1)).filter(|_| status != Some(GONE));
    let Some(pause) = pause else { return Outcome::Failed { status, error, again: None } };
    // Up to a tenth more, so that not all come back at once.
    let [jitter] = random_bytes().unwrap_or_default();
    let pause = pause + pause / 10 * i32::from(jitter) / 256;
    let again = Some(now + wish.map_or(pause, |wish| pause.max(wish.min(LONGEST_WISH))));
    Outcome::Failed { status, error, again }
}

fn refused(status: u16) -> String {
    match status {
        300..400 => format!("it answered {status}, and redirects are not followed"),
        410 => "it answered 410: it wants no more, so the webhook was switched off".to_owned(),
        _ => format!("it answered {status}"),
    }
}

/// For how long a receiver asks to be left alone: a number of seconds, or a date.
fn wish(retry_after: &str, now: Timestamp) -> Option<TimeDelta> {
    let text = retry_after.trim();
    let seconds = text.parse().ok().and_then(TimeDelta::try_seconds);
    let until = || DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc() - now);
    seconds.or_else(until)
}
