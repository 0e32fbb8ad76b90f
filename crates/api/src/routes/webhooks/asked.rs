//! What bodies about webhooks ask for.

use super::which;
use crate::body::Document;
use crate::problem::Problem;
use omicron_domain::{Description, EventFilter, WebhookDraft};
use omicron_service::projects::Which;
use serde::Deserialize;

#[derive(Deserialize)]
struct Fields {
    url: Option<String>,
    description: Option<String>,
    kinds: Option<Vec<String>>,
    actions: Option<Vec<String>>,
    enabled: Option<bool>,
    project: Option<ProjectBody>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ProjectBody {
    Id(i64),
    Name(String),
}

/// The body of a new webhook.
#[derive(Deserialize)]
pub(crate) struct NewWebhookBody(Fields);

/// A merge patch (RFC 7396) of a webhook, which replaces lists whole.
#[derive(Deserialize)]
pub(crate) struct ChangeWebhookBody(Fields);

/// From where on to deliver.
#[derive(Deserialize)]
pub(crate) struct ReplayWebhookBody {
    pub(super) from: i64,
}

impl Document for NewWebhookBody {
    const SCHEMA: &'static str = "new-webhook";
}

impl Document for ChangeWebhookBody {
    const SCHEMA: &'static str = "change-webhook";
}

impl Document for ReplayWebhookBody {
    const SCHEMA: &'static str = "replay-webhook";
}

fn description(text: &str) -> Result<Description, Problem> {
    text.parse().map_err(Problem::of_field("/description"))
}

impl NewWebhookBody {
    /// For which project it is, and what it is.
    pub(super) fn draft(self) -> Result<(Option<Which>, WebhookDraft), Problem> {
        let fields = self.0;
        let project = fields.project.map(|project| match project {
            ProjectBody::Id(id) => which(&id.to_string()),
            ProjectBody::Name(name) => which(&name),
        });
        let draft = WebhookDraft {
            url: fields.url.ok_or_else(|| Problem::internal("the schema asks for a url"))?,
            description: description(&fields.description.unwrap_or_default())?,
            filter: EventFilter {
                kinds: fields.kinds.unwrap_or_default(),
                actions: fields.actions.unwrap_or_default(),
            },
            enabled: fields.enabled.unwrap_or(true),
        };
        Ok((project, draft))
    }
}

impl ChangeWebhookBody {
    /// What it makes of a webhook.
    pub(super) fn change(self) -> Result<impl Fn(WebhookDraft) -> WebhookDraft, Problem> {
        let fields = self.0;
        let description = fields.description.as_deref().map(description).transpose()?;
        Ok(move |draft: WebhookDraft| WebhookDraft {
            url: fields.url.clone().unwrap_or(draft.url),
            description: description.clone().unwrap_or(draft.description),
            filter: EventFilter {
                kinds: fields.kinds.clone().unwrap_or(draft.filter.kinds),
                actions: fields.actions.clone().unwrap_or(draft.filter.actions),
            },
            enabled: fields.enabled.unwrap_or(draft.enabled),
        })
    }
}
