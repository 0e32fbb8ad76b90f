//! `/checkpoints`: what the journal was, signed; for anyone to keep, and to check proofs against.

use crate::listing::{self, Paging, next_link};
use crate::problem::Problem;
use crate::state::State;
use crate::views::CheckpointsView;
use actix_web::http::header::LINK;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get};
use omicron_domain::{Page, Viewer};
use omicron_persistence::{View, checkpoints as kept};
use omicron_service::{Error, checkpoints};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(latest).service(consistency).service(list);
}

/// The checkpoints of the journal, oldest first: what it was at a time, signed. It takes no
/// credentials: a checkpoint tells how much was done, and nothing of what.
#[utoipa::path(
    tag = "journal", params(Paging),
    responses((status = 200, description = "Up to 100 checkpoints", body = CheckpointsView)),
)]
#[get("/checkpoints")]
async fn list(
    paging: Query<Paging>,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (after, limit) = paging.rest(100)?;
    let page = Page::after(after, limit).map_err(Problem::of_field("/limit"))?;
    let work = move |view: &mut View<'_>| kept::list(view, page);
    let part = state.engine.read(Viewer::Nobody, work).await?;
    let mut response = HttpResponse::Ok();
    if let Some(last) = listing::next(&part, limit, |checkpoint| checkpoint.id) {
        response.insert_header((LINK, next_link(&request, last, limit)));
    }
    Ok(response.json(CheckpointsView::from(part)))
}

/// The last checkpoint, as the signed note that is to be kept elsewhere. It takes no credentials.
#[utoipa::path(
    tag = "journal",
    responses(
        (status = 200, description = "A signed note (C2SP)", body = String, content_type = "text/plain"),
        (status = 404, description = "Nothing was signed yet"),
    ),
)]
#[get("/checkpoints/latest")]
async fn latest(state: State) -> Result<HttpResponse, Problem> {
    let last = state.engine.read(Viewer::Nobody, kept::latest).await?;
    let last = last.ok_or(Error::NotFound("checkpoint"))?;
    Ok(plain(last.note))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Sizes {
    /// The size of the earlier checkpoint.
    #[param(value_type = i64, minimum = 0)]
    from: String,
    /// The size of the later checkpoint.
    #[param(value_type = i64, minimum = 0)]
    to: String,
}

/// The proof that between two checkpoints the journal was only added to. It takes no credentials.
#[utoipa::path(
    tag = "journal", params(Sizes),
    responses(
        (status = 200, description = "A proof of the format `omicron-consistency-proof/1`", body = serde_json::Value),
        (status = 404, description = "There is no checkpoint of one of the sizes"),
    ),
)]
#[get("/checkpoints/consistency")]
async fn consistency(sizes: Query<Sizes>, state: State) -> Result<HttpResponse, Problem> {
    let (from, to) = (size("/from", &sizes.from)?, size("/to", &sizes.to)?);
    let work = move |view: &mut View<'_>| checkpoints::consistency(view, from, to);
    Ok(HttpResponse::Ok().json(state.engine.read(Viewer::Nobody, work).await?))
}

fn size(pointer: &'static str, text: &str) -> Result<i64, Problem> {
    let size = text.parse().ok().filter(|size| *size >= 0);
    size.ok_or_else(|| Problem::invalid(pointer, "must be the size of a checkpoint"))
}

/// The public keys that checkpoints were signed with, one on a line: the last one is in use. It takes
/// no credentials.
#[utoipa::path(
    tag = "journal",
    responses((status = 200, description = "The keys, oldest first", body = String, content_type = "text/plain")),
)]
#[get("/.well-known/omicron-journal-keys")]
pub(super) async fn keys(state: State) -> Result<HttpResponse, Problem> {
    let keys = state.engine.read(Viewer::Nobody, kept::keys).await?;
    Ok(plain(keys.iter().flat_map(|key| [key.to_string(), "\n".to_owned()]).collect()))
}

fn plain(text: String) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text)
}
