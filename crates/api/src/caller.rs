//! Callers in handlers' signatures: a route can't be written without saying who may use it.

use crate::client;
use crate::once::{Once, respond};
use crate::origin;
use crate::problem::Problem;
use crate::rate;
use crate::signed;
use crate::state::State;
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use omicron_auth::Credentials;
use omicron_domain::{Actor, Grant, Permission, RequestId, Viewer};
use omicron_persistence::idempotency::{Answer, Outcome};
use omicron_persistence::{Transaction, View};
use std::marker::PhantomData;
use std::ops::Deref;

/// A permission as a type.
pub(crate) trait Requires: 'static {
    /// What the caller must be allowed, whatever the project.
    const PERMISSION: Permission;
}

macro_rules! requirements {
    ($($name:ident)*) => {
        $(
            #[doc = concat!("[`Permission::", stringify!($name), "`], as a type.")]
            pub(crate) struct $name;
            impl Requires for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )*
    };
}

requirements! {
    ReadUsers ManageUsers ExplainAccess CheckDocuments ListTokens MakeTokens RevokePresentToken CreateProjects
    ChangeEmail ChangePassword ResetPassword AnonymiseUser ReadAccess
    ReadProject LeaveProject ChangeProject ManageMembers ManageServiceAccounts MakeServiceTokens HandOverProject
    ArchiveProject DeleteProject WriteRecords SignRecords UnlockRecords Comment ManageTemplates
    ManageWebhooks
}

/// Someone who has shown who they are, and may do `P`. What depends on the project is decided
/// where the project is read.
pub(crate) struct Caller<P> {
    person: omicron_auth::Caller,
    request_id: Option<RequestId>,
    permission: PhantomData<P>,
}

impl<P> Caller<P> {
    /// The caller as the one who makes a change.
    pub(crate) fn actor(&self) -> Actor {
        self.person.actor(self.request_id.clone())
    }

    pub(crate) fn viewer(&self) -> Viewer {
        self.person.viewer()
    }

    pub(crate) fn into_inner(self) -> omicron_auth::Caller {
        self.person
    }

    /// Makes a change in the caller's name.
    pub(crate) async fn write<T: Send + 'static>(
        self,
        state: &State,
        work: impl Fn(&mut Transaction<'_>, &omicron_auth::Caller) -> Result<T, omicron_service::Error>
        + Send
        + 'static,
    ) -> Result<T, Problem> {
        let (actor, person) = (self.actor(), self.person);
        Ok(state.engine.write(actor, move |tx| work(tx, &person)).await?)
    }

    /// As [`Caller::write`], once for each key: what was answered before is answered again.
    pub(crate) async fn write_once(
        self,
        state: &State,
        once: Once,
        work: impl Fn(
            &mut Transaction<'_>,
            &omicron_auth::Caller,
        ) -> Result<Answer, omicron_service::Error>
        + Send
        + 'static,
    ) -> Result<HttpResponse, Problem> {
        respond(self.attempt_once(state, once, work).await?)
    }

    /// As [`Caller::write_once`], for whoever has something to say of a failure.
    pub(crate) async fn attempt_once(
        self,
        state: &State,
        once: Once,
        work: impl Fn(
            &mut Transaction<'_>,
            &omicron_auth::Caller,
        ) -> Result<Answer, omicron_service::Error>
        + Send
        + 'static,
    ) -> Result<Outcome, omicron_service::Error> {
        let (actor, person) = (self.actor(), self.person);
        let work = once.around(move |tx: &mut Transaction<'_>| work(tx, &person));
        state.engine.write(actor, work).await
    }

    /// Reads what the caller may see.
    pub(crate) async fn read<T: Send + 'static>(
        self,
        state: &State,
        work: impl Fn(&mut View<'_>, &omicron_auth::Caller) -> Result<T, omicron_service::Error>
        + Send
        + 'static,
    ) -> Result<T, Problem> {
        let (viewer, person) = (self.viewer(), self.person);
        Ok(state.engine.read(viewer, move |view| work(view, &person)).await?)
    }

    /// As [`Caller::read`], for what may take a while.
    pub(crate) async fn read_slowly<T: Send + 'static>(
        self,
        state: &State,
        work: impl Fn(&mut View<'_>, &omicron_auth::Caller) -> Result<T, omicron_service::Error>
        + Send
        + 'static,
    ) -> Result<T, Problem> {
        let (viewer, person) = (self.viewer(), self.person);
        Ok(state.engine.read_slowly(viewer, move |view| work(view, &person)).await?)
    }
}

impl<P> Deref for Caller<P> {
    type Target = omicron_auth::Caller;

    fn deref(&self) -> &omicron_auth::Caller {
        &self.person
    }
}

impl<P: Requires> FromRequest for Caller<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let person = authenticate(&request).await?.ok_or_else(Problem::unauthenticated)?;
            omicron_service::enter(&person, P::PERMISSION)?;
            Ok(Self { person, request_id: request_id(&request), permission: PhantomData })
        })
    }
}

/// Someone who may have said who they are.
pub(crate) struct Visitor {
    pub(crate) caller: Option<omicron_auth::Caller>,
    request_id: Option<RequestId>,
}

impl Visitor {
    /// The visitor as the one who makes a change.
    pub(crate) fn actor(&self) -> Actor {
        match &self.caller {
            Some(caller) => caller.actor(self.request_id.clone()),
            None => Actor { request_id: self.request_id.clone(), ..Actor::anonymous() },
        }
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            Ok(Self { caller, request_id: request_id(&request) })
        })
    }
}

/// Who called, for the log, and what their token is good for, if it is one.
pub(crate) struct CallerName {
    pub(crate) name: String,
    pub(crate) grant: Option<Grant>,
}

/// Who sends this request; `None` if it does not say.
async fn authenticate(request: &HttpRequest) -> Result<Option<omicron_auth::Caller>, Problem> {
    let state = State::of(request)?;
    origin::check(request, state)?;
    let caller = match (request.headers().get(AUTHORIZATION), signed::is_signed(request)) {
        (None, false) => return Ok(None),
        (None, true) => signed::authenticate(request, state).await?,
        // Whom it would be from if they disagree is not for us to say.
        (Some(_), true) => {
            return Err(Problem::bad_credentials(
                "send an Authorization header or a signature, and not both",
            ));
        }
        (Some(header), false) => {
            let credentials = header
                .to_str()
                .map_err(|_| omicron_auth::Malformed)
                .and_then(str::parse::<Credentials>)
                .map_err(|malformed| Problem::bad_credentials(malformed.to_string()))?;
            let from = client::address(request);
            state.authenticator.authenticate(&state.engine, &credentials, from).await?
        }
    };
    let (name, grant) = (caller.user.username.to_string(), caller.grant);
    request.extensions_mut().insert(CallerName { name, grant });
    rate::count(request, state, caller.user.id)?;
    Ok(Some(caller))
}

fn request_id(request: &HttpRequest) -> Option<RequestId> {
    request.extensions().get::<RequestId>().cloned()
}
