//! Someone who has shown who they are.

use omicron_domain::{Actor, Credential, Permission, RequestId, Role, User, Viewer};

/// Someone who has shown who they are, and may log in.
///
/// ```
/// use omicron_auth::Caller;
/// # use omicron_domain::{Credential, Permission, Timestamp, User, UserId, UserStatus, Viewer};
/// # let ann = User {
/// #     id: UserId(1), username: "ann".parse().unwrap(), email: "ann@example.org".parse().unwrap(),
/// #     administrator: false, status: UserStatus::Active, date_created: Timestamp::UNIX_EPOCH,
/// # };
/// let caller = Caller { user: ann, credential: Credential::Password };
/// assert_eq!(caller.viewer(), Viewer::User(UserId(1)));
/// assert!(!caller.may(Permission::ManageUsers));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub user: User,
    /// What proved it.
    pub credential: Credential,
}

impl Caller {
    /// What the caller may see.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        if self.user.administrator { Viewer::Everything } else { Viewer::User(self.user.id) }
    }

    /// What the caller is in the laboratory as a whole.
    #[must_use]
    pub fn role(&self) -> Role {
        if self.user.administrator { Role::Administrator } else { Role::User }
    }

    /// Whether the caller may do this, whatever the project.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.role().may(permission)
    }

    /// The caller as the one who makes a change in a request.
    #[must_use]
    pub fn actor(&self, request_id: Option<RequestId>) -> Actor {
        Actor {
            user: Some(self.user.id),
            credential: Some(self.credential),
            request_id,
            viewer: self.viewer(),
        }
    }
}
