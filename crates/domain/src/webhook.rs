//! Webhooks: addresses to which what happens is posted.

use crate::{DeliveryId, Description, EventFilter, ProjectId, Timestamp, WebhookId};
use std::fmt;
use std::str::FromStr;

/// A webhook, as someone asks for it.
///
/// ```
/// use omicron_domain::{WebhookDraft, EventFilter};
///
/// let draft = WebhookDraft {
///     url: "https://chat.example/hook".to_owned(),
///     description: "tells the chat".parse()?,
///     filter: EventFilter::default(),
///     enabled: true,
/// };
/// assert!(draft.enabled);
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDraft {
    /// Where to post to; the service checks it.
    pub url: String,
    /// What it is for.
    pub description: Description,
    /// Which events it is for.
    pub filter: EventFilter,
    /// Whether anything is posted for now.
    pub enabled: bool,
}

/// A webhook: what happens in a project, or in the whole laboratory, is posted to an address.
///
/// ```
/// # fn show(webhook: &omicron_domain::Webhook) {
/// println!("{} has got all up to {}", webhook.draft.url, webhook.cursor);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// The project whose events it is for; `None` for those of the whole laboratory.
    pub project: Option<ProjectId>,
    /// What it is.
    pub draft: WebhookDraft,
    /// What its secret is derived from, beside the server's own: no secret by itself.
    pub salt: [u8; 16],
    /// The position up to which deliveries were made of the events.
    pub cursor: i64,
    /// Which version this is, from 1 on.
    pub version: i64,
    /// When it was made.
    pub date_created: Timestamp,
    /// When it was changed last.
    pub date_changed: Timestamp,
}

/// How far a delivery has come.
///
/// ```
/// use omicron_domain::DeliveryState;
/// assert_eq!("dead".parse(), Ok(DeliveryState::Dead));
/// assert_eq!(DeliveryState::Pending.to_string(), "pending");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It will be tried, for the first time or again.
    Pending,
    /// The receiver has taken it.
    Delivered,
    /// It was tried for days, and is tried no more unless someone asks for it.
    Dead,
}

/// There is no such state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be pending, delivered or dead")]
pub struct UnknownDeliveryState;

impl DeliveryState {
    /// Every state there is.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    /// The state's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DeliveryState {
    type Err = UnknownDeliveryState;

    fn from_str(text: &str) -> Result<Self, UnknownDeliveryState> {
        let named = |state: &Self| state.as_str() == text;
        Self::ALL.into_iter().find(named).ok_or(UnknownDeliveryState)
    }
}

/// One event on its way to one webhook.
///
/// ```
/// # fn show(delivery: &omicron_domain::Delivery) {
/// println!("{} of {}: {}", delivery.position, delivery.subject, delivery.state);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The webhook that it is for.
    pub webhook: WebhookId,
    /// The event's position.
    pub position: i64,
    /// What the event is about: the text of a [`Subject`](crate::Subject).
    pub subject: String,
    /// What is posted.
    pub body: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried in vain, since it was made or asked for again.
    pub attempts: i16,
    /// When it is tried next, if it is pending.
    pub next_attempt: Timestamp,
    /// The status of the last answer, if there was one.
    pub last_status: Option<i16>,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<String>,
    /// When it was made.
    pub date_created: Timestamp,
    /// When it was delivered or given up.
    pub date_ended: Option<Timestamp>,
}
