//! Credentials in, callers out.
//!
//! An `Authorization` header is read into [`Credentials`]; an [`Authenticator`] turns them into a
//! [`Caller`], who is the [`Actor`](omicron_domain::Actor) of changes and the
//! [`Viewer`](omicron_domain::Viewer) of what there is. Passwords are kept as bcrypt hashes,
//! tokens as keyed hashes; neither can be had back.
//!
//! ```
//! use omicron_auth::{Authenticator, Credentials, Error, Password, Passwords, Secret};
//! use omicron_domain::{Actor, NewUser};
//! use omicron_persistence::{Database, Options, users};
//!
//! let db = Database::create("sqlite://", Options::default())?;
//! let passwords = Passwords::start(4)?; // a cost for tests; 12 is the least for real people
//! let tiger = "tiger".parse::<Password>().unwrap();
//! let scott = NewUser {
//!     username: "scott".parse().unwrap(),
//!     email: "scott@tiger.com".parse().unwrap(),
//!     password_hash: passwords.hash_blocking(&tiger)?,
//!     administrator: false,
//!     approved: true,
//! };
//! db.write(&Actor::command_line(), |tx| users::create(tx, &scott))?;
//!
//! let authenticator = Authenticator::new(Secret::generate()?, passwords)?;
//! let header = "Basic c2NvdHQ6dGlnZXI="; // scott:tiger
//! let credentials = header.parse::<Credentials>().unwrap();
//! let caller = authenticator.authenticate_blocking(&db, &credentials)?;
//! assert_eq!(caller.user.username.as_str(), "scott");
//! # Ok::<(), Error>(())
//! ```

mod authenticator;
mod caller;
mod credentials;
mod error;
mod memory;
mod password;
mod renewed;
mod secret;
pub mod signature;
mod throttle;
mod token;
mod webhook;

pub use authenticator::Authenticator;
pub use caller::{Caller, PasswordProof};
pub use credentials::{Credentials, Malformed};
pub use error::Error;
pub use password::{InvalidPassword, Password, PasswordPolicy, Passwords};
pub use renewed::renewed;
pub use secret::{Secret, TooShort};
pub use throttle::{Attempt, Network, Throttle};
pub use token::{NotAToken, TokenText};
pub use webhook::WebhookSecret;
