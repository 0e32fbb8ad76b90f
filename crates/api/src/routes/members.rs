//! `/projects/{project}/members`, `/projects/{project}/owner`: who belongs to a project, and to whom
//! it belongs.

use super::projects::{unchanged, which};
use super::users::who;
use crate::body::{Body, Document};
use crate::caller::{Caller, HandOverProject, LeaveProject, ManageMembers, ReadProject};
use crate::etag::{Conditions, tagged};
use crate::listing::{self, Paging};
use crate::once::{Post, shown_with_tag};
use crate::past::Moment;
use crate::problem::Problem;
use crate::state::State;
use crate::views::{MemberView, MembersView, ProjectDetailsView};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use omicron_domain::{AsOf, Member, MemberRole, Page, UnknownRole};
use omicron_persistence::{Transaction, View};
use omicron_service::members;
use omicron_service::projects::Which;
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list).service(add).service(change).service(remove).service(hand_over);
}

#[derive(Deserialize)]
pub(crate) struct NewMemberBody {
    username: String,
    role: Option<String>,
}

impl Document for NewMemberBody {
    const SCHEMA: &'static str = "new-member";
}

#[derive(Deserialize)]
pub(crate) struct ChangeMemberBody {
    role: String,
}

impl Document for ChangeMemberBody {
    const SCHEMA: &'static str = "change-member";
}

#[derive(Deserialize)]
pub(crate) struct NewOwnerBody {
    username: String,
}

impl Document for NewOwnerBody {
    const SCHEMA: &'static str = "new-owner";
}

/// The role that a body gives; the usual one if it gives none.
pub(super) fn role(given: Option<&str>) -> Result<MemberRole, Problem> {
    let role = given.map(str::parse).transpose();
    let role = role.map_err(|unknown: UnknownRole| Problem::invalid("/role", unknown.to_string()));
    Ok(role?.unwrap_or_default())
}

/// Lists who belongs to a project, and as what, its owner too.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`"), Moment, Paging),
    responses((status = 200, description = "A part of the list", body = MembersView)),
)]
#[get("/projects/{project_name_or_id}/members")]
async fn list(
    caller: Caller<ReadProject>,
    path: Path<String>,
    (moment, paging): (Query<Moment>, Query<Paging>),
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let which = which(&path);
    if let Some(as_of) = moment.as_of()? {
        return list_at(caller, (which, paging.of_the_past()?, as_of), &request, &state).await;
    }
    let page = paging.page()?;
    let work = move |view: &mut View<'_>, _: &_| members::list(view, &which, page);
    let listing = caller.read_slowly(&state, work).await?;
    let id = |member: &Member| member.user.id.0;
    Ok(listing::answer(&request, page, listing, id, |members| MembersView {
        members: members.into_iter().map(MemberView::from).collect(),
    }))
}

async fn list_at(
    caller: Caller<ReadProject>,
    (which, page, as_of): (Which, Page, AsOf),
    request: &HttpRequest,
    state: &State,
) -> Result<HttpResponse, Problem> {
    let work = move |view: &mut View<'_>, _: &_| members::list_at(view, &which, page, as_of);
    let past = caller.read_slowly(state, work).await?;
    let limit = page.limit();
    let last = listing::next(&past.state.items, limit, |member| member.user.id.0);
    let next = last.map(listing::cursor);
    let members = past.state.items.into_iter().map(MemberView::from).collect();
    Ok(listing::of_the_past(request, limit, past.position, next).json(MembersView { members }))
}

/// Adds someone to a project, as a member if no other role is given: for its owner and maintainers.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    request_body(content = ref("#/components/schemas/new-member")),
    responses(
        (status = 201, description = "The project as it now is", body = ProjectDetailsView, headers(("ETag" = String))),
        (status = 409, description = "They are a member already, or the project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
    ),
)]
#[post("/projects/{project_name_or_id}/members")]
async fn add(
    caller: Caller<ManageMembers>,
    path: Path<String>,
    conditions: Conditions,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (body, once) = post.read::<NewMemberBody>(&state).await?;
    let (which, role) = (which(&path), role(body.role.as_deref())?);
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let (member, unchanged) = ((body.username.as_str(), role), unchanged(&conditions));
        let project = members::add(tx, caller, &which, member, &unchanged)?;
        Ok(shown_with_tag(StatusCode::CREATED, &ProjectDetailsView::from(project))?)
    };
    caller.write_once(&state, once, work).await
}

/// Makes a member something else (RFC 7396): for the project's owner and maintainers.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(
        ("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`"),
        ("username_or_id" = String, Path, description = "Digits are an id"),
    ),
    request_body(content = ref("#/components/schemas/change-member")),
    responses(
        (status = 200, description = "The project as it now is", body = ProjectDetailsView, headers(("ETag" = String))),
        (status = 409, description = "They own it, or it is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
    ),
)]
#[patch("/projects/{project_name_or_id}/members/{username_or_id}")]
async fn change(
    caller: Caller<ManageMembers>,
    path: Path<(String, String)>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<ChangeMemberBody>().await?;
    let (which, who, role) = (which(&path.0), who(&path.1), role(Some(&body.role))?);
    let project = caller
        .write(&state, move |tx, caller| {
            members::set_role(tx, caller, &which, (&who, role), &unchanged(&conditions))
        })
        .await?;
    tagged(HttpResponse::Ok(), &ProjectDetailsView::from(project))
}

/// Takes someone out of a project: for its owner and maintainers, or for oneself. A service account
/// is switched off, and its tokens end.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(
        ("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`"),
        ("username_or_id" = String, Path, description = "Digits are an id"),
    ),
    responses(
        (status = 204, description = "They no longer belong to it"),
        (status = 409, description = "They own it, or it is archived and someone else takes them out"),
        (status = 412, description = "It is not what `If-Match` says"),
    ),
)]
#[delete("/projects/{project_name_or_id}/members/{username_or_id}")]
async fn remove(
    caller: Caller<LeaveProject>,
    path: Path<(String, String)>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (which, who) = (which(&path.0), who(&path.1));
    caller
        .write(&state, move |tx, caller| {
            members::remove(tx, caller, &which, &who, &unchanged(&conditions))
        })
        .await?;
    state.authenticator.forget();
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
    caller: Caller<HandOverProject>,
    path: Path<String>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<NewOwnerBody>().await?;
    let which = which(&path);
    let project = caller
        .write(&state, move |tx, caller| {
            members::hand_over(tx, caller, &which, &body.username, &unchanged(&conditions))
        })
        .await?;
    tagged(HttpResponse::Ok(), &ProjectDetailsView::from(project))
}
