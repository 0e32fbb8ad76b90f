//! `/events`: what happens, in order, from any point on; as a list, or as a stream.

mod asked;
mod follow;

use crate::caller::{Caller, ReadProject};
use crate::problem::Problem;
use crate::state::State;
use crate::views::EventsView;
use actix_web::http::header::{ACCEPT, CACHE_CONTROL, HeaderMap, LINK, VARY};
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get};
use asked::Asked;
use omicron_persistence::View;
use omicron_service::feed::{self, News};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(events);
}

/// Tells what happened, in order, as far as the caller may see it now: a part of it as a list, which
/// says where to go on, or all of it from some point on as a stream of server-sent events, which goes
/// on with what happens next.
///
/// The stream begins after `Last-Event-ID`, as browsers send it by themselves when they connect again,
/// or after `after`, or with the present.
#[utoipa::path(
    tag = "events", params(Asked), security(("password" = []), ("token" = [])),
    responses(
        (status = 200, description = "What happened; with `Accept: text/event-stream`, a stream", body = EventsView,
         headers(("Link" = String, description = "Where to go on"))),
        (status = 404, description = "There is no such project, or the caller may not see it"),
    ),
)]
#[get("/events")]
async fn events(
    caller: Caller<ReadProject>,
    asked: Query<Asked>,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let what = asked.what()?;
    if wants_stream(request.headers()) {
        let after = asked::last_event(request.headers())?.or(asked.after()?);
        return follow::begin(caller, what, after, &state).await;
    }
    let (after, limit) = (asked.after()?.unwrap_or_default(), asked.limit()?);
    let work = move |view: &mut View<'_>, _: &_| {
        let filter = what.filter(view)?;
        feed::after(view, after, &filter, limit)
    };
    let News { events, next, last } = caller.read_slowly(&state, work).await?;
    Ok(HttpResponse::Ok()
        .insert_header((VARY, "Accept"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((LINK, format!("<{}>; rel=\"next\"", asked.address_after(next))))
        .json(EventsView::new(events, next, next < last)))
}

fn wants_stream(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|range| range.split(';').next().unwrap_or_default().trim() == "text/event-stream")
}
