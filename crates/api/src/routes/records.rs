//! `/projects/{project}/experiments`, `…/samples`, `…/protocols`, `…/instruments`, all served by these
//! handlers.

use crate::body::Body;
use crate::caller::{Caller, ReadProject, WriteRecords};
use crate::etag::{Conditions, tagged_version};
use crate::listing;
use crate::once::{Post, shown_version};
use crate::past::{self, Moment};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{RecordView, RecordsView, records_of};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use omicron_domain::{AsOf, Mark, RecordId, RecordKind, RecordOrder};
use omicron_persistence::idempotency::Answer;
use omicron_persistence::{Transaction, View};
use omicron_service::Past;
use omicron_service::projects::Which;
use omicron_service::records::{self, Location, Shown};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

mod asked;
pub(crate) mod bulk;
pub(crate) mod comments;
mod history;
mod query;
pub(crate) mod signatures;

pub(crate) use asked::{ChangeRecordBody, NewRecordBody, RevertBody};
pub(crate) use query::RecordQuery;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    bulk::configure(config);
    config.service(find_anywhere);
    config.service(list).service(create).service(find).service(change);
    config.service(trash).service(restore);
    history::configure(config);
    comments::configure(config);
    signatures::configure(config);
}

/// Which records an address is about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct Shelf {
    /// The project's id or name
    project: String,
    /// experiments, samples, protocols or instruments
    kind: String,
}

impl Shelf {
    fn which(&self) -> Which {
        super::projects::which(&self.project)
    }

    fn kind(&self) -> Result<RecordKind, Problem> {
        kind_of(&self.kind)
    }
}

fn kind_of(plural: &str) -> Result<RecordKind, Problem> {
    RecordKind::from_plural(plural).ok_or_else(Problem::not_found)
}

/// Which record an address is about. Its parts are texts, each named here: what is flattened is read as
/// what it looks like, and an id as a number.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct Place {
    /// The project's id or name
    project: String,
    /// experiments, samples, protocols or instruments
    kind: String,
    /// The record's id
    id: String,
}

impl Place {
    pub(super) fn location(&self) -> Result<Location, Problem> {
        location(&self.project, &self.kind, &self.id)
    }
}

/// The record that the parts of an address name.
pub(super) fn location(project: &str, kind: &str, id: &str) -> Result<Location, Problem> {
    let (project, kind) = (super::projects::which(project), kind_of(kind)?);
    Ok(Location { project, kind, id: RecordId(number(id)) })
}

/// An id in an address; nothing has the id 0.
pub(super) fn number(text: &str) -> i64 {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().unwrap_or(0) } else { 0 }
}

/// Lists the records of a project, in any order and as far as a filter asks for. A part follows another
/// one as the `Link` header says, as quickly at the millionth record as at the first; ordered by `id`,
/// each record that is there all the while comes once, whatever is changed meanwhile.
#[utoipa::path(
    tag = "records", params(RecordQuery, Moment, Shelf), security(("password" = []), ("token" = [])),
    responses((status = 200, description = "A part of the list", body = RecordsView)),
)]
#[get("/projects/{project}/{kind:experiments|samples|protocols|instruments}")]
async fn list(
    caller: Caller<ReadProject>,
    path: Path<Shelf>,
    (query, moment): (Query<Vec<(String, String)>>, Query<Moment>),
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (which, kind) = (path.which(), path.kind()?);
    let asked = RecordQuery::read(&query)?;
    if let Some(as_of) = moment.as_of()? {
        return list_at(caller, (which, kind, as_of), &asked, &request, &state).await;
    }
    let (search, page, fields) = (asked.search()?, asked.page()?, asked.fields()?);
    let (order, limit) = (page.order, page.limit);
    let work = move |view: &mut View<'_>, _: &_| {
        let filter = search(view)?;
        records::list(view, &which, kind, &filter, &page)
    };
    let part = caller.read_slowly(&state, work).await?;
    let last = listing::next(&part.records, limit, |shown| shown.record.mark(order.by));
    let next = last.map(|last| query::next(&request, limit, &last));
    let shown = shown(part.records, &fields)?;
    Ok(query::answer(next, &records_of(kind, shown, part.total)))
}

/// A part of the list as it was.
async fn list_at(
    caller: Caller<ReadProject>,
    (which, kind, as_of): (Which, RecordKind, AsOf),
    asked: &RecordQuery,
    request: &HttpRequest,
    state: &State,
) -> Result<HttpResponse, Problem> {
    let (search, page, fields) = (asked.search()?, asked.page()?, asked.fields()?);
    let after = match (&page.order, &page.after) {
        (order, _) if *order != RecordOrder::default() => {
            return Err(Problem::invalid("/sort", "must be id where as_of is given"));
        }
        (_, Some(Mark::Id(id))) => *id,
        _ => RecordId(0),
    };
    let limit = usize::try_from(page.limit).map_err(Problem::internal)?;
    let work = move |view: &mut View<'_>, _: &_| {
        let filter = search(view)?;
        records::list_at(view, (&which, kind), &filter, (after, limit), as_of)
    };
    let Past { position, state: part } = caller.read_slowly(state, work).await?;
    let next = part.next.map(|last| query::cursor(&Mark::Id(last)));
    let mut response = listing::of_the_past(request, page.limit, position, next);
    let shown = shown(part.records, &fields)?;
    Ok(response.json(records_of(kind, shown, None)))
}

