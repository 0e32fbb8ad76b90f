//! `/users/{user}/password-reset`, `/password-resets`, `/app/reset`: a new password for someone who has
//! lost theirs.

use super::accounts::new_password;
use super::users::who;
use crate::body::{Body, Document};
use crate::caller::{Caller, ResetPassword, Visitor};
use crate::client;
use crate::problem::Problem;
use crate::state::State;
use crate::views::{ResetView, time};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use actix_web::web::{self, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use omicron_auth::TokenText;
use omicron_domain::Viewer;
use omicron_persistence::Transaction;
use omicron_service::{Error, resets};
use serde::Deserialize;
use std::time::Instant;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(issue).service(spend);
}

/// The page that a link leads to, which is no part of the API.
pub(super) fn page(config: &mut web::ServiceConfig) {
    let html = include_str!("resets/reset.html");
    let script = include_str!("resets/reset.js");
    config
        .route(
            "/app/reset",
            web::get().to(move || async move { shown("text/html; charset=utf-8", html) }),
        )
        .route(
            "/app/reset.js",
            web::get().to(move || async move { shown("text/javascript; charset=utf-8", script) }),
        );
}

fn shown(content_type: &'static str, body: &'static str) -> HttpResponse {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; \
        connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body)
}

#[derive(Deserialize)]
pub(crate) struct NewPasswordBody {
    code: String,
    new_password: String,
}

impl Document for NewPasswordBody {
    const SCHEMA: &'static str = "new-password";
}

/// Makes a link with which a user sets a new password, once and within a day; one that they had is
/// no good any more. It is relative to the address of this server, and shown only here.
#[utoipa::path(
    tag = "users", security(("password" = []), ("token" = [])),
    params(("username_or_id" = String, Path, description = "Digits are an id")),
    responses(
        (status = 201, description = "The link, for the user alone", body = ResetView),
        (status = 409, description = "The user was made unknown for good"),
    ),
)]
#[post("/users/{username_or_id}/password-reset")]
async fn issue(
    caller: Caller<ResetPassword>,
    path: Path<String>,
    state: State,
) -> Result<HttpResponse, Problem> {
    let who = who(&path);
    let code = TokenText::generate()?;
    let hash = state.authenticator.hash(&code);
    let work = move |tx: &mut Transaction<'_>, caller: &_| resets::issue(tx, caller, &who, &hash);
    let end = caller.write(&state, work).await?;
    // What follows a # is not sent to any server, and so stands in no log.
    let (link, code) = (format!("/app/reset#{}", code.expose()), code.expose());
    let view = ResetView { link, code, expiration_date: time(end) };
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(view))
}

/// Sets a new password with the code of a link, and ends all the user's tokens.
#[utoipa::path(
    tag = "users",
    request_body(content = ref("#/components/schemas/new-password")),
    responses((status = 204, description = "It is set; the code is used up")),
)]
#[post("/password-resets")]
async fn spend(
    visitor: Visitor,
    body: Body,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<NewPasswordBody>().await?;
    let password = new_password("/new_password", &body.new_password, &state)?;
    let code: TokenText = body.code.parse().map_err(|_| Error::WrongCode)?;
    let hash = state.authenticator.hash(&code);
    let attempt = state.authenticator.attempt(&hash, client::address(&request));
    attempt.admit(Instant::now())?;
    let found = state.engine.read(Viewer::Nobody, move |view| resets::find(view, &hash)).await;
    attempt.note(!matches!(found, Err(Error::WrongCode)), Instant::now());
    found?;
    let password_hash = state.authenticator.passwords().hash(&password).await?;
    let work = move |tx: &mut Transaction<'_>| resets::spend(tx, &hash, &password_hash);
    state.engine.write(visitor.actor(), work).await?;
    state.authenticator.forget();
    Ok(HttpResponse::NoContent().finish())
}
