//! What clients are shown.

mod access;
mod checkpoint;
mod comment;
mod event;
mod history;
mod record;
mod signature;
mod template;
mod token;
mod webhook;

use chrono::SecondsFormat;
use omicron_domain::{
    Member, Project, ProjectDetails, Role, Timestamp, User, UserSummary, UserWithProjects,
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use access::{AccessView, ExplanationView, SeenView, SeerView, SeersView};
pub(crate) use checkpoint::CheckpointsView;
pub(crate) use comment::{CommentView, CommentsView};
pub(crate) use event::{EventView, EventsView};
pub(crate) use history::{BulkView, DifferenceView, GraphView, HistoryView};
pub(crate) use record::{ALWAYS_SHOWN, RecordView, RecordsView, records_of};
pub(crate) use signature::{SignatureView, SignaturesView};
pub(crate) use template::{TemplateView, TemplatesView};
pub(crate) use token::{NewTokenView, TokenStatusView, TokenView, TokensView};
pub(crate) use webhook::{
    DeliveriesView, DeliveryView, WebhookSecretView, WebhookView, WebhooksView,
};

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
    /// Whether it is no person, but stands for an instrument.
    service_account: bool,
}

impl From<User> for AccountView {
    fn from(user: User) -> Self {
        Self {
            status: user.status.to_string(),
            administrator: user.administrator,
            service_account: user.service_account,
            user: user.summary().into(),
        }
    }
}

/// The service accounts of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceAccountsView {
    pub(crate) service_accounts: Vec<AccountView>,
}

/// A link with which someone sets a new password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResetView {
    /// Relative to the server's address.
    #[schema(example = "/app/reset#a409a362-d733-11e5-b625-7e14f79230d0")]
    pub(crate) link: String,
    /// What the link leads with, for `POST /api/v1/password-resets`.
    #[schema(example = "a409a362-d733-11e5-b625-7e14f79230d0")]
    pub(crate) code: String,
    #[schema(format = DateTime, example = "2015-01-01T12:00:00Z")]
    pub(crate) expiration_date: String,
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
    /// When it was archived; nothing in it is changed from then on.
    #[schema(format = DateTime)]
    date_archived: Option<String>,
}

impl From<Project> for ProjectView {
    fn from(project: Project) -> Self {
        Self {
            id: project.id.0,
            name: project.name.into(),
            description: project.description.into(),
            date_created: time(project.date_created),
            owner: project.owner.into(),
            date_archived: project.date_archived.map(time),
        }
    }
}

/// A project and who belongs to it beside its owner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectDetailsView {
    #[serde(flatten)]
    project: ProjectView,
    members: Vec<MemberView>,
}

/// Someone who belongs to a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberView {
    #[serde(flatten)]
    user: UserView,
    /// `viewer`, `member`, `maintainer` or `owner`.
    #[schema(example = "member")]
    role: &'static str,
    #[schema(format = DateTime, example = "2015-01-01T12:00:00Z")]
    date_added: String,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            user: member.user.into(),
            role: Role::from(member.role).as_str(),
            date_added: time(member.date_added),
        }
    }
}

/// A part of the list of those who belong to a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MembersView {
    pub(crate) members: Vec<MemberView>,
}

impl From<ProjectDetails> for ProjectDetailsView {
    fn from(details: ProjectDetails) -> Self {
        Self {
            project: details.project.into(),
            members: details.members.into_iter().map(MemberView::from).collect(),
        }
    }
}

/// A part of the list of projects.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectsView {
    pub(crate) projects: Vec<ProjectView>,
}

/// That something is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletedView {
    #[schema(example = "resource deleted")]
    pub(crate) status: &'static str,
}