fn shown(records: Vec<Shown>, fields: &[String]) -> Result<Vec<Value>, Problem> {
    records.into_iter().map(|record| RecordView::from(record).with_only(fields)).collect()
}

/// Begins a record: for members of the project.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Shelf),
    request_body(content = ref("#/components/schemas/new-record")),
    responses(
        (status = 201, description = "The new record", body = RecordView, headers(("Location" = String), ("ETag" = String))),
        (status = 409, description = "The project is archived"),
    ),
)]
#[post("/projects/{project}/{kind:experiments|samples|protocols|instruments}")]
async fn create(
    caller: Caller<WriteRecords>,
    path: Path<Shelf>,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (body, once) = post.read::<NewRecordBody>(&state).await?;
    let (which, kind, draft) = (path.which(), path.kind()?, body.draft()?);
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let shown = records::create(tx, caller, &which, kind, &draft)?;
        let version = shown.record.version;
        let view = RecordView::from(shown);
        let location = Some(view.href().to_owned());
        Ok(Answer { location, ..shown_version(StatusCode::CREATED, version, &view)? })
    };
    caller.write_once(&state, once, work).await
}

/// One record, in the trash or not.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place, Moment),
    responses(
        (status = 200, description = "The record", body = RecordView, headers(("ETag" = String))),
        (status = 304, description = "The client has it already"),
    ),
)]
#[get("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}")]
async fn find(
    caller: Caller<ReadProject>,
    path: Path<Place>,
    moment: Query<Moment>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let location = path.location()?;
    if let Some(as_of) = moment.as_of()? {
        let work = move |view: &mut View<'_>, _: &_| records::find_at(view, &location, as_of);
        return Ok(then(caller.read(&state, work).await?));
    }
    let shown = caller.read(&state, move |view, _| records::find(view, &location)).await?;
    conditions.answer_version(shown.record.version, &RecordView::from(shown))
}

fn then(Past { position, state: shown }: Past<Shown>) -> HttpResponse {
    past::as_of(HttpResponse::Ok(), position).json(RecordView::from(shown))
}

/// One record of any kind, by its id alone: the way to what a link leads to.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(("id" = String, Path, description = "The record's id"), Moment),
    responses(
        (status = 200, description = "The record", body = RecordView, headers(("ETag" = String))),
        (status = 304, description = "The client has it already"),
    ),
)]
#[get("/records/{id}")]
async fn find_anywhere(
    caller: Caller<ReadProject>,
    path: Path<String>,
    moment: Query<Moment>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let id = RecordId(number(&path));
    if let Some(as_of) = moment.as_of()? {
        let work = move |view: &mut View<'_>, _: &_| records::find_anywhere_at(view, id, as_of);
        return Ok(then(caller.read(&state, work).await?));
    }
    let shown = caller.read(&state, move |view, _| records::find_anywhere(view, id)).await?;
    conditions.answer_version(shown.record.version, &RecordView::from(shown))
}

/// Changes a record (RFC 7396), its data too: for members of the project. `If-Match` says which version
/// the change is made on.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place),
    request_body(content = ref("#/components/schemas/change-record")),
    responses(
        (status = 200, description = "The record as it now is", body = RecordView, headers(("ETag" = String))),
        (status = 409, description = "It is in the trash or signed, or the project is archived"),
        (status = 412, description = "It is not what `If-Match` says: the body tells the current version, and what has changed since"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[patch("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}")]
async fn change(
    caller: Caller<WriteRecords>,
    path: Path<Place>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let change = body.read::<ChangeRecordBody>().await?.change()?;
    let location = path.location()?;
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        records::change(tx, caller, &location, &conditions.base(), &change)
    };
    answer(caller.write(&state, work).await?)
}

/// Puts a record into the trash, from which it can be restored: for members of the project.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place),
    responses(
        (status = 200, description = "The record as it now is", body = RecordView, headers(("ETag" = String))),
        (status = 409, description = "It is signed, or the project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[delete("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}")]
async fn trash(
    caller: Caller<WriteRecords>,
    path: Path<Place>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    set_trashed(caller, &path, conditions, &state, true).await
}

/// Takes a record out of the trash: for members of the project.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place),
    responses(
        (status = 200, description = "The record as it now is", body = RecordView, headers(("ETag" = String))),
        (status = 409, description = "The project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[delete("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/trashed")]
async fn restore(
    caller: Caller<WriteRecords>,
    path: Path<Place>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    set_trashed(caller, &path, conditions, &state, false).await
}

async fn set_trashed(
    caller: Caller<WriteRecords>,
    path: &Place,
    conditions: Conditions,
    state: &State,
    trashed: bool,
) -> Result<HttpResponse, Problem> {
    let location = path.location()?;
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        records::set_trashed(tx, caller, &location, &conditions.base(), trashed)
    };
    answer(caller.write(state, work).await?)
}

/// A record after a change, with its tag.
pub(super) fn answer(shown: Shown) -> Result<HttpResponse, Problem> {
    tagged_version(HttpResponse::Ok(), shown.record.version, &RecordView::from(shown))
}
