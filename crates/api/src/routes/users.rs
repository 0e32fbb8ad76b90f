//! `/users`: people, and who may log in.

use crate::body::{Body, Document};
use crate::caller::{Caller, ChangeAccount, ManageUsers, ReadUsers, Visitor};
use crate::etag::{Conditions, tagged};
use crate::listing::{self, Paging};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{AccountView, UserDetailsView, UserView, UsersView};
use actix_web::http::header::{LOCATION, VARY};
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use omicron_auth::{InvalidPassword, Password};
use omicron_domain::{EmailAddress, NewUser, UserFilter, UserWithProjects};
use omicron_persistence::{Transaction, View};
use omicron_service::users::{self, Who};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(register).service(list).service(find);
    config.service(change).service(change_password);
    config.service(approve).service(disable).service(enable);
}

#[derive(Deserialize)]
struct NewUserBody {
    username: String,
    password: String,
    email: String,
}

impl Document for NewUserBody {
    const SCHEMA: &'static str = "new-user";
}

#[derive(Deserialize)]
struct ChangeUserBody {
    email: String,
}

impl Document for ChangeUserBody {
    const SCHEMA: &'static str = "change-user";
}

#[derive(Deserialize)]
struct ChangePasswordBody {
    current_password: String,
    new_password: String,
}

impl Document for ChangePasswordBody {
    const SCHEMA: &'static str = "change-password";
}

/// Which people: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Search {
    /// Somewhere in the username, in any case.
    contains: Option<String>,
    /// At the username's start, in any case.
    starts_with: Option<String>,
    /// At the username's end, in any case.
    ends_with: Option<String>,
    /// `pending`, `active` or `disabled`; for administrators.
    #[param(example = "pending")]
    status: Option<String>,
}

impl Search {
    fn filter(self) -> Result<UserFilter, Problem> {
        let texts = [
            ("/contains", &self.contains),
            ("/starts_with", &self.starts_with),
            ("/ends_with", &self.ends_with),
        ];
        for (pointer, text) in texts {
            if text.as_deref().is_some_and(|text| text.contains(char::is_control)) {
                return Err(Problem::invalid(pointer, "must hold no control characters"));
            }
        }
        let status = self.status.as_deref().filter(|text| !text.is_empty()).map(str::parse);
        let status = status.transpose().map_err(|unknown: omicron_domain::UnknownStatus| {
            Problem::invalid("/status", unknown.to_string())
        })?;
        let Self { contains, starts_with, ends_with, .. } = self;
        Ok(UserFilter { contains, starts_with, ends_with, status })
    }
}

fn password(pointer: &'static str, text: &str) -> Result<Password, Problem> {
    text.parse().map_err(|invalid: InvalidPassword| Problem::invalid(pointer, invalid.to_string()))
}

/// A password that is good enough to be a new one.
fn new_password(pointer: &'static str, text: &str, state: &State) -> Result<Password, Problem> {
    let password = password(pointer, text)?;
    let checked = state.settings.password_policy.check(&password);
    checked.map_err(|invalid| Problem::invalid(pointer, invalid.to_string()))?;
    Ok(password)
}

fn who(path: &Path<String>) -> Who {
    path.parse().unwrap_or(Who::Nothing)
}

/// Registers a user. Where registration needs approval, they can log in once an administrator has
/// given it; a user whom an administrator adds needs none.
#[utoipa::path(
    tag = "users", security((), ("password" = []), ("token" = [])),
    request_body(content = ref("#/components/schemas/new-user")),
    responses(
        (status = 201, description = "The new user", body = UserView, headers(("Location" = String))),
        (status = 422, description = "The username is taken"),
    ),
)]
#[post("/users")]
async fn register(visitor: Visitor, body: Body, state: State) -> Result<HttpResponse, Problem> {
    let registration = state.settings.registration;
    users::admit(registration, visitor.caller.as_ref())?;
    let body = body.read::<NewUserBody>().await?;
    let username = body.username.parse().map_err(Problem::of_field("/username"))?;
    let email = body.email.parse().map_err(Problem::of_field("/email"))?;
    let password = new_password("/password", &body.password, &state)?;
    let password_hash = state.authenticator.passwords().hash(&password).await?;
    let new = NewUser { username, email, password_hash, administrator: false, approved: false };
    let actor = visitor.actor();
    let caller = visitor.caller;
    let work =
        move |tx: &mut Transaction<'_>| users::register(tx, registration, caller.as_ref(), &new);
    let user = state.engine.write(actor, work).await?;
    let location = format!("{}/users/{}", super::PREFIX, user.id);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .json(UserView::from(user.summary())))
}

