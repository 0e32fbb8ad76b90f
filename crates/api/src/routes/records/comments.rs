//! What people say about a record.

use super::{Place, location, number};
use crate::body::{Body, Document};
use crate::caller::{Caller, Comment, ReadProject};
use crate::etag::{Conditions, tagged_version};
use crate::listing::{self, Paging};
use crate::once::{Post, shown_version};
use crate::past::Present;
use crate::problem::Problem;
use crate::state::State;
use crate::views::{CommentView, CommentsView, DeletedView};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use omicron_domain::CommentId;
use omicron_persistence::idempotency::Answer;
use omicron_persistence::{Transaction, View};
use omicron_service::comments::{self, Said};
use omicron_service::records::Location;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list).service(add).service(change).service(remove);
}

/// What someone says.
#[derive(Deserialize)]
pub(crate) struct CommentBody {
    text: String,
}

impl Document for CommentBody {
    const SCHEMA: &'static str = "comment";
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct CommentPlace {
    /// The project's id or name
    project: String,
    /// experiments, samples, protocols or instruments
    kind: String,
    /// The record's id
    id: String,
    /// The comment's id
    comment: String,
}

impl CommentPlace {
    fn location(&self) -> Result<Location, Problem> {
        location(&self.project, &self.kind, &self.id)
    }

    fn id(&self) -> CommentId {
        CommentId(number(&self.comment))
    }
}

/// Lists what was said about a record, oldest first, without what was withdrawn.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place, Paging),
    responses((status = 200, description = "A part of the list", body = CommentsView)),
)]
#[get("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/comments")]
async fn list(
    caller: Caller<ReadProject>,
    path: Path<Place>,
    paging: Query<Paging>,
    _present: Present,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (location, page) = (path.location()?, paging.page()?);
    let work = move |view: &mut View<'_>, _: &_| comments::list(view, &location, page);
    let listing = caller.read_slowly(&state, work).await?;
    let id = |said: &Said| said.comment.id.0;
    Ok(listing::answer(&request, page, listing, id, |comments| CommentsView {
        comments: comments.into_iter().map(CommentView::from).collect(),
    }))
}

/// Says something about a record: for everyone who belongs to the project.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place),
    request_body(content = ref("#/components/schemas/comment")),
    responses(
        (status = 201, description = "The comment", body = CommentView, headers(("Location" = String), ("ETag" = String))),
        (status = 409, description = "The record is in the trash, or the project is archived"),
    ),
)]
#[post("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/comments")]
async fn add(
    caller: Caller<Comment>,
    path: Path<Place>,
    post: Post,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (body, once) = post.read::<CommentBody>(&state).await?;
    let text = body.text.parse().map_err(Problem::of_field("/text"))?;
    let (location, base) = (path.location()?, request.path().to_owned());
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let said = comments::add(tx, caller, &location, &text)?;
        let location = Some(format!("{base}/{}", said.comment.id));
        let version = said.comment.version;
        let shown = shown_version(StatusCode::CREATED, version, &CommentView::from(said))?;
        Ok(Answer { location, ..shown })
    };
    caller.write_once(&state, once, work).await
}

/// Puts a comment of one's own differently.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(CommentPlace),
    request_body(content = ref("#/components/schemas/comment")),
    responses(
        (status = 200, description = "The comment as it now is", body = CommentView, headers(("ETag" = String))),
        (status = 409, description = "The record is in the trash, or the project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[patch(
    "/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/comments/{comment}"
)]
async fn change(
    caller: Caller<Comment>,
    path: Path<CommentPlace>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<CommentBody>().await?;
    let text = body.text.parse().map_err(Problem::of_field("/text"))?;
    let (location, id) = (path.location()?, path.id());
    let said = caller
        .write(&state, move |tx, caller| {
            comments::change(tx, caller, (&location, id), &conditions.base(), &text)
        })
        .await?;
    tagged_version(HttpResponse::Ok(), said.comment.version, &CommentView::from(said))
}

/// Withdraws a comment: of one's own, or anyone's for those who look after the project. The history
/// keeps it.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(CommentPlace),
    responses(
        (status = 200, description = "It is shown no more", body = DeletedView),
        (status = 409, description = "The record is in the trash, or the project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[delete(
    "/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/comments/{comment}"
)]
async fn remove(
    caller: Caller<Comment>,
    path: Path<CommentPlace>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (location, id) = (path.location()?, path.id());
    caller
        .write(&state, move |tx, caller| {
            comments::remove(tx, caller, (&location, id), &conditions.base())
        })
        .await?;
    Ok(HttpResponse::Ok().json(DeletedView { status: "resource deleted" }))
}
