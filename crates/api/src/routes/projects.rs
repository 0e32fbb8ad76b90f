//! `/projects`.

use crate::body::Body;
use crate::caller::{
    ArchiveProject, Caller, ChangeProject, CreateProjects, DeleteProject, ReadProject,
};
use crate::etag::{Conditions, tagged};
use crate::listing::{self, Paging};
use crate::once::{Post, shown_with_tag};
use crate::past::{self, Moment};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{DeletedView, ProjectDetailsView, ProjectView, ProjectsView};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use omicron_domain::{AsOf, Page, Project, ProjectDetails};
use omicron_persistence::idempotency::Answer;
use omicron_persistence::projects::PastProjects;
use omicron_persistence::{Transaction, View};
use omicron_service::projects::{self, Which};
use utoipa_actix_web::service_config::ServiceConfig;

mod asked;

use asked::Kept;
pub(crate) use asked::{ChangeProjectBody, NewProjectBody};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(find).service(list).service(create).service(change).service(delete);
    config.service(archive).service(restore);
}

pub(super) fn which(path: &str) -> Which {
    path.parse().unwrap_or(Which::Nothing)
}

/// Whether a project is what the client has seen of it.
pub(super) fn unchanged(conditions: &Conditions) -> impl Fn(&ProjectDetails) -> bool {
    |project| conditions.allow_change_of(&ProjectDetailsView::from(project.clone()))
}

/// Begins a project; its owner is the caller, or whom an administrator names.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    request_body(content = ref("#/components/schemas/new-project")),
    responses(
        (status = 201, description = "The new project", body = ProjectDetailsView, headers(("Location" = String), ("ETag" = String))),
        (status = 422, description = "The name is taken"),
    ),
)]
#[post("/projects")]
async fn create(
    caller: Caller<CreateProjects>,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (body, once) = post.read::<NewProjectBody>(&state).await?;
    let draft = body.draft()?;
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let project = projects::create(tx, caller, &draft)?;
        let location = Some(format!("{}/projects/{}", super::PREFIX, project.project.id));
        let shown = shown_with_tag(StatusCode::CREATED, &ProjectDetailsView::from(project))?;
        Ok(Answer { location, ..shown })
    };
    caller.write_once(&state, once, work).await
}

/// Lists the projects that the caller may see, by id.
#[utoipa::path(
    tag = "projects", params(Kept, Moment, Paging), security(("password" = []), ("token" = [])),
    responses((status = 200, description = "A part of the list", body = ProjectsView)),
)]
#[get("/projects")]
async fn list(
    caller: Caller<ReadProject>,
    (kept, moment, paging): (Query<Kept>, Query<Moment>, Query<Paging>),
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    if let Some(as_of) = moment.as_of()? {
        let page = paging.of_the_past()?;
        return list_at(caller, (kept.archived()?, page, as_of), &request, &state).await;
    }
    let (archived, page) = (kept.archived()?, paging.page()?);
    let work = move |view: &mut View<'_>, _: &_| projects::list(view, archived, page);
    let listing = if page.is_counted() || archived.is_some() {
        caller.read_slowly(&state, work).await?
    } else {
        caller.read(&state, work).await?
    };
    let id = |project: &Project| project.id.0;
    Ok(listing::answer(&request, page, listing, id, |projects| ProjectsView {
        projects: projects.into_iter().map(ProjectView::from).collect(),
    }))
}

async fn list_at(
    caller: Caller<ReadProject>,
    (archived, page, as_of): (Option<bool>, Page, AsOf),
    request: &HttpRequest,
    state: &State,
) -> Result<HttpResponse, Problem> {
    let work = move |view: &mut View<'_>, _: &_| projects::list_at(view, archived, page, as_of);
    let past = caller.read_slowly(state, work).await?;
    let PastProjects { projects, next } = past.state;
    let projects = projects.into_iter().map(ProjectView::from).collect();
    let next = next.map(listing::cursor);
    let mut response = listing::of_the_past(request, page.limit(), past.position, next);
    Ok(response.json(ProjectsView { projects }))
}