/// Lists users by id, each with the projects they own that the caller may see.
#[utoipa::path(
    tag = "users", params(Search, Paging), security(("password" = []), ("token" = [])),
    responses((status = 200, description = "A part of the list", body = UsersView)),
)]
#[get("/users")]
async fn list(
    caller: Caller<ReadUsers>,
    search: Query<Search>,
    paging: Query<Paging>,
    request: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    let (filter, page) = (search.into_inner().filter()?, paging.page()?);
    let viewer = caller.viewer();
    let caller = caller.into_inner();
    let work = move |view: &mut View<'_>| users::list(view, &caller, &filter, page);
    let listing = state.engine.read_slowly(viewer, work).await?;
    let id = |user: &UserWithProjects| user.user.id.0;
    let mut response = listing::answer(&request, page, listing, id, |users| UsersView {
        users: users.into_iter().map(UserDetailsView::from).collect(),
    });
    response
        .headers_mut()
        .insert(VARY, actix_web::http::header::HeaderValue::from_static("Accept"));
    Ok(response)
}

/// One user, with the projects they own that the caller may see.
#[utoipa::path(
    tag = "users", security(("password" = []), ("token" = [])),
    params(("username_or_id" = String, Path, description = "Digits are an id")),
    responses(
        (status = 200, description = "The user", body = UserDetailsView, headers(("ETag" = String))),
        (status = 304, description = "The client has it already"),
    ),
)]
#[get("/users/{username_or_id}")]
async fn find(
    caller: Caller<ReadUsers>,
    path: Path<String>,
    conditions: Conditions,
    state: State,
) -> Result<HttpResponse, Problem> {
    let who = who(&path);
    let user = state.engine.read(caller.viewer(), move |view| users::find(view, &who)).await?;
    conditions.answer(&UserDetailsView::from(user))
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
    caller: Caller<ChangeAccount>,
    path: Path<String>,
    conditions: Conditions,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<ChangeUserBody>().await?;
    let email: EmailAddress = body.email.parse().map_err(Problem::of_field("/email"))?;
    let (who, actor) = (who(&path), caller.actor());
    let caller = caller.into_inner();
    let work = move |tx: &mut Transaction<'_>| {
        let unchanged = |user: &UserWithProjects| {
            conditions.allow_change_of(&UserDetailsView::from(user.clone()))
        };
        users::change_email(tx, &caller, &who, &email, &unchanged)
    };
    let user = state.engine.write_serializable(actor, work).await?;
    state.authenticator.forget();
    tagged(HttpResponse::Ok(), &UserDetailsView::from(user))
}

/// Changes one's own password, and ends all one's tokens.
#[utoipa::path(
    tag = "users", security(("password" = []), ("token" = [])),
    params(("username_or_id" = String, Path, description = "Digits are an id")),
    request_body(content = ref("#/components/schemas/change-password")),
    responses((status = 204, description = "It is changed")),
)]
#[put("/users/{username_or_id}/password")]
async fn change_password(
    caller: Caller<ChangeAccount>,
    path: Path<String>,
    body: Body,
    state: State,
) -> Result<HttpResponse, Problem> {
    let body = body.read::<ChangePasswordBody>().await?;
    let current = password("/current_password", &body.current_password)?;
    let new = new_password("/new_password", &body.new_password, &state)?;
    let (who, actor, viewer) = (who(&path), caller.actor(), caller.viewer());
    let caller = caller.into_inner();
    let work = move |view: &mut View<'_>| users::own_account(view, &caller, &who);
    let user = state.engine.read(viewer, work).await?;
    if !state.authenticator.confirm(&state.engine, &user.username, &current).await? {
        return Err(Problem::invalid("/current_password", "is not the current password"));
    }
    let hash = state.authenticator.passwords().hash(&new).await?;
    let work = move |tx: &mut Transaction<'_>| users::change_password(tx, &Who::Id(user.id), &hash);
    state.engine.write(actor, work).await?;
    state.authenticator.forget();
    Ok(HttpResponse::NoContent().finish())
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
    state: State,
) -> Result<HttpResponse, Problem> {
    let (who, actor) = (who(&path), caller.actor());
    let caller = caller.into_inner();
    let user = state.engine.write(actor, move |tx| users::approve(tx, &caller, &who)).await?;
    Ok(HttpResponse::Ok().json(AccountView::from(user)))
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
    path: &Path<String>,
    state: &State,
    disabled: bool,
) -> Result<HttpResponse, Problem> {
    let (who, actor) = (who(path), caller.actor());
    let caller = caller.into_inner();
    let work = move |tx: &mut Transaction<'_>| users::set_disabled(tx, &caller, &who, disabled);
    let user = state.engine.write_serializable(actor, work).await?;
    state.authenticator.forget();
    Ok(HttpResponse::Ok().json(AccountView::from(user)))
}
