//! What can go wrong, and with which status the program then ends.

use crate::settings::{BadSetting, BadSettings, SourcesError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::{error::Error as StdError, io};

/// The status that says that the configuration is at fault: `EX_CONFIG` of sysexits.h.
pub const BAD_CONFIGURATION: u8 = 78;

/// Why the program does not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Settings that can't be used.
    #[error(transparent)]
    Settings(#[from] BadSettings),
    /// Settings that can't be read.
    #[error(transparent)]
    Sources(#[from] SourcesError),
    /// A database that has yet to be brought up to date.
    #[error(
        "the database is at version {found}, and this program works with {expected}: \
         `omicron-server db upgrade` brings it up to date (AUTO_MIGRATE=true does so at every start)"
    )]
    Older {
        /// The database's version.
        found: String,
        /// The program's.
        expected: String,
    },
    /// A database that a newer program has made.
    #[error(
        "the database is at version {found}, and this program works with {expected}: \
         it belongs to a newer omicron-server, which is the one to run"
    )]
    Newer {
        /// The database's version.
        found: String,
        /// The program's.
        expected: String,
    },
    /// There is no database file.
    #[error("there is no database at {}: `omicron-server db create` makes one", .0.display())]
    NoFile(PathBuf),
    /// PostgreSQL has no such database.
    #[error("there is no such database: `omicron-server db create` makes one")]
    NoDatabase(#[source] omicron_persistence::Error),
    /// A database that ends with its process.
    #[error("DATABASE_URL names a database in memory, which no other process can reach")]
    InMemory,
    /// The journal has a signing key, and it is not here.
    #[error("{}", other_key(.in_use, .found.as_deref(), .file.as_deref()))]
    OtherSigningKey {
        /// The public half of the key that the journal's checkpoints are signed with.
        in_use: String,
        /// That of the key that is here.
        found: Option<String>,
        /// The file that it is looked for in; none if it was given.
        file: Option<PathBuf>,
    },
    /// No checkpoint was signed, for lack of a key.
    #[error("the journal has no signing key yet: the server makes one when it starts")]
    NoSigningKey,
    /// Nothing was done yet that a checkpoint could vouch for.
    #[error("there is no checkpoint yet, since nothing was done yet")]
    NothingSigned,
    /// There are no such checkpoints.
    #[error(
        "there are no two checkpoints of {0} and {1} positions: give the sizes, the second lines, of \
         two that this journal has signed"
    )]
    UnknownCheckpoint(i64, i64),
    /// There is nothing of this name and number in the journal.
    #[error("there is no {0} in the history")]
    NothingToProve(String),
    /// A file holds no checkpoint.
    #[error("{} holds no checkpoint", .0.display())]
    NoCheckpoint(PathBuf, #[source] omicron_tlog::CheckpointError),
    /// A proof proves nothing.
    #[error("the proof does not hold")]
    Proof(#[source] omicron_tlog::ProofError),
    /// The history is not what it was.
    #[error(
        "the history is not what it was: {} above",
        faults(*.number, *.more)
    )]
    Faults {
        /// How many faults were named.
        number: usize,
        /// Whether there may be more.
        more: bool,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] omicron_persistence::Error),
    /// A password could not be hashed.
    #[error(transparent)]
    Auth(#[from] omicron_auth::Error),
    /// A rule forbids it.
    #[error(transparent)]
    Service(#[from] omicron_service::Error),
    /// The address can't be listened on.
    #[error("{address} can't be listened on{}", advice(.source, *.address))]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The HTTP server failed.
    #[error("the server can't go on")]
    Serve(#[source] io::Error),
    /// A file could not be read or written.
    #[error("{} can't be read or written", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// The terminal, or what stands for it, could not be read or written.
    #[error("{0} failed")]
    Terminal(&'static str, #[source] io::Error),
    /// Nobody has this name or id.
    #[error("there is no user {0:?}: `omicron-server user list` names all")]
    UnknownUser(String),
    /// What was given can't be what it is meant for.
    #[error("{what} {why}")]
    Argument {
        /// What it was given as.
        what: &'static str,
        /// Why it can't be, beginning with a verb.
        why: String,
    },
    /// There is no such token.
    #[error("there is no token {0}")]
    UnknownToken(i64),
    /// There is no such project.
    #[error("there is no project {0:?}")]
    UnknownProject(String),
    /// Someone who may not log in would have no use of a token.
    #[error("{0} can't log in: the account is {1}")]
    CantLogIn(omicron_domain::Username, omicron_domain::UserStatus),
    /// A made-up lab would be mixed with a real one.
    #[error(
        "the database {0}: a lab is made up in an empty one only, such as that of \
         --database-url sqlite:///demo.sqlite3"
    )]
    NotEmpty(&'static str),
    /// A lab is not made up where people work.
    #[error("with STATE=PROD no lab is made up, unless --yes says that it is meant")]
    NotInProduction,
    /// A lab could not be made up.
    #[error("the lab could not be made up; what there is of it stays, so begin in a new database")]
    Demo(#[source] omicron_demo::Error),
    /// Where migrations are written there are none.
    #[error("there is no folder {}: run this in the root of the source tree", .0.display())]
    NotTheSourceTree(PathBuf),
    /// The server does not answer as it should.
    #[error("the server at {0} is not healthy")]
    Unhealthy(SocketAddr, #[source] io::Error),
}

/// What there is to do when the key that checkpoints are signed with is another one, or missing.
fn other_key(in_use: &str, found: Option<&str>, file: Option<&Path>) -> String {
    let place = file.map_or("AUDIT_SIGNING_KEY".to_owned(), |file| file.display().to_string());
    let found = match found {
        Some(found) => format!("{place} holds another one, {found}"),
        None => format!("it is neither in {place} nor in AUDIT_SIGNING_KEY"),
    };
    format!(
        "the journal's checkpoints are signed with the key {in_use}, and {found}: copy the key from \
         where it is, or give it as AUDIT_SIGNING_KEY; `omicron-server audit rotate --lost` puts a \
         new one in the place of one that is lost"
    )
}

fn advice(error: &io::Error, address: SocketAddr) -> String {
    let other = address.port().checked_add(1).unwrap_or(5000);
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!(", since another program does so already: stop that, or choose --port {other}")
        }
        io::ErrorKind::PermissionDenied => {
            format!(", since ports below 1024 are reserved: choose --port {}", 8080)
        }
        io::ErrorKind::AddrNotAvailable => {
            ", since this machine has no such address: choose another --ip-address".to_owned()
        }
        _ => String::new(),
    }
}

impl Error {
    pub(crate) fn file(path: &Path, error: io::Error) -> Self {
        Self::File(path.to_owned(), error)
    }

    pub(crate) fn argument(what: &'static str, why: &impl ToString) -> Self {
        Self::Argument { what, why: why.to_string() }
    }

    /// The status that the program ends with.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Settings(_)
            | Self::Sources(_)
            | Self::Older { .. }
            | Self::Newer { .. }
            | Self::OtherSigningKey { .. }
            | Self::NoDatabase(_) => BAD_CONFIGURATION,
            _ => 1,
        }
    }

    /// What is printed: a line for each thing that is wrong, with its causes.
    #[must_use]
    pub fn report(&self) -> String {
        let text = chain(self);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        match self {
            Self::Settings(_) => lines.map(line).collect(),
            // libpq breaks its lines.
            _ => line(&lines.collect::<Vec<_>>().join(" ")),
        }
    }
}

/// What an error says, and what its causes say.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        // Some say what their cause says, too.
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

fn line(text: &str) -> String {
    format!("omicron-server: {}\n", printable(text))
}

/// A text that does nothing to a terminal but begin new lines.
pub(crate) fn printable(text: &str) -> String {
    let is_safe = |c: char| c == '\n' || !c.is_control();
    let shown = |c: char| if is_safe(c) { c.into() } else { c.escape_debug().to_string() };
    text.chars().map(shown).collect()
}

fn faults(number: usize, more: bool) -> String {
    match (number, more) {
        (1, _) => "see the fault".to_owned(),
        (number, false) => format!("see the {number} faults"),
        (number, true) => format!("see the first {number} faults"),
    }
}

impl From<BadSetting> for Error {
    fn from(bad: BadSetting) -> Self {
        Self::Settings(bad.into())
    }
}
