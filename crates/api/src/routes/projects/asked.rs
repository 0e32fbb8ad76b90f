//! What requests about projects say.

use crate::body::Document;
use crate::listing::truth;
use crate::problem::Problem;
use omicron_domain::ProjectChange;
use omicron_service::projects::Draft;
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

#[derive(Deserialize)]
pub(crate) struct NewProjectBody {
    name: String,
    description: String,
    owner: Option<String>,
    #[serde(default)]
    members: Vec<String>,
}

impl Document for NewProjectBody {
    const SCHEMA: &'static str = "new-project";
}

impl NewProjectBody {
    pub(super) fn draft(self) -> Result<Draft, Problem> {
        Ok(Draft {
            name: self.name.parse().map_err(Problem::of_field("/name"))?,
            description: self.description.parse().map_err(Problem::of_field("/description"))?,
            owner: self.owner,
            members: self.members,
        })
    }
}

/// A merge patch (RFC 7396): what is missing stays, and `null` takes away.
#[derive(Deserialize)]
pub(crate) struct ChangeProjectBody {
    name: Option<String>,
    #[serde(default, deserialize_with = "empty_if_null")]
    description: Option<String>,
}

impl Document for ChangeProjectBody {
    const SCHEMA: &'static str = "change-project";
}

/// A description that is taken away is an empty one.
fn empty_if_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::deserialize(deserializer)?.unwrap_or_default()))
}

impl ChangeProjectBody {
    pub(super) fn change(self) -> Result<ProjectChange, Problem> {
        let name = self.name.map(|name| name.parse()).transpose();
        let description = self.description.map(|text| text.parse()).transpose();
        Ok(ProjectChange {
            name: name.map_err(Problem::of_field("/name"))?,
            description: description.map_err(Problem::of_field("/description"))?,
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Kept {
    /// `true` for those that are archived, `false` for the others; all, if it is not given.
    #[param(value_type = Option<bool>)]
    archived: Option<String>,
}

impl Kept {
    pub(super) fn archived(&self) -> Result<Option<bool>, Problem> {
        truth("/archived", self.archived.as_deref())
    }
}
