//! `/access/explain`, `/projects/{project}/access`, `/users/{user}/access`: who may do what, and why.

use super::projects::which;
use super::users::who;
use crate::caller::{Caller, ExplainAccess, ReadAccess, ReadProject};
use crate::listing::{self, Paging};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{AccessView, ExplanationView, SeenView, SeerView, SeersView};
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, get};
use omicron_domain::{Permission, Project, ProjectRole, Role, UnknownPermission, UserSummary};
use omicron_persistence::View;
use omicron_service::access::{self, Resource};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(explain).service(seers).service(seen);
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Question {
    /// Who; oneself, if nobody is named. Digits are an id.
    #[param(example = "ann")]
    user: Option<String>,
    /// What, as the page on permissions names it.
    #[param(example = "change_project")]
    action: String,
    /// What it is done to: `project:NAME_OR_ID`, `user:NAME_OR_ID`, or nothing where the action
    /// concerns the laboratory as a whole.
    #[param(example = "project:12")]
    resource: Option<String>,
}

impl Question {
    fn action(&self) -> Result<Permission, Problem> {
        let unknown = |unknown: UnknownPermission| Problem::invalid("/action", unknown.to_string());
        self.action.parse().map_err(unknown)
    }

    fn resource(&self) -> Result<Resource, Problem> {
        let Some(text) = self.resource.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(Resource::Laboratory);
        };
        match text.split_once(':') {
            Some(("project", name)) => Ok(Resource::Project(which(name))),
            Some(("user", name)) => Ok(Resource::Account(who(name))),
            _ => {
                Err(Problem::invalid("/resource", "must be project:NAME_OR_ID or user:NAME_OR_ID"))
            }
        }
    }
}

/// Says whether someone may do something, and by which rules: the very ones that decide when they
/// try. Of oneself, with the credential at hand; of someone else, what they may at most: for
/// administrators, and in a project for those who look after it.
#[utoipa::path(
    tag = "access", params(Question), security(("password" = []), ("token" = [])),
    responses(
        (status = 200, description = "The answer", body = ExplanationView),
        (status = 404, description = "There is no such person or resource, or the caller may not see it"),
    ),
)]
#[get("/access/explain")]
async fn explain(
    caller: Caller<ExplainAccess>,
    question: Query<Question>,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (action, resource) = (question.action()?, question.resource()?);
    let about = question.user.as_deref().map(who);
    let answer = caller
        .read(&state, move |view, caller| {
            access::explain(view, caller, about.as_ref(), action, &resource)
        })
        .await?;
    Ok(HttpResponse::Ok().json(ExplanationView::new(action.as_str(), answer)))
}

/// Lists who can see a project, and as what: its members, and the administrators.
#[utoipa::path(
    tag = "access", security(("password" = []), ("token" = [])),
    params(
        ("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`"),
        Paging,
    ),
    responses((status = 200, description = "A part of the list", body = SeersView)),
)]
#[get("/projects/{project_name_or_id}/access")]
async fn seers(
    caller: Caller<ReadProject>,
    path: Path<String>,
    paging: Query<Paging>,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (which, page) = (which(&path), paging.page()?);
    let work = move |view: &mut View<'_>, _: &_| access::seers(view, &which, page);
    let listing = caller.read_slowly(&state, work).await?;
    let id = |(user, _): &(UserSummary, Role)| user.id.0;
    Ok(listing::answer(&request, page, listing, id, |users| SeersView {
        users: users.into_iter().map(SeerView::from).collect(),
    }))
}

/// Lists the projects that a user can see, and as what: for themselves, and for administrators.
#[utoipa::path(
    tag = "access", security(("password" = []), ("token" = [])),
    params(("username_or_id" = String, Path, description = "Digits are an id"), Paging),
    responses((status = 200, description = "A part of the list", body = AccessView)),
)]
#[get("/users/{username_or_id}/access")]
async fn seen(
    caller: Caller<ReadAccess>,
    path: Path<String>,
    paging: Query<Paging>,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (who, page) = (who(&path), paging.page()?);
    let work = move |view: &mut View<'_>, caller: &_| access::seen_by(view, caller, &who, page);
    let listing = caller.read_slowly(&state, work).await?;
    let id = |(project, _): &(Project, Option<ProjectRole>)| project.id.0;
    Ok(listing::answer(&request, page, listing, id, |projects| AccessView {
        projects: projects.into_iter().map(SeenView::from).collect(),
    }))
}
