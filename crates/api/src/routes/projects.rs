//! `/projects`.

use crate::body::{Body, Document};
use crate::caller::{Caller, CreateProjects, ReadUsers};
use crate::etag::{Conditions, tagged};
use crate::listing::{self, Paging};
use crate::once::{Post, respond, shown_with_tag};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{DeletedView, ProjectDetailsView, ProjectView, ProjectsView};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use omicron_domain::{Project, ProjectChange, ProjectDetails};
use omicron_persistence::idempotency::Answer;
use omicron_persistence::{Transaction, View};
use omicron_service::Error;
use omicron_service::projects::{self, Draft, Which};
use serde::{Deserialize, Deserializer};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(find).service(list).service(create).service(change).service(delete);
}

#[derive(Deserialize)]
struct NewProjectBody {
    name: String,
    description: String,
    owner: Option<String>,
    #[serde(default)]
    members: Vec<String>,
}

impl Document for NewProjectBody {
    const SCHEMA: &'static str = "new-project";
}

impl NewProjectBody {
    fn draft(self) -> Result<Draft, Problem> {
        Ok(Draft {
            name: self.name.parse().map_err(Problem::of_field("/name"))?,
            description: self.description.parse().map_err(Problem::of_field("/description"))?,
            owner: self.owner,
            members: self.members,
        })
    }
}

/// A merge patch (RFC 7396): what is missing stays, and `null` takes away.
#[derive(Deserialize)]
struct ChangeProjectBody {
    name: Option<String>,
    #[serde(default, deserialize_with = "empty_if_null")]
    description: Option<String>,
}

impl Document for ChangeProjectBody {
    const SCHEMA: &'static str = "change-project";
}

/// A description that is taken away is an empty one.
fn empty_if_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::deserialize(deserializer)?.unwrap_or_default()))
}

impl ChangeProjectBody {
    fn change(self) -> Result<ProjectChange, Problem> {
        let name = self.name.map(|name| name.parse()).transpose();
        let description = self.description.map(|text| text.parse()).transpose();
        Ok(ProjectChange {
            name: name.map_err(Problem::of_field("/name"))?,
            description: description.map_err(Problem::of_field("/description"))?,
        })
    }
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
    let (draft, actor) = (body.draft()?, caller.actor());
    let caller = caller.into_inner();
    let work = move |tx: &mut Transaction<'_>| {
        let project = projects::create(tx, &caller, &draft)?;
        let location = Some(format!("{}/projects/{}", super::PREFIX, project.project.id));
        let shown = shown_with_tag(StatusCode::CREATED, &ProjectDetailsView::from(project))?;
        Ok::<_, Error>(Answer { location, ..shown })
    };
    respond(state.engine.write(actor, once.around(work)).await?)
}

/// Lists the projects that the caller may see, by id.
#[utoipa::path(
    tag = "projects", params(Paging), security(("password" = []), ("token" = [])),
    responses((status = 200, description = "A part of the list", body = ProjectsView)),
)]
#[get("/projects")]
async fn list(
    caller: Caller<ReadUsers>,
    paging: Query<Paging>,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let page = paging.page()?;
    let work = move |view: &mut View<'_>| projects::list(view, page);
    let listing = if page.is_counted() {
        state.engine.read_slowly(caller.viewer(), work).await?
    } else {
        state.engine.read(caller.viewer(), work).await?
    };
    let id = |project: &Project| project.id.0;
    Ok(listing::answer(&request, page, listing, id, |projects| ProjectsView {
        projects: projects.into_iter().map(ProjectView::from).collect(),
    }))
}

/// One project with its members, if the caller may see it.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    responses(
        (status = 200, description = "The project", body = ProjectDetailsView, headers(("ETag" = String))),
        (status = 304, description = "The client has it already"),
    ),
)]
#[get("/projects/{project_name_or_id}")]
async fn find(
    caller: Caller<ReadUsers>,
    path: Path<String>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let which = which(&path);
    let work = move |view: &mut View<'_>| projects::find(view, &which);
    let project = state.engine.read(caller.viewer(), work).await?;
    conditions.answer(&ProjectDetailsView::from(project))
}

/// Renames or describes a project (RFC 7396): for its owner.
#[utoipa::path(
    tag = "projects", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    request_body(content = ref("#/components/schemas/change-project")),
    responses(
        (status = 200, description = "The project as it now is", body = ProjectDetailsView, headers(("ETag" = String))),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 422, description = "The name is taken"),
    ),
)]
#[patch("/projects/{project_name_or_id}")]
async fn change(
    caller: Caller<ReadUsers>,
    path: Path<String>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let change = body.read::<ChangeProjectBody>().await?.change()?;
    let (which, actor) = (which(&path), caller.actor());
    let caller = caller.into_inner();
    let work = move |tx: &mut Transaction<'_>| {
        projects::change(tx, &caller, &which, &change, &unchanged(&conditions))
    };
    let project = state.engine.write(actor, work).await?;
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
    caller: Caller<ReadUsers>,
    path: Path<String>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (which, actor) = (which(&path), caller.actor());
    let caller = caller.into_inner();
    let work = move |tx: &mut Transaction<'_>| {
        projects::delete(tx, &caller, &which, &unchanged(&conditions))
    };
    state.engine.write(actor, work).await?;
    Ok(HttpResponse::Ok().json(DeletedView { status: "resource deleted" }))
}
