//! `/projects/{project}/service-accounts`: what stands for a project's instruments.

use super::members::role;
use super::projects::which;
use super::tokens::{issued, name, scopes, seconds};
use super::users::who;
use crate::body::{Body, Document};
use crate::caller::{Caller, MakeServiceTokens, ManageServiceAccounts, ReadProject};
use crate::once::{Post, shown};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{AccountView, NewTokenView, ServiceAccountsView, TokenView, TokensView};
use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use omicron_auth::TokenText;
use omicron_domain::Username;
use omicron_persistence::Transaction;
use omicron_persistence::idempotency::Answer;
use omicron_service::service_accounts::{self, Draft};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(create).service(list).service(create_token).service(list_tokens);
}

#[derive(Deserialize)]
pub(crate) struct NewServiceAccountBody {
    username: String,
    role: Option<String>,
}

impl Document for NewServiceAccountBody {
    const SCHEMA: &'static str = "new-service-account";
}

#[derive(Deserialize)]
pub(crate) struct NewServiceTokenBody {
    name: Option<String>,
    scopes: Vec<String>,
    expiration: Option<i64>,
}

impl Document for NewServiceTokenBody {
    const SCHEMA: &'static str = "new-service-token";
}

impl NewServiceTokenBody {
    fn draft(self) -> Result<Draft, Problem> {
        Ok(Draft {
            name: name(self.name)?,
            scopes: scopes(&self.scopes)?,
            lifetime: self.expiration.map(seconds),
        })
    }
}

/// Adds a service account, which stands for an instrument of the project: nobody logs in to it, and
/// it calls with tokens. For the project's owner and maintainers.
#[utoipa::path(
    tag = "service accounts", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    request_body(content = ref("#/components/schemas/new-service-account")),
    responses(
        (status = 201, description = "The new account", body = AccountView, headers(("Location" = String))),
        (status = 409, description = "The project is archived"),
        (status = 422, description = "The username is taken"),
    ),
)]
#[post("/projects/{project_name_or_id}/service-accounts")]
async fn create(
    caller: Caller<ManageServiceAccounts>,
    path: Path<String>,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (body, once) = post.read::<NewServiceAccountBody>(&state).await?;
    let username: Username = body.username.parse().map_err(Problem::of_field("/username"))?;
    let (which, role) = (which(&path), role(body.role.as_deref())?);
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let account = service_accounts::create(tx, caller, &which, &username, role)?;
        let location = Some(format!("{}/users/{}", super::PREFIX, account.id));
        let shown = shown(StatusCode::CREATED, &AccountView::from(account))?;
        Ok(Answer { location, ..shown })
    };
    caller.write_once(&state, once, work).await
}

/// Lists the service accounts of a project, by id. To remove one, remove it from the members.
#[utoipa::path(
    tag = "service accounts", security(("password" = []), ("token" = [])),
    params(("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`")),
    responses((status = 200, description = "All of them", body = ServiceAccountsView)),
)]
#[get("/projects/{project_name_or_id}/service-accounts")]
async fn list(
    caller: Caller<ReadProject>,
    path: Path<String>,
    state: State,
) -> Result<HttpResponse, Problem> {
    let which = which(&path);
    let found = caller.read(&state, move |view, _| service_accounts::list(view, &which)).await?;
    let service_accounts = found.into_iter().map(AccountView::from).collect();
    Ok(HttpResponse::Ok().json(ServiceAccountsView { service_accounts }))
}

/// Makes a token for a service account, good for its project alone, and without an end if none is
/// given. Its text is shown only here. For the project's owner and maintainers, with a password.
#[utoipa::path(
    tag = "service accounts", security(("password" = [])),
    params(
        ("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`"),
        ("username_or_id" = String, Path, description = "Digits are an id"),
    ),
    request_body(content = ref("#/components/schemas/new-service-token")),
    responses(
        (status = 201, description = "The new token", body = NewTokenView),
        (status = 409, description = "The project is archived"),
    ),
)]
#[post("/projects/{project_name_or_id}/service-accounts/{username_or_id}/tokens")]
async fn create_token(
    caller: Caller<MakeServiceTokens>,
    path: Path<(String, String)>,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let draft = body.read::<NewServiceTokenBody>().await?.draft()?;
    let (which, who) = (which(&path.0), who(&path.1));
    let text = TokenText::generate()?;
    let hash = state.authenticator.hash(&text);
    let token = caller
        .write(&state, move |tx, caller| {
            service_accounts::create_token(tx, caller, (&which, &who), &hash, &draft)
        })
        .await?;
    Ok(issued(&state, &text, &hash, token))
}

/// Lists the live tokens of a service account, newest first, without their text: for the project's
/// owner and maintainers. `DELETE /api/v1/tokens/{token_id}` ends one.
#[utoipa::path(
    tag = "service accounts", security(("password" = []), ("token" = [])),
    params(
        ("project_name_or_id" = String, Path, description = "Digits are an id; a `/` in a name is `%2F`"),
        ("username_or_id" = String, Path, description = "Digits are an id"),
    ),
    responses((status = 200, description = "Its live tokens", body = TokensView)),
)]
#[get("/projects/{project_name_or_id}/service-accounts/{username_or_id}/tokens")]
async fn list_tokens(
    caller: Caller<ManageServiceAccounts>,
    path: Path<(String, String)>,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (which, who) = (which(&path.0), who(&path.1));
    let tokens = caller
        .read(&state, move |view, caller| service_accounts::list_tokens(view, caller, &which, &who))
        .await?;
    let tokens = tokens.into_iter().map(TokenView::from).collect();
    Ok(HttpResponse::Ok().json(TokensView { tokens }))
}
