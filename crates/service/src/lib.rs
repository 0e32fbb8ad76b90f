//! What can be done in the laboratory, with all its rules.
//!
//! One file per resource, one function per verb: permission, rule, change, in the caller's
//! transaction. REST handlers, pages and tools call the same functions, so a rule stands in one
//! place.
//!
//! ```
//! use omicron_auth::Caller;
//! use omicron_domain::{Actor, Credential, NewUser};
//! use omicron_persistence::{Database, Options, users};
//! use omicron_service::{Error, projects};
//!
//! let db = Database::create("sqlite://", Options::default())?;
//! let new = NewUser {
//!     username: "ann".parse().unwrap(),
//!     email: "ann@example.org".parse().unwrap(),
//!     password_hash: "!".to_owned(),
//!     administrator: false,
//!     approved: true,
//! };
//! let ann = db.write(&Actor::command_line(), |tx| users::create(tx, &new))?;
//! let ann = Caller { user: ann, credential: Credential::Password, grant: None, proof: None };
//!
//! let draft = projects::Draft {
//!     name: "Alloys".parse().unwrap(),
//!     description: "Hardness of aluminium alloys".parse().unwrap(),
//!     owner: None,
//!     members: vec!["bob".to_owned()],
//! };
//! let error = db.write(&ann.actor(None), |tx| projects::create(tx, &ann, &draft)).unwrap_err();
//! assert_eq!(error.to_string(), "there is no user named \"bob\"");
//! # Ok::<(), Error>(())
//! ```

pub mod access;
pub mod checkpoints;
pub mod comments;
mod error;
pub mod feed;
pub mod members;
mod past;
pub mod projects;
pub mod records;
mod registration;
pub mod resets;
pub mod service_accounts;
pub mod signatures;
mod since;
pub mod templates;
pub mod tokens;
pub mod users;
pub mod webhooks;

use omicron_auth::Caller;
use omicron_domain::{Permission, Place, Refusal, Target};

pub use error::Error;
pub use past::Past;
pub use registration::Registration;

/// A condition on the present state of what is to change: that it is what the caller has seen.
pub type Unchanged<'a, T> = &'a dyn Fn(&T) -> bool;

/// What can be said of a caller before it is known what they want to do it to.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::OutOfScope`].
pub fn enter(caller: &Caller, permission: Permission) -> Result<(), Error> {
    let Some(grant) = caller.grant else { return by_place(caller, permission) };
    // A token for one project reaches no account, whoever's it is.
    let elsewhere = permission.place() == Place::Account && !grant.allows(permission, None);
    if elsewhere || !grant.is_good_for(permission) {
        return Err(Error::OutOfScope(permission));
    }
    by_place(caller, permission)
}

fn by_place(caller: &Caller, permission: Permission) -> Result<(), Error> {
    match permission.place() {
        Place::Laboratory => require(caller, permission, Target::Laboratory),
        Place::Account | Place::Project | Place::LiveProject => Ok(()),
    }
}

/// The rules' answer, as an error where it is no.
fn require(caller: &Caller, permission: Permission, target: Target) -> Result<(), Error> {
    match caller.decide(permission, target).refusal() {
        None => Ok(()),
        Some(Refusal::Status) => Err(Error::StaleCredentials),
        Some(Refusal::Grant) => Err(Error::OutOfScope(permission)),
        Some(Refusal::Unseen) => Err(Error::NotFound("project")),
        Some(Refusal::Role) => Err(Error::Forbidden(permission)),
        Some(Refusal::Archived) => Err(Error::Archived),
    }
}
