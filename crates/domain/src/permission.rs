//! Who may do what: one table, which the server asks and the documentation prints.

use crate::{Role, Scope};
use std::fmt;
use std::str::FromStr;

/// Where a permission is asked for.
///
/// ```
/// use omicron_domain::{Permission, Place};
/// assert_eq!(Permission::ChangeProject.place(), Place::LiveProject);
/// assert_eq!(Permission::ReadProject.place(), Place::Project);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the laboratory as a whole.
    Laboratory,
    /// For one person's account.
    Account,
    /// In a project.
    Project,
    /// In a project that is not archived.
    LiveProject,
}

impl Place {
    /// Whether it is in a project.
    ///
    /// ```
    /// use omicron_domain::Place;
    /// assert!(Place::LiveProject.is_in_project() && !Place::Account.is_in_project());
    /// ```
    #[must_use]
    pub const fn is_in_project(self) -> bool {
        matches!(self, Self::Project | Self::LiveProject)
    }
}

/// What a permission takes of a credential. A password is good for everything.
///
/// ```
/// use omicron_domain::{Needs, Permission, Scope};
/// assert_eq!(Permission::ReadProject.needs(), Needs::Scope(Scope::Read));
/// assert_eq!(Permission::MakeTokens.needs().to_string(), "password");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Needs {
    /// Any token will do.
    Anything,
    /// A token with this scope, or one that covers it.
    Scope(Scope),
    /// No token will do.
    Password,
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anything => "any",
            Self::Scope(scope) => scope.as_str(),
            Self::Password => "password",
        })
    }
}

/// There is no permission of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of the actions that the page on permissions lists")]
pub struct UnknownPermission;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident $code:literal: $needs:expr, $place:ident, [$($role:ident)*] = $text:literal,)*) => {
        /// Something that not everyone may do.
        ///
        /// ```
        /// use omicron_domain::Permission;
        /// assert_eq!(Permission::ManageUsers.describe(), "approve, disable and enable people");
        /// assert_eq!("manage_users".parse(), Ok(Permission::ManageUsers));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// Every permission there is, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name by which a program asks for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// What the permission allows, as the rest of a sentence that begins with "may".
            #[must_use]
            pub const fn describe(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// What it takes of a credential.
            #[must_use]
            pub const fn needs(self) -> Needs {
                match self {
                    $(Self::$name => $needs,)*
                }
            }

            /// Where it is asked for.
            #[must_use]
            pub const fn place(self) -> Place {
                match self {
                    $(Self::$name => Place::$place,)*
                }
            }
        }

        impl Role {
            /// Whether the table gives this role the permission.
            #[must_use]
            pub fn may(self, permission: Permission) -> bool {
                match permission {
                    $(Permission::$name => [$(Role::$role),*].contains(&self),)*
                }
            }
        }
    };
}

const ANY: Needs = Needs::Anything;
const READ: Needs = Needs::Scope(Scope::Read);
const WRITE: Needs = Needs::Scope(Scope::Write);
const ADMIN: Needs = Needs::Scope(Scope::Admin);
const PASSWORD: Needs = Needs::Password;

