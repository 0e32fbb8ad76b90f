//! `/templates`: what records are to look like.

use super::projects::which;
use super::records::number;
use crate::body::{Body, Document};
use crate::caller::{Caller, ManageTemplates, ReadProject};
use crate::etag::{Conditions, tagged_version};
use crate::listing::{self, Paging, truth};
use crate::once::{Post, shown_version};
use crate::past::Present;
use crate::problem::Problem;
use crate::state::State;
use crate::views::{TemplateView, TemplatesView};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use omicron_domain::{
    Body as Words, Lifecycle, RecordKind, Template, TemplateDraft, TemplateId, TemplateName,
};
use omicron_persistence::idempotency::Answer;
use omicron_persistence::{Transaction, View};
use omicron_service::templates::{self, Existing};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create).service(find).service(change);
    config.service(retire).service(restore);
}

#[derive(Deserialize)]
pub(crate) struct Fields {
    name: Option<TemplateName>,
    schema: Option<Value>,
    body: Option<Words>,
    lifecycle: Option<Lifecycle>,
    kind: Option<RecordKind>,
    project: Option<ProjectBody>,
    #[serde(default)]
    records: RecordsBody,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RecordsBody {
    #[default]
    Follow,
    Keep,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ProjectBody {
    Id(i64),
    Name(String),
}

/// The body of a new template.
#[derive(Deserialize)]
pub(crate) struct NewTemplateBody(Fields);

/// A merge patch (RFC 7396) of a template, which replaces its schema and its lifecycle whole.
#[derive(Deserialize)]
pub(crate) struct ChangeTemplateBody(Fields);

impl Document for NewTemplateBody {
    const SCHEMA: &'static str = "new-template";
    const AS_WRITTEN: &'static [&'static str] = &["schema"];
}

impl Document for ChangeTemplateBody {
    const SCHEMA: &'static str = "change-template";
    const AS_WRITTEN: &'static [&'static str] = &["schema"];
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only those that records of this project may use: its own, and those that all share.
    project: Option<String>,
    /// Only those for records of this kind.
    #[param(example = "sample")]
    kind: Option<String>,
    /// `true` for those that are retired, instead of those that are not.
    #[param(value_type = Option<bool>)]
    retired: Option<String>,
}

/// Lists the templates that the caller may see, by id.
#[utoipa::path(
    tag = "templates", params(Wanted, Paging), security(("password" = []), ("token" = [])),
    responses(
        (status = 200, description = "A part of the list", body = TemplatesView),
        (status = 404, description = "There is no such project, or the caller may not see it"),
    ),
)]
#[get("/templates")]
async fn list(
    caller: Caller<ReadProject>,
    wanted: Query<Wanted>,
    paging: Query<Paging>,
    _present: Present,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let page = paging.page()?;
    let project = wanted.project.as_deref().filter(|text| !text.is_empty()).map(which);
    let kind = wanted.kind.as_deref().filter(|text| !text.is_empty()).map(str::parse);
    let kind: Option<RecordKind> =
        kind.transpose().map_err(|error: omicron_domain::UnknownKind| {
            Problem::invalid("/kind", error.to_string())
        })?;
    let retired = truth("/retired", wanted.retired.as_deref())?.unwrap_or_default();
    let work = move |view: &mut View<'_>, _: &_| {
        templates::list(view, project.as_ref(), kind, retired, page)
    };
    let listing = caller.read_slowly(&state, work).await?;
    let id = |template: &Template| template.id.0;
    Ok(listing::answer(&request, page, listing, id, |found| TemplatesView {
        templates: found.into_iter().map(TemplateView::from).collect(),
    }))
}

/// Makes a template: for one project, by those who look after it; or for all, by an administrator.
#[utoipa::path(
    tag = "templates", security(("password" = []), ("token" = [])),
    request_body(content = ref("#/components/schemas/new-template")),
    responses(
        (status = 201, description = "The new template", body = TemplateView, headers(("Location" = String), ("ETag" = String))),
        (status = 404, description = "There is no such project, or the caller may not see it"),
        (status = 409, description = "The project is archived"),
        (status = 422, description = "The name is taken"),
    ),
)]
#[post("/templates")]
async fn create(
    caller: Caller<ManageTemplates>,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (NewTemplateBody(fields), once) = post.read(&state).await?;
    let project = fields.project.map(|project| match project {
        ProjectBody::Id(id) => which(&id.to_string()),
        ProjectBody::Name(name) => which(&name),
    });
    let kind = fields.kind.ok_or_else(|| Problem::internal("the schema asks for a kind"))?;
    let name = fields.name.ok_or_else(|| Problem::internal("the schema asks for a name"))?;
    let body = match fields.body {
        Some(body) => body,
        None => "".parse().map_err(Problem::of_field("/body"))?,
    };
    let lifecycle = fields.lifecycle.unwrap_or_else(|| Lifecycle::of(kind));
    let schema = fields.schema.map_or_else(|| "{}".to_owned(), |schema| schema.to_string());
    let draft = TemplateDraft { name, schema, body, lifecycle };
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let template = templates::create(tx, caller, project.as_ref(), kind, &draft)?;
        let location = Some(format!("{}/templates/{}", super::PREFIX, template.id));
        let version = template.version;
        let shown = shown_version(StatusCode::CREATED, version, &TemplateView::from(template))?;
        Ok(Answer { location, ..shown })
    };
    caller.write_once(&state, once, work).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Edition {
    /// The number of a version; the last one, if it is not given.
    #[param(value_type = Option<i64>, minimum = 1)]
    version: Option<String>,
}

