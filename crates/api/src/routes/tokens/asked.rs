//! What requests about tokens say.

use crate::body::Document;
use crate::problem::Problem;
use crate::routes::projects::which;
use chrono::TimeDelta;
use omicron_domain::{Invalid, Scopes, TokenName, UnknownScope};
use omicron_service::tokens::{self, Draft};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Lifetime {
    /// How many seconds the token shall live.
    #[param(value_type = Option<i64>, minimum = 1, example = 600)]
    pub(super) expiration: Option<String>,
}

impl Lifetime {
    pub(super) fn given(&self) -> Result<Option<TimeDelta>, Problem> {
        let Some(text) = &self.expiration else { return Ok(None) };
        let given = text.parse().ok().filter(|seconds| *seconds > 0).map(seconds);
        given.map(Some).ok_or_else(|| {
            Problem::invalid("/expiration", "must be a whole number of seconds from 1 on")
        })
    }
}

/// A lifetime, cut to the longest.
pub(in crate::routes) fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::try_seconds(seconds).unwrap_or(tokens::LONGEST)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Whose {
    /// Whose tokens shall all end; someone else's only for an administrator.
    pub(super) username: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct RevokedToken {
    pub(super) token: Option<String>,
}

impl Document for RevokedToken {
    const SCHEMA: &'static str = "revoke-token";
}

#[derive(Default, Deserialize)]
pub(crate) struct NewTokenBody {
    name: Option<String>,
    scopes: Option<Vec<String>>,
    project: Option<String>,
}

impl Document for NewTokenBody {
    const SCHEMA: &'static str = "new-token";
}

impl NewTokenBody {
    pub(super) fn draft(self, lifetime: TimeDelta) -> Result<Draft, Problem> {
        Ok(Draft {
            name: name(self.name)?,
            scopes: self.scopes.map_or(Ok(Scopes::EVERYTHING), |names| scopes(&names))?,
            project: self.project.as_deref().map(which),
            lifetime,
        })
    }
}

/// A token's name, as a body gives it.
pub(in crate::routes) fn name(given: Option<String>) -> Result<Option<TokenName>, Problem> {
    let name = given.map(TokenName::try_from).transpose();
    name.map_err(|invalid: Invalid| Problem::of_field("/name")(invalid))
}

/// A token's scopes, as a body names them.
pub(in crate::routes) fn scopes(names: &[String]) -> Result<Scopes, Problem> {
    let unknown = |unknown: UnknownScope| Problem::invalid("/scopes", unknown.to_string());
    names.join(" ").parse().map_err(unknown)
}
