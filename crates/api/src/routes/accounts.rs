//! `/users/{user}/…`: what people change of their own accounts, and administrators of others'.

use super::users::who;
use crate::body::{Body, Document};
use crate::caller::{AnonymiseUser, Caller, ChangeEmail, ChangePassword, ManageUsers};
use crate::client;
use crate::etag::{Conditions, tagged};
use crate::once::{Post, shown};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{AccountView, UserDetailsView};
use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, delete, patch, post, put};
use omicron_auth::{InvalidPassword, Password};
use omicron_domain::{EmailAddress, UserWithProjects};
use omicron_persistence::{Transaction, View};
use omicron_service::users::{self, Who};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(change).service(change_password).service(anonymise);
    config.service(approve).service(disable).service(enable);
}

#[derive(Deserialize)]
pub(crate) struct ChangeUserBody {
    email: String,
}

impl Document for ChangeUserBody {
    const SCHEMA: &'static str = "change-user";
}

#[derive(Deserialize)]
pub(crate) struct ChangePasswordBody {
    current_password: String,
    new_password: String,
}

impl Document for ChangePasswordBody {
    const SCHEMA: &'static str = "change-password";
}

pub(super) fn password(pointer: &'static str, text: &str) -> Result<Password, Problem> {
    text.parse().map_err(|invalid: InvalidPassword| Problem::invalid(pointer, invalid.to_string()))
}

/// A password that is good enough to be a new one.
pub(super) fn new_password(
    pointer: &'static str,
    text: &str,
    state: &State,
) -> Result<Password, Problem> {
    let password = password(pointer, text)?;
    let checked = state.settings.password_policy.check(&password);
    checked.map_err(|invalid| Problem::invalid(pointer, invalid.to_string()))?;
    Ok(password)
}

/// Changes one's own email; an administrator anyone's (RFC 7396).
#[utoipa::path(
    tag = "users", security(("password" = []), ("token" = [])),
    params(("username_or_id" = String, Path, description = "Digits are an id")),
    request_body(content = ref("#/components/schemas/change-user")),
    responses(
        (status = 200, description = "The user as they now are", body = UserDetailsView, headers(("ETag" = String))),
        (status = 412, description = "It is not what `If-Match` says"),
    ),
)]
#[patch("/users/{username_or_id}")]
async fn change(
    caller: Caller<ChangeEmail>,
    path: Path<String>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<ChangeUserBody>().await?;
    let email: EmailAddress = body.email.parse().map_err(Problem::of_field("/email"))?;
    let who = who(&path);
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let unchanged = |user: &UserWithProjects| {
            conditions.allow_change_of(&UserDetailsView::from(user.clone()))
        };
        users::change_email(tx, caller, &who, &email, &unchanged)
    };
    let user = caller.write(&state, work).await?;
    state.authenticator.forget();
    tagged(HttpResponse::Ok(), &UserDetailsView::from(user))
}

/// Changes one's own password, and ends all one's tokens.
#[utoipa::path(
    tag = "users", security(("password" = []), ("token" = [])),
    params(("username_or_id" = String, Path, description = "Digits are an id")),
    request_body(content = ref("#/components/schemas/change-password")),
    responses(
        (status = 204, description = "It is changed"),
        (status = 412, description = "It has been changed meanwhile, by someone else"),
    ),
)]
#[put("/users/{username_or_id}/password")]
async fn change_password(
    caller: Caller<ChangePassword>,
    path: Path<String>,
    body: Body,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<ChangePasswordBody>().await?;
    let current = password("/current_password", &body.current_password)?;
    let new = new_password("/new_password", &body.new_password, &state)?;
    let (who, actor, viewer) = (who(&path), caller.actor(), caller.viewer());
    let caller = caller.into_inner();
    let work = move |view: &mut View<'_>| users::own_account(view, &caller, &who);
    let user = state.engine.read(viewer, work).await?;
    let from = client::address(&request);
    let proof = state.authenticator.confirm(&state.engine, &user.username, &current, from).await?;
    if proof.is_none() {
        return Err(Problem::invalid("/current_password", "is not the current password"));
    }
    let hash = state.authenticator.passwords().hash(&new).await?;
    let work =
        move |tx: &mut Transaction<'_>| users::change_password(tx, &Who::Id(user.id), proof, &hash);
    state.engine.write(actor, work).await?;
    state.authenticator.forget();
    Ok(HttpResponse::NoContent().finish())
}

/// Makes a user unknown for good, who has left: the history keeps a pseudonym, and nothing else.
#[utoipa::path(
    tag = "users", security(("password" = []), ("token" = [])),
    params(("username_or_id" = String, Path, description = "Digits are an id")),
    responses(
        (status = 200, description = "The pseudonym", body = AccountView),
        (status = 409, description = "It is the last administrator, or owns projects"),
    ),
)]
#[delete("/users/{username_or_id}")]
async fn anonymise(
    caller: Caller<AnonymiseUser>,
    path: Path<String>,
    state: State,
) -> Result<HttpResponse, Problem> {
    let who = who(&path);
    let user = caller.write(&state, move |tx, caller| users::anonymise(tx, caller, &who)).await?;
    state.authenticator.forget();
    state.purge().await;
    Ok(HttpResponse::Ok().json(AccountView::from(user)))
}

/// Lets a user in who waits for it.
#[utoipa::path(
    tag = "users", security(("password" = []), ("token" = [])),
    params(("username_or_id" = String, Path, description = "Digits are an id")),
    responses((status = 200, description = "The user", body = AccountView)),
)]
#[post("/users/{username_or_id}/approval")]
async fn approve(
    caller: Caller<ManageUsers>,
    path: Path<String>,
    post: Post,
    state: State,
) -> Result<HttpResponse, Problem> {
    let once = post.read_nothing(&state).await?;
    let who = who(&path);
    let work = move |tx: &mut Transaction<'_>, caller: &_| {
        let user = users::approve(tx, caller, &who)?;
        Ok(shown(StatusCode::OK, &AccountView::from(user))?)
    };
    caller.write_once(&state, once, work).await
}

/// Switches a user off, and ends all their tokens.
#[utoipa::path(
    tag = "users", security(("password" = []), ("token" = [])),
    params(("username_or_id" = String, Path, description = "Digits are an id")),
    responses(
        (status = 200, description = "The user", body = AccountView),
        (status = 409, description = "It is the last administrator"),
    ),
)]
#[put("/users/{username_or_id}/disabled")]
async fn disable(
    caller: Caller<ManageUsers>,
    path: Path<String>,
    state: State,
) -> Result<HttpResponse, Problem> {
    switch(caller, &path, &state, true).await
}

/// Switches a user on again.
#[utoipa::path(
    tag = "users", security(("password" = []), ("token" = [])),
    params(("username_or_id" = String, Path, description = "Digits are an id")),
    responses((status = 200, description = "The user", body = AccountView)),
)]
#[delete("/users/{username_or_id}/disabled")]
async fn enable(
    caller: Caller<ManageUsers>,
    path: Path<String>,
    state: State,
) -> Result<HttpResponse, Problem> {
    switch(caller, &path, &state, false).await
}

async fn switch(
    caller: Caller<ManageUsers>,
    path: &str,
    state: &State,
    disabled: bool,
) -> Result<HttpResponse, Problem> {
    let who = who(path);
    let work =
        move |tx: &mut Transaction<'_>, caller: &_| users::set_disabled(tx, caller, &who, disabled);
    let user = caller.write(state, work).await?;
    state.authenticator.forget();
    Ok(HttpResponse::Ok().json(AccountView::from(user)))
}
