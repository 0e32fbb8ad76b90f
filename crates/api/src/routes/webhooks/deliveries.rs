//! What is on its way to a webhook, and what became of it.

use super::number;
use crate::caller::{Caller, ManageWebhooks};
use crate::listing::{self, Paging};
use crate::once::{Post, shown};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{DeliveriesView, DeliveryView};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use omicron_domain::{Delivery, DeliveryId, DeliveryState, UnknownDeliveryState, WebhookId};
use omicron_persistence::{Transaction, View};
use omicron_service::webhooks;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list).service(retry);
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// `pending`, `delivered` or `dead`; without one, all.
    #[param(example = "dead")]
    state: Option<String>,
}

/// Lists the deliveries of a webhook, oldest first: what waits, what was delivered within a week, and
/// what was given up within a month.
#[utoipa::path(
    tag = "webhooks", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The webhook's id"), Wanted, Paging),
    responses(
        (status = 200, description = "A part of the list", body = DeliveriesView),
        (status = 409, description = "The project is archived"),
    ),
)]
#[get("/webhooks/{id}/deliveries")]
async fn list(
    caller: Caller<ManageWebhooks>,
    (path, wanted, paging): (Path<String>, Query<Wanted>, Query<Paging>),
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (id, page) = (WebhookId(number(&path)), paging.page()?);
    let named = wanted.state.as_deref().filter(|text| !text.is_empty());
    let named: Option<DeliveryState> = named
        .map(str::parse)
        .transpose()
        .map_err(|error: UnknownDeliveryState| Problem::invalid("/state", error.to_string()))?;
    let work =
        move |view: &mut View<'_>, caller: &_| webhooks::deliveries(view, caller, id, named, page);
    let listing = caller.read_slowly(&state, work).await?;
    let id = |delivery: &Delivery| delivery.id.0;
    Ok(listing::answer(&request, page, listing, id, |found| DeliveriesView {
        deliveries: found.into_iter().map(DeliveryView::from).collect(),
    }))
}

/// Has something delivered now, whatever became of it before: mostly what was given up.
#[utoipa::path(
    tag = "webhooks", security(("password" = []), ("token" = [])),
    params(
        ("id" = String, Path, description = "The webhook's id"),
        ("delivery" = String, Path, description = "The delivery's id"),
    ),
    responses(
        (status = 200, description = "The delivery as it now is", body = DeliveryView),
        (status = 409, description = "The project is archived"),
    ),
)]
#[post("/webhooks/{id}/deliveries/{delivery}/retry")]
async fn retry(
    caller: Caller<ManageWebhooks>,
    path: Path<(String, String)>,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let once = post.read_nothing(&state).await?;
    let (id, delivery) = (WebhookId(number(&path.0)), DeliveryId(number(&path.1)));
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let delivery = webhooks::retry(tx, caller, id, delivery)?;
        Ok(shown(StatusCode::OK, &DeliveryView::from(delivery))?)
    };
    caller.write_once(&state, once, work).await
}
