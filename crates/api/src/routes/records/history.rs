//! What a record was, and what it hangs together with.

use super::query::answer as part;
use super::{Place, RevertBody, location, number};
use crate::caller::{Caller, ReadProject, WriteRecords};
use crate::etag::Conditions;
use crate::listing::{self, Paging, next_link};
use crate::once::{Post, shown_version};
use crate::past::Present;
use crate::problem::{Problem, told};
use crate::state::State;
use crate::views::{DifferenceView, GraphView, HistoryView, RecordView};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use omicron_persistence::idempotency::Answer;
use omicron_persistence::{Transaction, View};
use omicron_service::records::{self, Direction};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(history)
        .service(at_version)
        .service(proof)
        .service(difference)
        .service(revert)
        .service(graph);
}

/// The versions of a record, oldest first: who made each, when, and what it changed. None is ever
/// forgotten.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place, Paging),
    responses((status = 200, description = "Up to 100 versions", body = HistoryView)),
)]
#[get("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/history")]
async fn history(
    caller: Caller<ReadProject>,
    path: Path<Place>,
    paging: Query<Paging>,
    _present: Present,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let location = path.location()?;
    let (after, limit) = paging.rest(100)?;
    let work = move |view: &mut View<'_>, _: &_| records::history(view, &location, after, limit);
    let entries = caller.read_slowly(&state, work).await?;
    let last = listing::next(&entries, limit, |entry| entry.version);
    let next = last.map(|version| next_link(&request, version, limit));
    Ok(part(next, &HistoryView::from(entries)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct VersionPlace {
    /// The project's id or name
    project: String,
    /// experiments, samples, protocols or instruments
    kind: String,
    /// The record's id
    id: String,
    /// The version's number
    version: String,
}

/// One version of a record, whole.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(VersionPlace),
    responses((status = 200, description = "The record as it was", body = RecordView)),
)]
#[get(
    "/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/history/{version}"
)]
async fn at_version(
    caller: Caller<ReadProject>,
    path: Path<VersionPlace>,
    _present: Present,
    state: State,
) -> Result<HttpResponse, Problem> {
    let location = location(&path.project, &path.kind, &path.id)?;
    let version = number(&path.version);
    let work = move |view: &mut View<'_>, _: &_| records::version(view, &location, version);
    let shown = caller.read(&state, work).await?;
    Ok(HttpResponse::Ok().json(RecordView::from(shown)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Proven {
    /// Which version. Default: the last one.
    #[param(value_type = Option<i64>, minimum = 1)]
    version: Option<String>,
}

/// The proof that a version of a record is in the journal, against the last checkpoint: whoever has the
/// public key can check it without the server.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place, Proven),
    responses(
        (status = 200, description = "A proof of the format `omicron-inclusion-proof/1`", body = serde_json::Value),
        (status = 409, description = "No checkpoint vouches for it yet: try again after `Retry-After`"),
    ),
)]
#[get("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/proof")]
async fn proof(
    caller: Caller<ReadProject>,
    path: Path<Place>,
    asked: Query<Proven>,
    state: State,
) -> Result<HttpResponse, Problem> {
    let location = path.location()?;
    let version = asked.version.as_deref().filter(|text| !text.is_empty()).map(number);
    let work = move |view: &mut View<'_>, _: &_| records::proof(view, &location, version);
    Ok(HttpResponse::Ok().json(caller.read(&state, work).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Versions {
    /// The older version.
    #[param(value_type = i64, minimum = 1)]
    from: String,
    /// The newer version.
    #[param(value_type = i64, minimum = 1)]
    to: String,
}

/// Where two versions of a record differ.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place, Versions),
    responses((status = 200, description = "What differs, place by place", body = DifferenceView)),
)]
#[get("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/diff")]
async fn difference(
    caller: Caller<ReadProject>,
    path: Path<Place>,
    versions: Query<Versions>,
    _present: Present,
    state: State,
) -> Result<HttpResponse, Problem> {
    let location = path.location()?;
    let (from, to) = (number(&versions.from), number(&versions.to));
    for (pointer, version) in [("/from", from), ("/to", to)] {
        if version == 0 {
            return Err(Problem::invalid(pointer, "must be the number of a version"));
        }
    }
    let work = move |view: &mut View<'_>, _: &_| records::difference(view, &location, from, to);
    let changes = caller.read(&state, work).await?.into_iter().map(told).collect();
    Ok(HttpResponse::Ok().json(DifferenceView { from, to, changes }))
}

/// Makes a record say again what it said in an older version, as a new one; its status stays, or
/// becomes the one that is asked for, as its lifecycle allows. For members of the project.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place),
    request_body(content = ref("#/components/schemas/revert-record")),
    responses(
        (status = 200, description = "The record as it now is", body = RecordView, headers(("ETag" = String))),
        (status = 409, description = "It is in the trash or signed, or the project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[post("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/revert")]
async fn revert(
    caller: Caller<WriteRecords>,
    path: Path<Place>,
    conditions: Conditions,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (body, once) = post.read::<RevertBody>(&state).await?;
    let (location, version) = (path.location()?, body.version);
    let asked = (version, body.status()?);
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let shown = records::revert(tx, caller, &location, &conditions.base(), asked.clone())?;
        let version = shown.record.version;
        let answer = shown_version(StatusCode::OK, version, &RecordView::from(shown))?;
        Ok::<Answer, _>(answer)
    };
    caller.write_once(&state, once, work).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Reach {
    /// How many links away, from 0 to 20. Default 3.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 20)]
    depth: Option<String>,
    /// `outward` to follow links as they point, `inward` against it. Default `both`.
    #[param(example = "outward")]
    direction: Option<String>,
}

/// The records that hang together with one, and the links between them: where it comes from, and what
/// came of it, as far as the caller may see.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place, Reach),
    responses((status = 200, description = "Up to 1000 records", body = GraphView)),
)]
#[get("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/graph")]
async fn graph(
    caller: Caller<ReadProject>,
    path: Path<Place>,
    reach: Query<Reach>,
    _present: Present,
    state: State,
) -> Result<HttpResponse, Problem> {
    let location = path.location()?;
    let depth = match reach.depth.as_deref() {
        None | Some("") => 3,
        Some(text) => text
            .parse()
            .ok()
            .filter(|depth| *depth <= 20)
            .ok_or_else(|| Problem::invalid("/depth", "must be a whole number from 0 to 20"))?,
    };
    let direction = match reach.direction.as_deref() {
        None | Some("" | "both") => Direction::Both,
        Some("outward") => Direction::Outward,
        Some("inward") => Direction::Inward,
        Some(_) => {
            return Err(Problem::invalid("/direction", "must be outward, inward or both"));
        }
    };
    let work = move |view: &mut View<'_>, _: &_| records::graph(view, &location, direction, depth);
    let graph = caller.read_slowly(&state, work).await?;
    Ok(HttpResponse::Ok().json(GraphView::from(graph)))
}
