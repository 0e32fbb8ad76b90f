//! Who may do what: one table, which the server asks and the documentation prints.

/// What someone is, in the laboratory or in one project.
///
/// ```
/// use omicron_domain::{Permission, Role};
/// assert!(Role::Owner.may(Permission::DeleteProject));
/// assert!(!Role::Member.may(Permission::DeleteProject));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Anyone who is logged in.
    User,
    /// Someone who belongs to the project.
    Member,
    /// The one person to whom the project belongs.
    Owner,
    /// Someone who looks after the whole server.
    Administrator,
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: [$($role:ident),*] = $text:literal,)*) => {
        /// Something that not everyone may do.
        ///
        /// ```
        /// use omicron_domain::Permission;
        /// assert_eq!(Permission::ManageUsers.describe(), "approve, disable and enable people");
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// Every permission there is, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What the permission allows, as the rest of a sentence that begins with "may".
            #[must_use]
            pub const fn describe(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }

        impl Role {
            /// Whether the table gives this role the permission.
            #[must_use]
            pub fn may(self, permission: Permission) -> bool {
                match permission {
                    $(Permission::$name => [$(Self::$role),*].contains(&self),)*
                }
            }
        }
    };
}

permissions! {
    /// See who there is.
    ReadUsers: [User, Member, Owner, Administrator] = "see who there is",
    /// Let people in, or keep them out.
    ManageUsers: [Administrator] = "approve, disable and enable people",
    /// Change one's own address and password.
    ChangeAccount: [User, Member, Owner, Administrator] = "change their own email and password",
    /// Make, list and revoke one's own tokens.
    UseTokens: [User, Member, Owner, Administrator] = "make, list and revoke tokens of their own",
    /// Revoke the tokens of someone else.
    RevokeAnyToken: [Administrator] = "revoke anyone's tokens",
    /// Begin a project.
    CreateProjects: [User, Member, Owner, Administrator] = "begin a project of their own",
    /// Begin a project that belongs to someone else.
    CreateProjectsForOthers: [Administrator] = "begin a project for someone else",
    /// See a project and who belongs to it.
    ReadProject: [Member, Owner, Administrator] = "see a project and its members",
    /// Rename and describe a project.
    ChangeProject: [Owner, Administrator] = "rename and describe a project",
    /// Say who belongs to a project.
    ManageMembers: [Owner, Administrator] = "add and remove a project's members",
    /// Give a project another owner.
    HandOverProject: [Owner, Administrator] = "hand a project over to someone else",
    /// Delete a project.
    DeleteProject: [Owner, Administrator] = "delete a project",
}
