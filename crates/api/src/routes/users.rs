//! `/users`: people.

use super::accounts::new_password;
use crate::body::Document;
use crate::caller::{Caller, ReadUsers, Visitor};
use crate::etag::Conditions;
use crate::listing::{self, Paging};
use crate::once::{Post, respond, shown};
use crate::problem::Problem;
use crate::state::State;
use crate::views::{UserDetailsView, UserView, UsersView};
use actix_web::http::StatusCode;
use actix_web::http::header::VARY;
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use omicron_domain::{NewUser, UserFilter, UserWithProjects};
use omicron_persistence::idempotency::Answer;
use omicron_persistence::{Transaction, View};
use omicron_service::Error;
use omicron_service::users::{self, Who};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(register).service(list).service(find);
}

#[derive(Deserialize)]
pub(crate) struct NewUserBody {
    username: String,
    password: String,
    email: String,
}

impl Document for NewUserBody {
    const SCHEMA: &'static str = "new-user";
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

pub(super) fn who(path: &str) -> Who {
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
async fn register(visitor: Visitor, post: Post, state: State) -> Result<HttpResponse, Problem> {
    let registration = state.settings.registration;
    users::admit(registration, visitor.caller.as_ref())?;
    let post = post.keyed_if(visitor.caller.is_some());
    let (body, once) = post.read::<NewUserBody>(&state).await?;
    let username = body.username.parse().map_err(Problem::of_field("/username"))?;
    let email = body.email.parse().map_err(Problem::of_field("/email"))?;
    let password = new_password("/password", &body.password, &state)?;
    let password_hash = state.authenticator.passwords().hash(&password).await?;
    let new = NewUser { username, email, password_hash, administrator: false, approved: false };
    let actor = visitor.actor();
    let caller = visitor.caller;
    let work = move |tx: &mut Transaction<'_>| {
        let user = users::register(tx, registration, caller.as_ref(), &new)?;
        let location = Some(format!("{}/users/{}", super::PREFIX, user.id));
        let shown = shown(StatusCode::CREATED, &UserView::from(user.summary()))?;
        Ok::<_, Error>(Answer { location, ..shown })
    };
    respond(state.engine.write(actor, once.around(work)).await?)
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
