//! Who may do what, as clients are shown it.

use super::{ProjectView, UserView};
use crate::problem::Problem;
use omicron_domain::{Project, ProjectRole, Refusal, Role, Step, UserSummary};
use omicron_service::access::Explanation;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether someone may do something, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplanationView {
    user: UserView,
    #[schema(example = "change_project")]
    action: &'static str,
    allowed: bool,
    /// What the server answers if they try, where they may not.
    #[schema(example = 403)]
    status: Option<u16>,
    /// What they are there.
    #[schema(example = json!(["user", "viewer"]))]
    roles: Vec<&'static str>,
    /// The rules that were asked, in order; the last one says no if any does.
    rules: Vec<RuleView>,
}

/// One rule, and what it says.
#[derive(Debug, Serialize, ToSchema)]
struct RuleView {
    /// `status`, `credential`, `sight`, `role` or `archive`.
    #[schema(example = "role")]
    rule: &'static str,
    passes: bool,
    #[schema(example = "a viewer may not rename and describe it")]
    says: String,
}

impl From<Step> for RuleView {
    fn from(step: Step) -> Self {
        let rule = match step.rule {
            Refusal::Status => "status",
            Refusal::Grant => "credential",
            Refusal::Unseen => "sight",
            Refusal::Role => "role",
            Refusal::Archived => "archive",
        };
        Self { rule, passes: step.passes, says: step.says }
    }
}

impl ExplanationView {
    pub(crate) fn new(action: &'static str, explanation: Explanation) -> Self {
        let Explanation { user, roles, decision } = explanation;
        Self {
            user: user.summary().into(),
            action,
            allowed: decision.refusal().is_none(),
            status: decision.refusal().map(|refusal| Problem::status_of(refusal).as_u16()),
            roles: roles.into_iter().map(Role::as_str).collect(),
            rules: decision.steps.into_iter().map(RuleView::from).collect(),
        }
    }
}

/// Someone who can see a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeerView {
    #[serde(flatten)]
    user: UserView,
    /// What lets them see it: `viewer`, `member`, `maintainer`, `owner` or `administrator`.
    #[schema(example = "administrator")]
    role: &'static str,
}

impl From<(UserSummary, Role)> for SeerView {
    fn from((user, role): (UserSummary, Role)) -> Self {
        Self { user: user.into(), role: role.as_str() }
    }
}

/// A part of the list of those who can see a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeersView {
    pub(crate) users: Vec<SeerView>,
}

/// A project that someone can see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeenView {
    #[serde(flatten)]
    project: ProjectView,
    /// What lets them see it: `viewer`, `member`, `maintainer`, `owner` or `administrator`.
    #[schema(example = "viewer")]
    role: &'static str,
}

impl From<(Project, Option<ProjectRole>)> for SeenView {
    fn from((project, role): (Project, Option<ProjectRole>)) -> Self {
        let role = role.map_or(Role::Administrator, Role::from);
        Self { project: project.into(), role: role.as_str() }
    }
}

/// A part of the list of projects that someone can see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccessView {
    pub(crate) projects: Vec<SeenView>,
}
