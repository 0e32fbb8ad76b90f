//! Signatures of records by people, and unlocking what is signed.

use super::{Place, location, number};
use crate::body::Document;
use crate::caller::{Caller, ReadProject, SignRecords, UnlockRecords};
use crate::client;
use crate::etag::Conditions;
use crate::listing::{self, Paging};
use crate::once::{Post, shown, shown_version};
use crate::problem::Problem;
use crate::routes::accounts::password;
use crate::state::State;
use crate::views::{RecordView, SignatureView, SignaturesView};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use omicron_domain::{CommentText, Meaning, SignatureId};
use omicron_persistence::idempotency::Answer;
use omicron_persistence::{Transaction, View};
use omicron_service::records;
use omicron_service::signatures::{self, Signed};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list).service(find).service(sign).service(unlock);
}

/// What someone stands for.
#[derive(Deserialize)]
pub(crate) struct SignatureBody {
    meaning: Meaning,
    password: String,
    comment: Option<String>,
}

impl Document for SignatureBody {
    const SCHEMA: &'static str = "signature";
}

/// Why a record is unlocked.
#[derive(Deserialize)]
pub(crate) struct UnlockBody {
    reason: String,
}

impl Document for UnlockBody {
    const SCHEMA: &'static str = "unlock-record";
}

/// Lists the signatures of a record, of all its versions, oldest first: each with the version that was
/// signed, whether the record still is in it, and whether what is stored still is what was signed.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place, Paging),
    responses((status = 200, description = "A part of the list", body = SignaturesView)),
)]
#[get("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/signatures")]
async fn list(
    caller: Caller<ReadProject>,
    path: Path<Place>,
    paging: Query<Paging>,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (location, page) = (path.location()?, paging.page()?);
    let work = move |view: &mut View<'_>, _: &_| signatures::list(view, &location, page);
    let listing = caller.read_slowly(&state, work).await?;
    let id = |signed: &Signed| signed.verified.signature.id.0;
    Ok(listing::answer(&request, page, listing, id, |signatures| SignaturesView {
        signatures: signatures.into_iter().map(SignatureView::from).collect(),
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct SignaturePlace {
    /// The project's id or name
    project: String,
    /// experiments, samples, protocols or instruments
    kind: String,
    /// The record's id
    id: String,
    /// The signature's id
    signature: String,
}

/// One signature.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(SignaturePlace),
    responses((status = 200, description = "The signature", body = SignatureView)),
)]
#[get(
    "/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/signatures/{signature}"
)]
async fn find(
    caller: Caller<ReadProject>,
    path: Path<SignaturePlace>,
    state: State,
) -> Result<HttpResponse, Problem> {
    let location = location(&path.project, &path.kind, &path.id)?;
    let id = SignatureId(number(&path.signature));
    let work = move |view: &mut View<'_>, _: &_| signatures::find(view, &location, id);
    let signed = caller.read(&state, work).await?;
    Ok(HttpResponse::Ok().json(SignatureView::from(signed)))
}

/// Signs the version of a record that `If-Match` names, with the password again, whatever the request
/// comes with: for members of the project. A signed record is locked.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place),
    request_body(content = ref("#/components/schemas/signature")),
    responses(
        (status = 201, description = "The signature", body = SignatureView, headers(("Location" = String))),
        (status = 409, description = "You have signed it so already, it is in the trash or not what was written, or the project is archived"),
        (status = 412, description = "It is not what `If-Match` says: the body tells the current version, and what has changed since"),
        (status = 428, description = "`If-Match` does not name one version"),
    ),
)]
#[post("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/signatures")]
async fn sign(
    caller: Caller<SignRecords>,
    path: Path<Place>,
    conditions: Conditions,
    post: Post,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (body, once) = post.read::<SignatureBody>(&state).await?;
    let given = password("/password", &body.password)?;
    let comment: Option<CommentText> =
        body.comment.map(|text| text.parse()).transpose().map_err(Problem::of_field("/comment"))?;
    let (location, base, meaning) = (path.location()?, conditions.base(), body.meaning);
    let (asked, person) = (location.clone(), caller.clone());
    let may = move |view: &mut View<'_>| signatures::admit(view, &person, &asked);
    state.engine.read(caller.viewer(), may).await?;
    // Bcrypt takes its time: no connection waits for it.
    let (name, from) = (&caller.user.username, client::address(&request));
    let proof = state.authenticator.confirm(&state.engine, name, &given, from).await?;
    let wrong = || Problem::invalid("/password", "is not the current password");
    let proof = proof.ok_or_else(wrong)?;
    let address = request.path().to_owned();
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let at = (&location, &base);
        let signed = signatures::sign(tx, caller, at, proof, meaning, comment.as_ref())?;
        let location = Some(format!("{address}/{}", signed.verified.signature.id));
        Ok(Answer { location, ..shown(StatusCode::CREATED, &SignatureView::from(signed))? })
    };
    caller.write_once(&state, once, work).await
}

/// Lets a record that is signed be changed again, for a reason that stays in its history: for those who
/// maintain the project. Its next version says the same; the signatures stay with the one before.
#[utoipa::path(
    tag = "records", security(("password" = []), ("token" = [])),
    params(Place),
    request_body(content = ref("#/components/schemas/unlock-record")),
    responses(
        (status = 200, description = "The record as it now is", body = RecordView, headers(("ETag" = String))),
        (status = 409, description = "It is not signed, or the project is archived"),
        (status = 412, description = "It is not what `If-Match` says"),
        (status = 428, description = "`If-Match` is missing"),
    ),
)]
#[post("/projects/{project}/{kind:experiments|samples|protocols|instruments}/{id}/unlock")]
async fn unlock(
    caller: Caller<UnlockRecords>,
    path: Path<Place>,
    conditions: Conditions,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (UnlockBody { reason }, once) = post.read::<UnlockBody>(&state).await?;
    let reason: CommentText = reason.parse().map_err(Problem::of_field("/reason"))?;
    let (location, base) = (path.location()?, conditions.base());
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let shown = records::unlock(tx, caller, &location, &base, &reason)?;
        let version = shown.record.version;
        Ok(shown_version(StatusCode::OK, version, &RecordView::from(shown))?)
    };
    caller.write_once(&state, once, work).await
}
