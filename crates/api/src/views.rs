//! What clients are shown.

use chrono::SecondsFormat;
use omicron_domain::{
    Project, ProjectDetails, Timestamp, Token, User, UserSummary, UserWithProjects,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A time as v1 writes it: whole seconds, rounded down.
pub(crate) fn time(time: Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A person in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserView {
    id: i64,
    #[schema(example = "scott")]
    username: String,
    #[schema(example = "scott@tiger.com")]
    email: String,
    #[schema(format = DateTime, example = "2015-01-01T12:00:00Z")]
    date_created: String,
}

impl From<UserSummary> for UserView {
    fn from(user: UserSummary) -> Self {
        Self {
            id: user.id.0,
            username: user.username.into(),
            email: user.email.into(),
            date_created: time(user.date_created),
        }
    }
}

/// A person in short, and what an administrator decides about them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountView {
    #[serde(flatten)]
    user: UserView,
    /// `pending`, `active` or `disabled`.
    #[schema(example = "active")]
    status: String,
    administrator: bool,
}

impl From<User> for AccountView {
    fn from(user: User) -> Self {
        Self {
            status: user.status.to_string(),
            administrator: user.administrator,
            user: user.summary().into(),
        }
    }
}

/// A person with the projects they own, as far as the caller may see them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserDetailsView {
    #[serde(flatten)]
    account: AccountView,
    /// The first hundred.
    projects: Vec<ProjectView>,
    /// How many there are.
    projects_count: i64,
}

impl From<UserWithProjects> for UserDetailsView {
    fn from(user: UserWithProjects) -> Self {
        Self {
            account: user.user.into(),
            projects: user.projects.into_iter().map(ProjectView::from).collect(),
            projects_count: user.projects_count,
        }
    }
}

/// A part of the list of people.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsersView {
    pub(crate) users: Vec<UserDetailsView>,
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectView {
    id: i64,
    #[schema(example = "NMR Project")]
    name: String,
    description: String,
    #[schema(format = DateTime, example = "2015-01-01T12:00:00Z")]
    date_created: String,
    owner: UserView,
}

impl From<Project> for ProjectView {
    fn from(project: Project) -> Self {
        Self {
            id: project.id.0,
            name: project.name.into(),
            description: project.description.into(),
            date_created: time(project.date_created),
            owner: project.owner.into(),
        }
    }
}

/// A project and who belongs to it beside its owner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectDetailsView {
    #[serde(flatten)]
    project: ProjectView,
    members: Vec<UserView>,
}

impl From<ProjectDetails> for ProjectDetailsView {
    fn from(details: ProjectDetails) -> Self {
        Self {
            project: details.project.into(),
            members: details.members.into_iter().map(UserView::from).collect(),
        }
    }
}

/// A part of the list of projects.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectsView {
    pub(crate) projects: Vec<ProjectView>,
}

/// A new token: the only time that its text is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewTokenView {
    pub(crate) id: i64,
    #[schema(example = "a409a362-d733-11e5-b625-7e14f79230d0")]
    pub(crate) token: String,
    /// The key to sign requests with, in base64; it never goes back to the server.
    #[schema(example = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=")]
    pub(crate) signing_key: String,
    #[schema(format = DateTime, example = "2015-01-01T12:00:00Z")]
    pub(crate) expiration_date: String,
}

/// A token, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    id: i64,
    #[schema(format = DateTime)]
    date_created: String,
    #[schema(format = DateTime)]
    expiration_date: String,
    /// When it was last used, to the minute.
    #[schema(format = DateTime)]
    last_used: Option<String>,
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        Self {
            id: token.id.0,
            date_created: time(token.date_created),
            expiration_date: time(token.expiration_date),
            last_used: token.last_used.map(time),
        }
    }
}

/// The caller's live tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokensView {
    pub(crate) tokens: Vec<TokenView>,
}

/// That a token has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenStatusView {
    #[schema(example = "deleted")]
    pub(crate) token_status: &'static str,
}

/// That something is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletedView {
    #[schema(example = "resource deleted")]
    pub(crate) status: &'static str,
}