/// One project with its members, if the caller may see it.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`"), Moment),
    responses(
        (status = 200, description = "The project", body = ProjectDetailsView, headers(("ETag" = String), ("Omicron-Position" = i64))),
        (status = 304, description = "The client has it already"),
    ),
)]
#[get("/projects/{project_name_or_id}")]
async fn find(
    caller: Caller<ReadProject>,
    path: Path<String>,
    moment: Query<Moment>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let which = which(&path);
    if let Some(as_of) = moment.as_of()? {
        let work = move |view: &mut View<'_>, _: &_| projects::find_at(view, &which, as_of);
        let past = caller.read(&state, work).await?;
        let view = ProjectDetailsView::from(past.state);
        return Ok(past::as_of(HttpResponse::Ok(), past.position).json(view));
    }
    let project = caller.read(&state, move |view, _| projects::find(view, &which)).await?;
    conditions.answer(&ProjectDetailsView::from(project))
}

/// Renames or describes a project (RFC 7396): for its owner and maintainers.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    request_body(content = ref("#/components/schemas/change-project")),
    responses(
        (status = 200, description = "The project as it now is", body = ProjectDetailsView, headers(("ETag" = String))),
        (status = 409, description = "It is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 422, description = "The name is taken"),
    ),
)]
#[patch("/projects/{project_name_or_id}")]
async fn change(
    caller: Caller<ChangeProject>,
    path: Path<String>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let change = body.read::<ChangeProjectBody>().await?.change()?;
    let which = which(&path);
    let project = caller
        .write(&state, move |tx, caller| {
            projects::change(tx, caller, &which, &change, &unchanged(&conditions))
        })
        .await?;
    tagged(HttpResponse::Ok(), &ProjectDetailsView::from(project))
}

/// Archives a project: everything stays as it is until it is restored. For its owner.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    responses(
        (status = 200, description = "The project as it now is", body = ProjectDetailsView, headers(("ETag" = String))),
        (status = 412, description = "It is not what `If-Match` says"),
    ),
)]
#[put("/projects/{project_name_or_id}/archived")]
async fn archive(
    caller: Caller<ArchiveProject>,
    path: Path<String>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    set_archived(caller, &path, conditions, &state, true).await
}

/// Restores a project that was archived: for its owner.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    responses(
        (status = 200, description = "The project as it now is", body = ProjectDetailsView, headers(("ETag" = String))),
        (status = 412, description = "It is not what `If-Match` says"),
    ),
)]
#[delete("/projects/{project_name_or_id}/archived")]
async fn restore(
    caller: Caller<ArchiveProject>,
    path: Path<String>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    set_archived(caller, &path, conditions, &state, false).await
}

async fn set_archived(
    caller: Caller<ArchiveProject>,
    path: &str,
    conditions: Conditions,
    state: &State,
    archived: bool,
) -> Result<HttpResponse, Problem> {
    let which = which(path);
    let project = caller
        .write(state, move |tx, caller| {
            projects::set_archived(tx, caller, &which, archived, &unchanged(&conditions))
        })
        .await?;
    tagged(HttpResponse::Ok(), &ProjectDetailsView::from(project))
}

/// Deletes a project: for its owner.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    responses(
        (status = 200, description = "It is gone", body = DeletedView),
        (status = 412, description = "It is not what `If-Match` says"),
    ),
)]
#[delete("/projects/{project_name_or_id}")]
async fn delete(
    caller: Caller<DeleteProject>,
    path: Path<String>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let which = which(&path);
    caller
        .write(&state, move |tx, caller| {
            projects::delete(tx, caller, &which, &unchanged(&conditions))
        })
        .await?;
    // The tokens that were good for it alone are no more.
    state.authenticator.forget();
    Ok(HttpResponse::Ok().json(DeletedView { status: "resource deleted" }))
}