/// One template, in its last version or another one.
#[utoipa::path(
    tag = "templates", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The template's id"), Edition),
    responses(
        (status = 200, description = "The template", body = TemplateView, headers(("ETag" = String))),
        (status = 304, description = "The client has it already"),
    ),
)]
#[get("/templates/{id}")]
async fn find(
    caller: Caller<ReadProject>,
    path: Path<String>,
    edition: Query<Edition>,
    _present: Present,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let id = TemplateId(number(&path));
    let version = match edition.version.as_deref() {
        None | Some("") => None,
        Some(text) => match number(text) {
            0 => return Err(Problem::invalid("/version", "must be the number of a version")),
            version => Some(version),
        },
    };
    let work = move |view: &mut View<'_>, _: &_| templates::find(view, id, version);
    let template = caller.read(&state, work).await?;
    conditions.answer_version(template.version, &TemplateView::from(template))
}

/// Gives a template a new version: what is missing stays. If records are to follow it (`"records":
/// "follow"`, as usual), they have to satisfy it; those that do not are told. With `"keep"` they stay
/// with the version that they have, and the new one is for new records.
#[utoipa::path(
    tag = "templates", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The template's id")),
    request_body(content = ref("#/components/schemas/change-template")),
    responses(
        (status = 200, description = "The template as it now is", body = TemplateView, headers(("ETag" = String))),
        (status = 409, description = "Stored records would not satisfy it: the body tells which, and where; or the project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 422, description = "The name is taken"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[patch("/templates/{id}")]
async fn change(
    caller: Caller<ManageTemplates>,
    path: Path<String>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let ChangeTemplateBody(fields) = body.read().await?;
    let id = TemplateId(number(&path));
    let existing = match fields.records {
        RecordsBody::Follow => Existing::Follow,
        RecordsBody::Keep => Existing::Keep,
    };
    let schema = fields.schema.as_ref().map(Value::to_string);
    let change = move |draft: TemplateDraft| TemplateDraft {
        name: fields.name.clone().unwrap_or(draft.name),
        schema: schema.clone().unwrap_or(draft.schema),
        body: fields.body.clone().unwrap_or(draft.body),
        lifecycle: fields.lifecycle.clone().unwrap_or(draft.lifecycle),
    };
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        templates::change(tx, caller, id, &conditions.base(), &change, existing)
    };
    answer(caller.write(&state, work).await?)
}

/// Takes a template out of use for new records.
#[utoipa::path(
    tag = "templates", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The template's id")),
    responses(
        (status = 200, description = "The template as it now is", body = TemplateView, headers(("ETag" = String))),
        (status = 409, description = "The project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[put("/templates/{id}/retired")]
async fn retire(
    caller: Caller<ManageTemplates>,
    path: Path<String>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    set_retired(caller, &path, conditions, &state, true).await
}

/// Takes a template into use again.
#[utoipa::path(
    tag = "templates", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The template's id")),
    responses(
        (status = 200, description = "The template as it now is", body = TemplateView, headers(("ETag" = String))),
        (status = 409, description = "The project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[delete("/templates/{id}/retired")]
async fn restore(
    caller: Caller<ManageTemplates>,
    path: Path<String>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    set_retired(caller, &path, conditions, &state, false).await
}

async fn set_retired(
    caller: Caller<ManageTemplates>,
    path: &str,
    conditions: Conditions,
    state: &State,
    retired: bool,
) -> Result<HttpResponse, Problem> {
    let id = TemplateId(number(path));
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        templates::set_retired(tx, caller, id, &conditions.base(), retired)
    };
    answer(caller.write(state, work).await?)
}

fn answer(template: Template) -> Result<HttpResponse, Problem> {
    tagged_version(HttpResponse::Ok(), template.version, &TemplateView::from(template))
}
