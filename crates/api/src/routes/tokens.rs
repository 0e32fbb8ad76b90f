//! `/token` and `/tokens`: the same calls under both names, and what only the newer one has.

use crate::body::Body;
use crate::caller::{Caller, ListTokens, MakeTokens, RevokePresentToken};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{NewTokenView, TokenStatusView, TokenView, TokensView};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, delete, get, post};
use omicron_auth::TokenText;
use omicron_domain::{Credential, Token, TokenId};
use omicron_persistence::Transaction;
use omicron_service::Error;
use omicron_service::tokens::{self, Which};
use utoipa_actix_web::service_config::ServiceConfig;

mod asked;

use asked::{Lifetime, Whose};
pub(crate) use asked::{NewTokenBody, RevokedToken};
pub(super) use asked::{name, scopes, seconds};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(create).service(revoke).service(list);
    config.service(create_plural).service(revoke_plural).service(revoke_one);
}

/// Makes a token for the caller, who comes with a password. Its text is shown only here. It is good for
/// all that they may, unless the body is an object with `scopes`, `project` or `name`; any other body is
/// ignored.
#[utoipa::path(
    tag = "tokens", params(Lifetime), security(("password" = [])),
    request_body(content = ref("#/components/schemas/new-token")),
    responses((status = 201, description = "The new token", body = NewTokenView)),
)]
#[post("/token")]
async fn create(
    caller: Caller<MakeTokens>,
    lifetime: Query<Lifetime>,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read_if_it_names::<NewTokenBody>(&["name", "scopes", "project"]).await?;
    issue(caller, &lifetime, body.unwrap_or_default(), &state).await
}

/// Makes a token for the caller, as `POST /api/v1/token`, with a name and for less, if the body says
/// so.
#[utoipa::path(
    tag = "tokens", params(Lifetime), security(("password" = [])),
    request_body(content = ref("#/components/schemas/new-token")),
    responses((status = 201, description = "The new token", body = NewTokenView)),
)]
#[post("/tokens")]
async fn create_plural(
    caller: Caller<MakeTokens>,
    lifetime: Query<Lifetime>,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read_if_it_says::<NewTokenBody>().await?.unwrap_or_default();
    issue(caller, &lifetime, body, &state).await
}

async fn issue(
    caller: Caller<MakeTokens>,
    lifetime: &Lifetime,
    body: NewTokenBody,
    state: &State,
) -> Result<HttpResponse, Problem> {
    let lifetime = lifetime.given()?.unwrap_or(state.settings.token_lifetime);
    let draft = body.draft(lifetime)?;
    let text = TokenText::generate()?;
    let hash = state.authenticator.hash(&text);
    let work =
        move |tx: &mut Transaction<'_>, caller: &_| tokens::create(tx, caller, &hash, &draft);
    let token = caller.write(state, work).await?;
    Ok(issued(state, &text, &hash, token))
}

/// A new token: the only time that its secrets are shown.
pub(super) fn issued(
    state: &State,
    text: &TokenText,
    hash: &[u8; 32],
    token: Token,
) -> HttpResponse {
    let signing_key = state.authenticator.signing_key(token.id, hash).expose();
    let view = NewTokenView { token: text.expose(), signing_key, about: TokenView::from(token) };
    HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(view)
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
    caller: Caller<RevokePresentToken>,
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
    caller: Caller<RevokePresentToken>,
    whose: Query<Whose>,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    end(caller, whose.into_inner(), body, &state).await
}

async fn end(
    caller: Caller<RevokePresentToken>,
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
    revoke_which(caller, which, state).await
}

/// Ends one token: of one's own, of a service account that one looks after, or of anyone for an
/// administrator.
#[utoipa::path(
    tag = "tokens", security(("password" = []), ("token" = [])),
    params(("token_id" = i64, Path, description = "As the list of tokens gives it")),
    responses((status = 200, description = "It has ended", body = TokenStatusView)),
)]
#[delete("/tokens/{token_id}")]
async fn revoke_one(
    caller: Caller<RevokePresentToken>,
    path: Path<String>,
    state: State,
) -> Result<HttpResponse, Problem> {
    // What is no number is no token's id.
    let id = path.parse().map_err(|_| Error::NotFound("token"))?;
    revoke_which(caller, Which::Id(TokenId(id)), &state).await
}

async fn revoke_which(
    caller: Caller<RevokePresentToken>,
    which: Which,
    state: &State,
) -> Result<HttpResponse, Problem> {
    caller.write(state, move |tx, caller| tokens::revoke(tx, caller, &which)).await?;
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
async fn list(caller: Caller<ListTokens>, state: State) -> Result<HttpResponse, Problem> {
    let tokens = caller.read(&state, tokens::list).await?;
    let tokens = tokens.into_iter().map(TokenView::from).collect();
    Ok(HttpResponse::Ok().json(TokensView { tokens }))
}
