//! What clients are shown of webhooks.

use omicron_domain::{Delivery, ProjectId, Timestamp, Webhook};
use serde::Serialize;
use utoipa::ToSchema;

/// An address to which what happens is posted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookView {
    id: i64,
    /// The id of the project whose events it is for; `null` for those of the whole laboratory.
    #[schema(value_type = Option<i64>)]
    project: Option<ProjectId>,
    #[schema(example = "https://chat.example/hook")]
    url: String,
    description: String,
    /// The kinds of subjects that it asks for; all, if there are none.
    kinds: Vec<String>,
    /// The actions that it asks for; all, if there are none.
    actions: Vec<String>,
    /// Whether anything is posted.
    enabled: bool,
    /// The position up to which deliveries were made of what has happened. While nothing is for it, it stays
    /// behind by up to 1000.
    position: i64,
    version: i64,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    date_changed: Timestamp,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        let draft = webhook.draft;
        Self {
            id: webhook.id.0,
            project: webhook.project,
            url: draft.url,
            description: draft.description.into(),
            kinds: draft.filter.kinds,
            actions: draft.filter.actions,
            enabled: draft.enabled,
            position: webhook.cursor,
            version: webhook.version,
            date_created: webhook.date_created,
            date_changed: webhook.date_changed,
        }
    }
}

/// A webhook with its secret, which is shown only here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookSecretView {
    #[serde(flatten)]
    pub(crate) webhook: WebhookView,
    /// With this, receivers check the signatures of deliveries.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub(crate) secret: String,
}

/// A part of the webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhooksView {
    pub(crate) webhooks: Vec<WebhookView>,
}

/// One event on its way to a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    id: i64,
    /// The event's position.
    position: i64,
    /// What the event is about.
    #[schema(example = "sample:12")]
    subject: String,
    /// `pending`, `delivered` or `dead`.
    #[schema(example = "dead")]
    state: &'static str,
    /// How often it was tried in vain.
    attempts: i16,
    /// When it is tried next, if it is pending.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt: Option<Timestamp>,
    /// The status of the last answer, if there was one.
    last_status: Option<i16>,
    /// Why the last attempt failed, if it did.
    last_error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    /// When it was delivered, or given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    date_ended: Option<Timestamp>,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id.0,
            position: delivery.position,
            subject: delivery.subject,
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            next_attempt: delivery.date_ended.is_none().then_some(delivery.next_attempt),
            last_status: delivery.last_status,
            last_error: delivery.last_error,
            date_created: delivery.date_created,
            date_ended: delivery.date_ended,
        }
    }
}

/// A part of a webhook's deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveriesView {
    pub(crate) deliveries: Vec<DeliveryView>,
}
