//! What the journal says happened.

use crate::{
    CommentId, ProjectId, RecordId, RecordKind, SignatureId, TemplateId, TokenId, UserId, WebhookId,
};
use std::fmt;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What was done. The text is stored, so it never changes its meaning.
        ///
        /// ```
        /// use omicron_domain::Action;
        /// assert_eq!(Action::ProjectCreated.as_str(), "project.created");
        /// assert!(Action::ALL.contains(&Action::UserRegistered));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            /// Every action there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The action's name in the journal.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

actions! {
    /// A person was added, by themselves or by an administrator.
    UserRegistered = "user.registered",
    /// A person who waited may now log in.
    UserApproved = "user.approved",
    /// A person may no longer log in.
    UserDisabled = "user.disabled",
    /// A person may log in again.
    UserEnabled = "user.enabled",
    /// A person's address changed.
    UserEmailChanged = "user.email_changed",
    /// A person's password changed.
    UserPasswordChanged = "user.password_changed",
    /// A person was given a link to set a new password.
    UserPasswordResetIssued = "user.password_reset_issued",
    /// A person was made unknown.
    UserAnonymised = "user.anonymised",
    /// What an event had kept of a person was erased; the event stands.
    PayloadErased = "payload.erased",
    /// A token was made.
    TokenIssued = "token.issued",
    /// A token was ended before its time.
    TokenRevoked = "token.revoked",
    /// A project was begun.
    ProjectCreated = "project.created",
    /// A project's name or description changed.
    ProjectChanged = "project.changed",
    /// A project was deleted.
    ProjectDeleted = "project.deleted",
    /// A project got another owner.
    ProjectHandedOver = "project.handed_over",
    /// Someone joined a project.
    ProjectMemberAdded = "project.member_added",
    /// Someone left a project.
    ProjectMemberRemoved = "project.member_removed",
    /// Someone became something else in a project.
    ProjectMemberChanged = "project.member_changed",
    /// A project was put away.
    ProjectArchived = "project.archived",
    /// A project was taken out again.
    ProjectRestored = "project.restored",
    /// A record was begun.
    RecordCreated = "record.created",
    /// Something in a record changed.
    RecordChanged = "record.changed",
    /// A record was made again what it had been in an older version.
    RecordReverted = "record.reverted",
    /// A record was put into the trash.
    RecordTrashed = "record.trashed",
    /// A record was taken out of the trash.
    RecordRestored = "record.restored",
    /// Someone signed a version of a record.
    RecordSigned = "record.signed",
    /// A record that was signed may be changed again.
    RecordUnlocked = "record.unlocked",
    /// Someone said something about a record.
    CommentAdded = "comment.added",
    /// Someone put differently what they had said.
    CommentChanged = "comment.changed",
    /// A comment was withdrawn.
    CommentRemoved = "comment.removed",
    /// A template was made.
    TemplateCreated = "template.created",
    /// A template changed: it has one more version.
    TemplateChanged = "template.changed",
    /// A template is no longer for new records.
    TemplateRetired = "template.retired",
    /// A template is for new records again.
    TemplateRestored = "template.restored",
    /// A webhook was made.
    WebhookCreated = "webhook.created",
    /// A webhook changed: its address, what it is for, or whether anything is posted.
    WebhookChanged = "webhook.changed",
    /// A webhook got another secret.
    WebhookSecretChanged = "webhook.secret_changed",
    /// A webhook was set to a position, from which on events are posted to it.
    WebhookReplayed = "webhook.replayed",
    /// A webhook was deleted.
    WebhookDeleted = "webhook.deleted",
}

/// What something was done to.
///
/// ```
/// use omicron_domain::{ProjectId, Subject};
/// assert_eq!(Subject::from(ProjectId(12)).to_string(), "project:12");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// A person.
    User(UserId),
    /// A token.
    Token(TokenId),
    /// A project.
    Project(ProjectId),
    /// A record, which keeps its kind.
    Record(RecordKind, RecordId),
    /// A comment on a record.
    Comment(CommentId),
    /// Someone's signature of a record.
    Signature(SignatureId),
    /// A template.
    Template(TemplateId),
    /// A webhook.
    Webhook(WebhookId),
    /// An event of the journal itself, by its number.
    Event(i64),
}

impl Subject {
    /// The kinds of things there are, as the first parts of their texts.
    ///
    /// ```
    /// use omicron_domain::Subject;
    /// assert!(Subject::KINDS.contains(&"sample"));
    /// ```
    pub const KINDS: &'static [&'static str] = &[
        "user",
        "token",
        "project",
        "experiment",
        "sample",
        "protocol",
        "instrument",
        "comment",
        "signature",
        "template",
        "webhook",
        "event",
    ];

    /// What kind of thing it is: the first part of its text.
    ///
    /// ```
    /// use omicron_domain::{ProjectId, Subject};
    /// assert_eq!(Subject::from(ProjectId(12)).kind(), "project");
    /// ```
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Token(_) => "token",
            Self::Project(_) => "project",
            Self::Record(kind, _) => kind.as_str(),
            Self::Comment(_) => "comment",
            Self::Signature(_) => "signature",
            Self::Template(_) => "template",
            Self::Webhook(_) => "webhook",
            Self::Event(_) => "event",
        }
    }

    /// Which of its kind it is: the second part of its text.
    ///
    /// ```
    /// use omicron_domain::{ProjectId, Subject};
    /// assert_eq!(Subject::from(ProjectId(12)).id(), 12);
    /// ```
    #[must_use]
    pub const fn id(self) -> i64 {
        match self {
            Self::User(UserId(id))
            | Self::Token(TokenId(id))
            | Self::Project(ProjectId(id))
            | Self::Record(_, RecordId(id))
            | Self::Comment(CommentId(id))
            | Self::Signature(SignatureId(id))
            | Self::Template(TemplateId(id))
            | Self::Webhook(WebhookId(id))
            | Self::Event(id) => id,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.id())
    }
}

impl From<UserId> for Subject {
    fn from(id: UserId) -> Self {
        Self::User(id)
    }
}

impl From<TokenId> for Subject {
    fn from(id: TokenId) -> Self {
        Self::Token(id)
    }
}

impl From<ProjectId> for Subject {
    fn from(id: ProjectId) -> Self {
        Self::Project(id)
    }
}

impl From<CommentId> for Subject {
    fn from(id: CommentId) -> Self {
        Self::Comment(id)
    }
}

impl From<SignatureId> for Subject {
    fn from(id: SignatureId) -> Self {
        Self::Signature(id)
    }
}

impl From<TemplateId> for Subject {
    fn from(id: TemplateId) -> Self {
        Self::Template(id)
    }
}

impl From<WebhookId> for Subject {
    fn from(id: WebhookId) -> Self {
        Self::Webhook(id)
    }
}
