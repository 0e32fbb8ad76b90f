//! `/projects/{project}/members`, `/projects/{project}/owner`: who belongs to a project, and to whom
//! it belongs.

use super::projects::{unchanged, which};
use crate::body::{Body, Document};
use crate::caller::{Caller, ReadUsers};
use crate::etag::{Conditions, tagged};
use crate::once::{Post, respond, shown_with_tag};
use crate::problem::Problem;
use crate::state::State;
use crate::views::ProjectDetailsView;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, delete, post, put};
use omicron_persistence::Transaction;
use omicron_service::users::Who;
use omicron_service::{Error, projects};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(add).service(remove).service(hand_over);
}

#[derive(Deserialize)]
struct NewMemberBody {
    username: String,
}

impl Document for NewMemberBody {
    const SCHEMA: &'static str = "new-member";
}

#[derive(Deserialize)]
struct NewOwnerBody {
    username: String,
}

impl Document for NewOwnerBody {
    const SCHEMA: &'static str = "new-owner";
}

/// Adds someone to a project: for its owner.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    request_body(content = ref("#/components/schemas/new-member")),
    responses(
        (status = 201, description = "The project as it now is", body = ProjectDetailsView, headers(("ETag" = String))),
        (status = 409, description = "They are a member already"),
        (status = 412, description = "It is not what `If-Match` says"),
    ),
)]
#[post("/projects/{project_name_or_id}/members")]
async fn add(
    caller: Caller<ReadUsers>,
    path: Path<String>,
    conditions: Conditions,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (body, once) = post.read::<NewMemberBody>(&state).await?;
    let (which, actor) = (which(&path), caller.actor());
    let caller = caller.into_inner();
    let work = move |tx: &mut Transaction<'_>| {
        let unchanged = unchanged(&conditions);
        let project = projects::add_member(tx, &caller, &which, &body.username, &unchanged)?;
        let shown = shown_with_tag(StatusCode::CREATED, &ProjectDetailsView::from(project))?;
        Ok::<_, Error>(shown)
    };
    respond(state.engine.write(actor, once.around(work)).await?)
}

/// Takes someone out of a project: for its owner, or for oneself.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(
        ("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`"),
        ("username_or_id" = String, Path, description = "Digits are an id"),
    ),
    responses(
        (status = 204, description = "They no longer belong to it"),
        (status = 409, description = "They own it"),
        (status = 412, description = "It is not what `If-Match` says"),
    ),
)]
#[delete("/projects/{project_name_or_id}/members/{username_or_id}")]
async fn remove(
    caller: Caller<ReadUsers>,
    path: Path<(String, String)>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (project, member) = path.into_inner();
    let (which, who) = (which(&project), member.parse().unwrap_or(Who::Nothing));
    let actor = caller.actor();
    let caller = caller.into_inner();
    let work = move |tx: &mut Transaction<'_>| {
        projects::remove_member(tx, &caller, &which, &who, &unchanged(&conditions))
    };
    state.engine.write(actor, work).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives a project to someone else: for its owner, who stays a member.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    request_body(content = ref("#/components/schemas/new-owner")),
    responses(
        (status = 200, description = "The project as it now is", body = ProjectDetailsView, headers(("ETag" = String))),
        (status = 412, description = "It is not what `If-Match` says"),
    ),
)]
#[put("/projects/{project_name_or_id}/owner")]
async fn hand_over(
    caller: Caller<ReadUsers>,
    path: Path<String>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<NewOwnerBody>().await?;
    let (which, actor) = (which(&path), caller.actor());
    let caller = caller.into_inner();
    let work = move |tx: &mut Transaction<'_>| {
        projects::hand_over(tx, &caller, &which, &body.username, &unchanged(&conditions))
    };
    let project = state.engine.write(actor, work).await?;
    tagged(HttpResponse::Ok(), &ProjectDetailsView::from(project))
}
