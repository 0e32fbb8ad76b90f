//! What of the feed is asked for.

use crate::problem::Problem;
use crate::routes::PREFIX;
use crate::routes::projects::which;
use actix_web::http::header::{HeaderMap, HeaderName};
use omicron_domain::{Action, EventFilter, Subject};
use omicron_persistence::View;
use omicron_persistence::feed::Filter;
use omicron_service::projects::Which;
use omicron_service::{Error, feed};
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use utoipa::IntoParams;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const MOST: usize = 1000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The position after which to begin: `next` of the part before, or the `id` of a stream's last
    /// event. A list begins with the first event of all, a stream with the present.
    #[param(value_type = Option<i64>, minimum = 0)]
    after: Option<String>,
    /// How many events a part of the list has at most, up to 1000. Default 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
    /// Only what happens in this project, by its id or name.
    #[param(example = "Alloys")]
    project: Option<String>,
    /// Only what is done to these kinds of things, with commas between.
    #[param(example = "sample,experiment")]
    kind: Option<String>,
    /// Only these actions, with commas between.
    #[param(example = "record.created,record.changed")]
    action: Option<String>,
}

/// Which events are wanted.
#[derive(Debug, Clone)]
pub(super) struct What {
    project: Option<Which>,
    events: EventFilter,
}

impl What {
    /// The filter, once it is known which project is meant.
    pub(super) fn filter(&self, view: &mut View<'_>) -> Result<Filter, Error> {
        let project = self.project.as_ref().map(|which| feed::about(view, which)).transpose()?;
        Ok(Filter { project, events: self.events.clone() })
    }
}

impl Asked {
    pub(super) fn after(&self) -> Result<Option<i64>, Problem> {
        self.after.as_deref().map(|text| position("/after", text)).transpose()
    }

    pub(super) fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = self.limit.as_deref() else { return Ok(100) };
        let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
        limit.ok_or_else(|| Problem::invalid("/limit", "must be an integer from 1 to 1000"))
    }

    pub(super) fn what(&self) -> Result<What, Problem> {
        let actions: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
        Ok(What {
            project: self.project.as_deref().map(which),
            events: EventFilter {
                kinds: among("/kind", self.kind.as_deref(), Subject::KINDS)?,
                actions: among("/action", self.action.as_deref(), &actions)?,
            },
        })
    }

    /// The address of the part that follows a position.
    pub(super) fn address_after(&self, position: i64) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("after", &position.to_string());
        let others = [
            ("limit", &self.limit),
            ("project", &self.project),
            ("kind", &self.kind),
            ("action", &self.action),
        ];
        for (name, value) in others {
            query.extend_pairs(value.iter().map(|value| (name, value)));
        }
        format!("{PREFIX}/events?{}", query.finish())
    }
}

/// The event after which a stream is to go on, if the client has had one.
pub(super) fn last_event(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    match value.to_str().map(str::trim) {
        Ok("") => Ok(None),
        text => position("/Last-Event-ID", text.unwrap_or("?")).map(Some),
    }
}

fn position(pointer: &'static str, text: &str) -> Result<i64, Problem> {
    let position = text.parse().ok().filter(|position| *position >= 0);
    position.ok_or_else(|| {
        Problem::invalid(pointer, "must be a position: 0, or one that an answer gave")
    })
}

/// The parts of a text, if each of them is known.
fn among(
    pointer: &'static str,
    text: Option<&str>,
    known: &[&str],
) -> Result<Vec<String>, Problem> {
    let parts = text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let unknown =
                || Problem::invalid(pointer, format!("must be some of {}", known.join(", ")));
            known.contains(&part).then(|| part.to_owned()).ok_or_else(unknown)
        })
        .collect()
}