permissions! {
    /// See who there is.
    ReadUsers "read_users": READ, Laboratory, [User Administrator] = "see who there is",
    /// Let people in, or keep them out.
    ManageUsers "manage_users": ADMIN, Laboratory, [Administrator] = "approve, disable and enable people",
    /// Ask what oneself may do, and why.
    ExplainAccess "explain_access": ANY, Laboratory, [User Administrator] = "ask what they may do, and why",
    /// Have a document checked against a schema.
    CheckDocuments "check_documents": ANY, Laboratory, [User Administrator] = "have a document checked against a schema",
    /// See one's own tokens.
    ListTokens "list_tokens": READ, Laboratory, [User Administrator] = "list tokens of their own",
    /// Make tokens for oneself.
    MakeTokens "make_tokens": PASSWORD, Laboratory, [User Administrator] = "make tokens of their own",
    /// End one's own tokens.
    RevokeTokens "revoke_tokens": ADMIN, Laboratory, [User Administrator] = "revoke tokens of their own",
    /// End the token that one comes with.
    RevokePresentToken "revoke_present_token": ANY, Laboratory, [User Administrator] = "revoke the token they come with",
    /// Revoke the tokens of someone else.
    RevokeAnyToken "revoke_any_token": ADMIN, Laboratory, [Administrator] = "revoke anyone's tokens",
    /// Say what records look like in the whole laboratory.
    ManageSharedTemplates "manage_shared_templates": WRITE, Laboratory, [Administrator] = "make, change and retire templates that all projects share",
    /// Say what of the whole laboratory is told to whom.
    ManageLabWebhooks "manage_lab_webhooks": ADMIN, Laboratory, [Administrator] = "look after webhooks of the whole laboratory",
    /// Begin a project.
    CreateProjects "create_projects": WRITE, Laboratory, [User Administrator] = "begin a project of their own",
    /// Begin a project that belongs to someone else.
    CreateProjectsForOthers "create_projects_for_others": ADMIN, Laboratory, [Administrator] = "begin a project for someone else",
    /// Change the address of an account.
    ChangeEmail "change_email": WRITE, Account, [Oneself Administrator] = "change the email",
    /// Change the password of an account, whoever knows it.
    ChangePassword "change_password": WRITE, Account, [Oneself] = "change the password",
    /// Let someone set a new password who has lost theirs.
    ResetPassword "reset_password": PASSWORD, Account, [Administrator] = "give the person a link to set a new password",
    /// Make someone unknown who has left.
    AnonymiseUser "anonymise_user": ADMIN, Account, [Administrator] = "make the person unknown for good",
    /// See what a person may see and do.
    ReadAccess "read_access": READ, Account, [Oneself Administrator] = "see what the person may see and do",
    /// See a project and who belongs to it.
    ReadProject "read_project": READ, Project, [Viewer Member Maintainer Owner Administrator] = "see it, its records, who belongs to it and what happens in it",
    /// No longer belong to a project.
    LeaveProject "leave_project": WRITE, Project, [Viewer Member Maintainer] = "leave it (the owner hands it over first)",
    /// Rename and describe a project.
    ChangeProject "change_project": WRITE, LiveProject, [Maintainer Owner Administrator] = "rename and describe it",
    /// Say who belongs to a project, and as what.
    ManageMembers "manage_members": ADMIN, LiveProject, [Maintainer Owner Administrator] = "add and remove members, and change their roles",
    /// Work on a project's records.
    WriteRecords "write_records": WRITE, LiveProject, [Member Maintainer Owner Administrator] = "create and change its records, and put them into the trash",
    /// Stand for a project's records with one's name.
    SignRecords "sign_records": WRITE, LiveProject, [Member Maintainer Owner Administrator] = "sign its records, with their password each time",
    /// Let records be changed again that people have signed.
    UnlockRecords "unlock_records": WRITE, LiveProject, [Maintainer Owner Administrator] = "unlock its records that are signed",
    /// Speak about a project's records.
    Comment "comment": WRITE, LiveProject, [Viewer Member Maintainer Owner Administrator] = "comment on its records",
    /// Keep what is said about a project's records civil.
    ModerateComments "moderate_comments": WRITE, LiveProject, [Maintainer Owner Administrator] = "withdraw comments of others",
    /// Say what a project's records look like.
    ManageTemplates "manage_templates": WRITE, LiveProject, [Maintainer Owner Administrator] = "make, change and retire its templates",
    /// Say what of a project is told to whom.
    ManageWebhooks "manage_webhooks": ADMIN, LiveProject, [Maintainer Owner Administrator] = "look after its webhooks",
    /// Look after a project's instruments.
    ManageServiceAccounts "manage_service_accounts": ADMIN, LiveProject, [Maintainer Owner Administrator] = "make service accounts, list and revoke their tokens",
    /// Give a project's instruments credentials.
    MakeServiceTokens "make_service_tokens": PASSWORD, LiveProject, [Maintainer Owner Administrator] = "make tokens of service accounts",
    /// Give a project another owner.
    HandOverProject "hand_over_project": ADMIN, Project, [Owner Administrator] = "hand it over to someone else",
    /// Put a project away, or take it out again.
    ArchiveProject "archive_project": ADMIN, Project, [Owner Administrator] = "archive and restore it",
    /// Delete a project.
    DeleteProject "delete_project": ADMIN, Project, [Owner Administrator] = "delete it",
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        let named = |permission: &&Self| permission.as_str() == text;
        Self::ALL.iter().find(named).copied().ok_or(UnknownPermission)
    }
}
