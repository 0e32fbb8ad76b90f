//! `audit`: the history verified, and proven to others.

mod check;
mod keys;
mod prove;
mod subject;
mod verify;

use super::{note, print};
use crate::error::Error;
use crate::settings::Settings;
use crate::{open, signing};
use clap::Subcommand;
use omicron_domain::{Actor, Subject, Viewer};
use omicron_persistence::{Database, Error as Failure, View, checkpoints, positions};
use omicron_tlog::VerifierKey;
use std::path::PathBuf;
use std::time::Duration;

pub(super) use check::check;
pub(super) use keys::new_key;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Look whether anything in the history was changed, removed or put in
    #[command(after_help = verify::ABOUT)]
    Verify {
        /// A checkpoint that was kept elsewhere
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
        /// A public key to trust, instead of those that the database names; or several, one on a line
        #[arg(long, value_name = "KEY", value_delimiter = '\n')]
        key: Vec<VerifierKey>,
    },
    /// Print the last checkpoint, to be kept elsewhere: it vouches for all so far
    Checkpoint,
    /// Prove that a version of a record is in the history
    #[command(after_help = prove::ABOUT)]
    Prove {
        /// Of what: sample:12, or samples/12 as in its address
        #[arg(value_name = "RECORD", value_parser = subject::parse)]
        subject: Subject,
        /// Of which of its versions; otherwise of the last one
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
        version: Option<i64>,
        /// The file to write the proof into; otherwise it is printed
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Prove that between two checkpoints the history was only added to
    #[command(after_help = prove::ABOUT)]
    Consistency {
        /// The size of the earlier one: its second line
        #[arg(value_parser = clap::value_parser!(i64).range(0..))]
        first: i64,
        /// The size of the later one
        #[arg(value_parser = clap::value_parser!(i64).range(0..))]
        second: i64,
        /// The file to write the proof into; otherwise it is printed
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Check a proof with a public key alone, without server, database and settings
    #[command(after_help = check::ABOUT)]
    CheckProof {
        /// The proof; - for standard input
        file: PathBuf,
        /// A public key that you trust, as `audit keys` prints it; or several, one on a line
        #[arg(long, value_name = "KEY", value_delimiter = '\n', required = true)]
        key: Vec<VerifierKey>,
    },
    /// Print the public keys of the journal, oldest first: the last one is in use
    Keys,
    /// Print a new signing key
    #[command(after_help = keys::ABOUT_NEW)]
    NewKey {
        /// What the journal is called, such as lab.example.org/journal; otherwise a name is made up
        name: Option<String>,
    },
    /// Put a new signing key in the place of the one in use
    #[command(after_help = keys::ABOUT_ROTATE)]
    Rotate {
        /// The one in use is lost: nobody vouches for the new one
        #[arg(long)]
        lost: bool,
    },
}

pub(super) fn run(command: &Command, settings: &Settings) -> Result<(), Error> {
    let db = &open::existing(settings)?;
    match command {
        Command::Verify { checkpoint, key } => verify::verify(db, checkpoint, key),
        Command::Checkpoint => checkpoint(db, settings),
        Command::Prove { subject, version, out } => {
            prove::inclusion(db, settings, *subject, *version, out.as_deref())
        }
        Command::Consistency { first, second, out } => {
            prove::consistency(db, (*first, *second), out.as_deref())
        }
        Command::CheckProof { file, key } => check(file, key),
        Command::Keys => keys::keys(db),
        Command::NewKey { name } => new_key(name.as_deref()),
        Command::Rotate { lost } => keys::rotate(db, settings, *lost),
    }
}

fn checkpoint(db: &Database, settings: &Settings) -> Result<(), Error> {
    sign(db, settings)?;
    let last = db.read(Viewer::Nobody, checkpoints::latest)?.ok_or(Error::NothingSigned)?;
    // The note ends its last line itself.
    print(last.note.trim_end())
}

/// How often, and after how long each, it is looked again whether all is signed.
const PATIENCE: (u32, Duration) = (30, Duration::from_millis(100));

/// Lets a checkpoint vouch for all that was done so far, unless the last one does. A server that
/// works meanwhile may be the one to sign it.
fn sign(db: &Database, settings: &Settings) -> Result<(), Error> {
    let is_done = |view: &mut View<'_>| {
        Ok::<_, Failure>(positions::is_sealed(view)? && checkpoints::is_signed(view)?)
    };
    if db.read(Viewer::Nobody, is_done)? {
        return Ok(());
    }
    let key = signing::ensure(settings, db)?;
    let (times, pause) = PATIENCE;
    for _ in 0..times {
        positions::seal(db)?;
        db.write(&Actor::command_line(), |tx| checkpoints::sign(tx, &key))?;
        if db.read(Viewer::Nobody, is_done)? {
            break;
        }
        std::thread::sleep(pause);
    }
    Ok(())
}
