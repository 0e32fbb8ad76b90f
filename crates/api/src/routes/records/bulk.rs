//! `/projects/{project}/records/bulk`: many records at once.

use super::asked::{ChangeRecordBody, NewRecordBody};
use crate::body::{Document, checked};
use crate::caller::{Caller, WriteRecords};
use crate::listing::truth;
use crate::once::{Post, respond, shown};
use crate::problem::Problem;
use crate::state::State;
use crate::views::BulkView;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, post};
use omicron_domain::{RecordId, RecordKind};
use omicron_persistence::Transaction;
use omicron_schema::{MAX_VIOLATIONS, Violation};
use omicron_service::Error;
use omicron_service::records::{self, Item};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(do_all);
}

/// Many items, each of which is read by itself.
#[derive(Deserialize)]
pub(crate) struct BulkBody {
    items: Vec<Value>,
}

impl Document for BulkBody {
    const SCHEMA: &'static str = "bulk-records";
    const LIMIT: usize = 32 * 1024 * 1024;
    const AS_WRITTEN: &'static [&'static str] = &["items"];
}

/// A record to begin, or one to change.
#[derive(Deserialize)]
pub(crate) struct BulkItem {
    kind: Option<RecordKind>,
    r#ref: Option<String>,
    record: Option<Value>,
    id: Option<i64>,
    version: Option<i64>,
    change: Option<Value>,
}

impl Document for BulkItem {
    const SCHEMA: &'static str = "bulk-item";
    const AS_WRITTEN: &'static [&'static str] = &["record", "change"];
}

impl BulkItem {
    fn item(self) -> Result<Item, Wrong> {
        let Self { kind, r#ref, record, id, version, change } = self;
        match (kind, record, id, version, change) {
            (Some(kind), Some(record), None, None, None) => {
                let draft = checked::<NewRecordBody>(record).and_then(NewRecordBody::draft);
                Ok(Item::Create { kind, name: r#ref, draft: draft.map_err(below("/record"))? })
            }
            (None, None, Some(id), Some(version), Some(change)) => {
                let change = checked::<ChangeRecordBody>(change).and_then(ChangeRecordBody::change);
                let change = change.map_err(below("/change"))?;
                Ok(Item::Change { id: RecordId(id), version, change })
            }
            _ => {
                let message = "must have kind and record, or id, version and change".to_owned();
                Err(vec![Violation { pointer: String::new(), message }])
            }
        }
    }
}

type Wrong = Vec<Violation>;

/// What is wrong with a part, told with the part's place.
fn below(place: &str) -> impl Fn(Problem) -> Wrong {
    move |problem| {
        let violations = problem.into_violations().into_iter();
        violations.map(|violation| violation.below(place)).collect()
    }
}

/// All items, or what is wrong with any of them.
fn items(body: BulkBody) -> Result<Vec<Item>, Wrong> {
    let mut items = Vec::with_capacity(body.items.len());
    let mut wrong = Vec::new();
    for (index, item) in body.items.into_iter().enumerate() {
        let item = checked::<BulkItem>(item).map_err(below("")).and_then(BulkItem::item);
        match item {
            Ok(item) => items.push(item),
            Err(found) => {
                let place = format!("/items/{index}");
                wrong.extend(found.into_iter().map(|violation| violation.below(&place)));
            }
        }
        if wrong.len() >= MAX_VIOLATIONS {
            break;
        }
    }
    if wrong.is_empty() { Ok(items) } else { Err(wrong) }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Rehearsal {
    /// `true` to have everything checked and nothing kept.
    #[param(value_type = Option<bool>)]
    dry_run: Option<String>,
}

/// Creates and changes records of a project: all of them, or none. An item may link to the record of an
/// earlier one by `#` and its `ref`. For members of the project.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(("project" = String, Path, description = "The project's id or name"), Rehearsal),
    request_body(content = ref("#/components/schemas/bulk-records")),
    responses(
        (status = 200, description = "What was done, item by item", body = BulkView),
        (status = 409, description = "The project is archived"),
    ),
)]
#[post("/projects/{project}/records/bulk")]
async fn do_all(
    caller: Caller<WriteRecords>,
    path: Path<String>,
    rehearsal: Query<Rehearsal>,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let dry_run = truth("/dry_run", rehearsal.dry_run.as_deref())?.unwrap_or_default();
    let (body, once) = post.read::<BulkBody>(&state).await?;
    // Ten thousand items take a while.
    let items = actix_web::web::block(move || items(body)).await.map_err(Problem::internal)?;
    let items = items.map_err(Problem::violations)?;
    let which = crate::routes::projects::which(&path);
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let done = records::bulk(tx, caller, &which, &items, dry_run)?;
        Ok(shown(StatusCode::OK, &BulkView::new(done, false))?)
    };
    match caller.attempt_once(&state, once, work).await {
        // Its failure has undone everything.
        Err(Error::Rehearsed(done)) => Ok(HttpResponse::Ok().json(BulkView::new(done, true))),
        outcome => respond(outcome?),
    }
}
