//! `/token` and `/tokens`: the same calls under both names, and a list under the newer one.

use crate::body::{Body, Document};
use crate::caller::{Caller, UseTokens};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{NewTokenView, TokenStatusView, TokenView, TokensView, time};
use actix_web::web::Query;
use actix_web::{HttpResponse, delete, get, post};
use chrono::TimeDelta;
use omicron_auth::TokenText;
use omicron_domain::Credential;
use omicron_persistence::Transaction;
use omicron_service::tokens::{self, Which};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(create).service(revoke).service(list);
    config.service(create_plural).service(revoke_plural);
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Lifetime {
    /// How many seconds the token shall live.
    #[param(value_type = Option<i64>, minimum = 1, example = 600)]
    expiration: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Whose {
    /// Whose tokens shall all end; someone else's only for an administrator.
    username: Option<String>,
}

#[derive(Deserialize)]
struct RevokedToken {
    token: Option<String>,
}

impl Document for RevokedToken {
    const SCHEMA: &'static str = "revoke-token";
}

/// Makes a token for the caller, who comes with a password. Its text is shown only here.
#[utoipa::path(
    tag = "tokens", params(Lifetime), security(("password" = [])),
    responses((status = 201, description = "The new token", body = NewTokenView)),
)]
#[post("/token")]
async fn create(
    caller: Caller<UseTokens>,
    lifetime: Query<Lifetime>,
    state: State,
) -> Result<HttpResponse, Problem> {
    issue(caller, &lifetime, &state).await
}

/// Makes a token for the caller, as `POST /api/v1/token`.
#[utoipa::path(
    tag = "tokens", params(Lifetime), security(("password" = [])),
    responses((status = 201, description = "The new token", body = NewTokenView)),
)]
#[post("/tokens")]
async fn create_plural(
    caller: Caller<UseTokens>,
    lifetime: Query<Lifetime>,
    state: State,
) -> Result<HttpResponse, Problem> {
    issue(caller, &lifetime, &state).await
}

async fn issue(
    caller: Caller<UseTokens>,
    lifetime: &Lifetime,
    state: &State,
) -> Result<HttpResponse, Problem> {
    let lifetime = match &lifetime.expiration {
        None => state.settings.token_lifetime,
        Some(text) => text
            .parse()
            .ok()
            .filter(|seconds| *seconds > 0)
            .map(|seconds: i64| TimeDelta::try_seconds(seconds).unwrap_or(tokens::LONGEST))
            .ok_or_else(|| {
                Problem::invalid("/expiration", "must be a whole number of seconds from 1 on")
            })?,
    };
    let text = TokenText::generate()?;
    let (hash, actor) = (state.authenticator.hash(&text), caller.actor());
    let caller = caller.into_inner();
    let work = move |tx: &mut Transaction<'_>| tokens::create(tx, &caller, &hash, lifetime);
    let token = state.engine.write(actor, work).await?;
    Ok(HttpResponse::Created().json(NewTokenView {
        id: token.id.0,
        token: text.expose(),
        signing_key: state.authenticator.signing_key(token.id, &hash).expose(),
        expiration_date: time(token.expiration_date),
    }))
}

/// Ends tokens: the one the caller came with; with a password the one in the body, or else the
/// newest; with `username` all those of that person.
#[utoipa::path(
    tag = "tokens", params(Whose), security(("password" = []), ("token" = [])),
    request_body(content = ref("#/components/schemas/revoke-token")),
    responses(
        (status = 200, description = "It has ended", body = TokenStatusView),
        (status = 404, description = "There is no such person, or no such live token"),
    ),
)]
#[delete("/token")]
async fn revoke(
    caller: Caller<UseTokens>,
    whose: Query<Whose>,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    end(caller, whose.into_inner(), body, &state).await
}

/// Ends tokens, as `DELETE /api/v1/token`.
#[utoipa::path(
    tag = "tokens", params(Whose), security(("password" = []), ("token" = [])),
    request_body(content = ref("#/components/schemas/revoke-token")),
    responses(
        (status = 200, description = "It has ended", body = TokenStatusView),
        (status = 404, description = "There is no such person, or no such live token"),
    ),
)]
#[delete("/tokens")]
async fn revoke_plural(
    caller: Caller<UseTokens>,
    whose: Query<Whose>,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    end(caller, whose.into_inner(), body, &state).await
}

async fn end(
    caller: Caller<UseTokens>,
    whose: Whose,
    body: Body,
    state: &State,
) -> Result<HttpResponse, Problem> {
    let which = match (whose.username, caller.credential) {
        (Some(username), _) => Which::AllOf(username),
        (None, Credential::Password) => named(body, state).await?,
        // Whoever comes with a token ends that one, whatever the body.
        (None, _) => Which::Present,
    };
    let actor = caller.actor();
    let caller = caller.into_inner();
    state.engine.write(actor, move |tx| tokens::revoke(tx, &caller, &which)).await?;
    state.authenticator.forget();
    Ok(HttpResponse::Ok().json(TokenStatusView { token_status: "deleted" }))
}

/// The token that a body names, or else the newest.
async fn named(body: Body, state: &State) -> Result<Which, Problem> {
    let body = body.read_optional::<RevokedToken>().await?;
    let Some(token) = body.and_then(|body| body.token) else { return Ok(Which::Present) };
    let token: TokenText = token
        .parse()
        .map_err(|_| Problem::invalid("/token", "must be a token, written as a UUID"))?;
    Ok(Which::Hash(state.authenticator.hash(&token)))
}

/// Lists the caller's live tokens, newest first, without their text.
#[utoipa::path(
    tag = "tokens", security(("password" = []), ("token" = [])),
    responses((status = 200, description = "The caller's live tokens", body = TokensView)),
)]
#[get("/tokens")]
async fn list(caller: Caller<UseTokens>, state: State) -> Result<HttpResponse, Problem> {
    let viewer = caller.viewer();
    let caller = caller.into_inner();
    let tokens = state.engine.read(viewer, move |view| tokens::list(view, &caller)).await?;
    let tokens = tokens.into_iter().map(TokenView::from).collect();
    Ok(HttpResponse::Ok().json(TokensView { tokens }))
}
