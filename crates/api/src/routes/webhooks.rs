//! `/webhooks`: to whom it is told what happens, in a project or in the whole laboratory.

use super::projects::which;
use super::records::number;
use crate::body::Body;
use crate::caller::{Caller, ManageWebhooks};
use crate::etag::{Conditions, tagged_version};
use crate::listing::{self, Paging};
use crate::once::{Post, shown};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{DeletedView, WebhookSecretView, WebhookView, WebhooksView};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use omicron_domain::{Webhook, WebhookId};
use omicron_persistence::{Transaction, View};
use omicron_service::webhooks;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

mod asked;
mod deliveries;

pub(crate) use asked::{ChangeWebhookBody, NewWebhookBody, ReplayWebhookBody};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create).service(find).service(change).service(remove);
    config.service(rotate).service(replay);
    deliveries::configure(config);
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Place {
    /// The project's id or name; without one, the webhooks of the whole laboratory are meant.
    project: Option<String>,
}

/// Lists the webhooks of a project, for those who look after it; or those of the whole laboratory, for
/// administrators.
#[utoipa::path(
    tag = "webhooks", params(Place, Paging), security(("password" = []), ("token" = [])),
    responses(
        (status = 200, description = "A part of the list", body = WebhooksView),
        (status = 404, description = "There is no such project, or the caller may not see it"),
        (status = 409, description = "The project is archived"),
    ),
)]
#[get("/webhooks")]
async fn list(
    caller: Caller<ManageWebhooks>,
    place: Query<Place>,
    paging: Query<Paging>,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let page = paging.page()?;
    let project = place.project.as_deref().filter(|text| !text.is_empty()).map(which);
    let work =
        move |view: &mut View<'_>, caller: &_| webhooks::list(view, caller, project.as_ref(), page);
    let listing = caller.read(&state, work).await?;
    let id = |webhook: &Webhook| webhook.id.0;
    Ok(listing::answer(&request, page, listing, id, |found| WebhooksView {
        webhooks: found.into_iter().map(WebhookView::from).collect(),
    }))
}

/// Makes a webhook: of one project, by those who look after it; or of the whole laboratory, by an
/// administrator. What happens from now on is posted to it, beginning with this. Its secret is shown
/// only here.
#[utoipa::path(
    tag = "webhooks", security(("password" = []), ("token" = [])),
    request_body(content = ref("#/components/schemas/new-webhook")),
    responses(
        (status = 201, description = "The new webhook", body = WebhookSecretView, headers(("Location" = String))),
        (status = 404, description = "There is no such project, or the caller may not see it"),
        (status = 409, description = "The project is archived, or there are 20 webhooks there already"),
    ),
)]
#[post("/webhooks")]
async fn create(
    caller: Caller<ManageWebhooks>,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (project, draft) = body.read::<NewWebhookBody>().await?.draft()?;
    let plain = state.settings.plain_webhooks;
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        webhooks::create(tx, caller, project.as_ref(), &draft, plain)
    };
    let webhook = caller.write(&state, work).await?;
    let location = format!("{}/webhooks/{}", super::PREFIX, webhook.id);
    let mut response = HttpResponse::Created();
    response.insert_header((LOCATION, location)).insert_header((CACHE_CONTROL, "no-store"));
    Ok(response.json(with_secret(&state, webhook)))
}

/// One webhook.
#[utoipa::path(
    tag = "webhooks", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses(
        (status = 200, description = "The webhook", body = WebhookView, headers(("ETag" = String))),
        (status = 304, description = "The client has it already"),
        (status = 409, description = "The project is archived"),
    ),
)]
#[get("/webhooks/{id}")]
async fn find(
    caller: Caller<ManageWebhooks>,
    path: Path<String>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let id = WebhookId(number(&path));
    let webhook = caller.read(&state, move |view, caller| webhooks::find(view, caller, id)).await?;
    conditions.answer_version(webhook.version, &WebhookView::from(webhook))
}

/// Changes a webhook: what is missing stays. One that is switched off keeps its place, and goes on from
/// there when it is switched on.
#[utoipa::path(
    tag = "webhooks", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    request_body(content = ref("#/components/schemas/change-webhook")),
    responses(
        (status = 200, description = "The webhook as it now is", body = WebhookView, headers(("ETag" = String))),
        (status = 409, description = "The project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[patch("/webhooks/{id}")]
async fn change(
    caller: Caller<ManageWebhooks>,
    path: Path<String>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<ChangeWebhookBody>().await?;
    let (id, plain) = (WebhookId(number(&path)), state.settings.plain_webhooks);
    let change = body.change()?;
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        webhooks::change(tx, caller, id, &conditions.base(), &change, plain)
    };
    let webhook = caller.write(&state, work).await?;
    tagged_version(HttpResponse::Ok(), webhook.version, &WebhookView::from(webhook))
}

/// Deletes a webhook, with what was still on its way.
#[utoipa::path(
    tag = "webhooks", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses(
        (status = 200, description = "It is gone", body = DeletedView),
        (status = 409, description = "The project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[delete("/webhooks/{id}")]
async fn remove(
    caller: Caller<ManageWebhooks>,
    path: Path<String>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let id = WebhookId(number(&path));
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        webhooks::delete(tx, caller, id, &conditions.base())
    };
    caller.write(&state, work).await?;
    Ok(HttpResponse::Ok().json(DeletedView { status: "resource deleted" }))
}

/// Gives a webhook another secret, with which all that is posted from now on is signed. It is shown only
/// here.
#[utoipa::path(
    tag = "webhooks", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses(
        (status = 200, description = "The webhook, and its new secret", body = WebhookSecretView),
        (status = 409, description = "The project is archived"),
    ),
)]
#[post("/webhooks/{id}/secret")]
async fn rotate(
    caller: Caller<ManageWebhooks>,
    path: Path<String>,
    state: State,
) -> Result<HttpResponse, Problem> {
    let id = WebhookId(number(&path));
    let webhook = caller.write(&state, move |tx, caller| webhooks::rotate(tx, caller, id)).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store"));
    Ok(response.json(with_secret(&state, webhook)))
}

fn with_secret(state: &State, webhook: Webhook) -> WebhookSecretView {
    let secret = state.authenticator.webhook_secret(&webhook).expose();
    WebhookSecretView { webhook: webhook.into(), secret }
}

/// Has all that happened from a position on delivered, again where it was before. What is still on its
/// way is forgotten: the position after the last one skips what waits.
#[utoipa::path(
    tag = "webhooks", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    request_body(content = ref("#/components/schemas/replay-webhook")),
    responses(
        (status = 200, description = "The webhook as it now is", body = WebhookView),
        (status = 409, description = "The project is archived"),
    ),
)]
#[post("/webhooks/{id}/replay")]
async fn replay(
    caller: Caller<ManageWebhooks>,
    path: Path<String>,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (ReplayWebhookBody { from }, once) = post.read(&state).await?;
    let id = WebhookId(number(&path));
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let webhook = webhooks::replay(tx, caller, id, from)?;
        Ok(shown(StatusCode::OK, &WebhookView::from(webhook))?)
    };
    caller.write_once(&state, once, work).await
}
