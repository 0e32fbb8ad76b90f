//! Someone who has shown who they are.

use crate::secret::hmac_sha256;
use omicron_domain::{
    Actor, Credential, Decision, Grant, Permission, RequestId, Standing, Target, User, Viewer,
};

/// Someone who has shown who they are, and may log in.
///
/// ```
/// use omicron_auth::Caller;
/// # use omicron_domain::{Credential, Permission, Timestamp, User, UserId, UserStatus, Viewer};
/// # let ann = User {
/// #     id: UserId(1), username: "ann".parse().unwrap(), email: "ann@example.org".parse().unwrap(),
/// #     administrator: false, status: UserStatus::Active, service_account: false,
/// #     date_created: Timestamp::UNIX_EPOCH,
/// # };
/// let credential = Credential::Password;
/// let caller = Caller { user: ann, credential, grant: None, proof: None };
/// assert_eq!(caller.viewer(), Viewer::User(UserId(1)));
/// assert!(!caller.may(Permission::ManageUsers));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub user: User,
    /// What proved it.
    pub credential: Credential,
    /// What a token is good for, of all that the person may; `None` if it is no token.
    pub grant: Option<Grant>,
    /// Which stored hash a password matched, if it was one.
    pub proof: Option<PasswordProof>,
}

/// Which stored hash a password matched: to be asked again where it matters that it still is the
/// person's, since comparing takes long enough for someone to change it.
///
/// ```
/// use omicron_auth::PasswordProof;
/// let proof = PasswordProof::of("$2b$12$…");
/// assert!(proof.holds_for("$2b$12$…") && !proof.holds_for("$2b$12$another"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordProof([u8; 32]);

impl PasswordProof {
    /// The proof for a stored hash.
    #[must_use]
    pub fn of(stored: &str) -> Self {
        Self(hmac_sha256(b"omicron proof", &[stored.as_bytes()]))
    }

    /// Whether this still is what is stored.
    #[must_use]
    pub fn holds_for(&self, stored: &str) -> bool {
        *self == Self::of(stored)
    }
}

impl Caller {
    /// What the caller may see.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        let user = (!self.user.administrator).then_some(self.user.id);
        match (self.grant.and_then(|grant| grant.project), user) {
            (Some(project), user) => Viewer::Within { project, user },
            (None, Some(user)) => Viewer::User(user),
            (None, None) => Viewer::Everything,
        }
    }

    /// Whether the caller may do this to that, and why.
    #[must_use]
    pub fn decide(&self, permission: Permission, target: Target) -> Decision {
        let User { status, administrator, .. } = self.user;
        Standing { status, administrator, grant: self.grant }.decide(permission, target)
    }

    /// Whether the caller may do this in the laboratory as a whole.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.decide(permission, Target::Laboratory).refusal().is_none()
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
