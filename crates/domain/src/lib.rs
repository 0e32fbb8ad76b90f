//! The words of the laboratory, as types that cannot hold nonsense.
//!
//! Everything here is plain data and plain rules: no database, no network, no clock of its own.
//! A value is checked once, where it enters, and trusted from then on.
//!
//! ```
//! use omicron_domain::{ProjectName, Username};
//!
//! let name: ProjectName = "Alloys 2026".parse()?;
//! assert_eq!(name.key(), "alloys 2026"); // what is unique, in any case and on any database
//!
//! let error = "12345".parse::<Username>().unwrap_err();
//! assert_eq!(error.to_string(), "must not be made of digits only: it would be read as an id");
//! # Ok::<(), omicron_domain::Invalid>(())
//! ```
//!
//! | to say | there is |
//! | --- | --- |
//! | who someone is | [`User`], [`UserStatus`], [`Username`], [`EmailAddress`] |
//! | what they work on | [`Project`], [`ProjectDetails`], [`ProjectName`], [`Description`] |
//! | what they make and find out | [`Record`], [`RecordKind`], [`Content`], [`Link`], [`Comment`] |
//! | who stands for what they say | [`Signature`], [`Meaning`] |
//! | what records must look like | [`Template`], [`Lifecycle`] |
//! | what they may do | [`Permission`], [`Role`] |
//! | who is acting, and what they may see | [`Actor`], [`Credential`], [`RequestId`], [`Viewer`] |
//! | what happened, and what of it someone asks for | [`Action`], [`Subject`], [`EventFilter`] |
//! | to whom it is told | [`Webhook`], [`Delivery`] |
//! | as of when to look | [`AsOf`] |
//! | which part of a list | [`Page`], [`Listing`] |
//! | when | [`Clock`], [`SystemClock`], [`ManualClock`] |

mod access;
mod actor;
mod as_of;
mod clock;
mod event;
mod event_filter;
mod id;
mod invalid;
mod lifecycle;
mod link;
mod name;
mod page;
mod permission;
mod project;
mod record;
mod role;
mod scope;
mod signature;
mod template;
mod text;
mod token;
mod user;
mod webhook;

pub use access::{Decision, ProjectRole, Refusal, Standing, Step, Target};
pub use actor::{Actor, Credential, RequestId, Viewer};
pub use as_of::AsOf;
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use event::{Action, Subject};
pub use event_filter::EventFilter;
pub use id::{
    CommentId, DeliveryId, ProjectId, RecordId, SignatureId, TemplateId, TokenId, UserId, WebhookId,
};
pub use invalid::Invalid;
pub use lifecycle::{BadLifecycle, Lifecycle, Move, MoveRefused};
pub use link::{Link, Relation, UnknownRelation};
pub use name::{
    Body, CommentText, Description, EmailAddress, ProjectName, Reference, Status, Tag,
    TemplateName, Title, TokenName, Username,
};
pub use page::{Listing, Page};
pub use permission::{Needs, Permission, Place, UnknownPermission};
pub use project::{Member, NewProject, Project, ProjectChange, ProjectDetails};
pub use record::{
    Comment, Content, Mark, Record, RecordFilter, RecordKind, RecordOrder, RecordPage, SortKey,
    UnknownKind, UnknownOrder, Version,
};
pub use role::{MemberRole, Role, UnknownRole};
pub use scope::{Grant, Scope, Scopes, UnknownScope};
pub use signature::{Meaning, Signature, UnknownMeaning};
pub use template::{Template, TemplateDraft};
pub use text::fold;
pub use token::{NewToken, Token};
pub use user::{
    NewUser, UnknownStatus, User, UserFilter, UserStatus, UserSummary, UserWithProjects,
};
pub use webhook::{Delivery, DeliveryState, UnknownDeliveryState, Webhook, WebhookDraft};
