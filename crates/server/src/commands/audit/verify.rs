//! `audit verify`: the whole history, looked at.

use super::{note, print};
use crate::commands::progress::Progress;
use crate::error::Error;
use omicron_persistence::Database;
use omicron_persistence::audit::{Expected, MOST_FAULTS, Report, verify as look};
use omicron_tlog::{SignedCheckpoint, VerifierKey};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) const ABOUT: &str = "\
Each change is held against its hash, the hashes against the tree, the tree against each checkpoint
that was signed, and the records of today against their last change. Others may work meanwhile.
The status is 0 if all is well, and 1 if anything is not; each fault has a line.

Whoever can write to the database and has the signing key could make up another history, with
checkpoints of its own. Only a checkpoint that was kept elsewhere tells: give it with --checkpoint,
and the public key that you wrote down with --key.";

pub(super) fn verify(db: &Database, files: &[PathBuf], keys: &[VerifierKey]) -> Result<(), Error> {
    let checkpoints = files.iter().map(|file| read(file)).collect::<Result<_, _>>()?;
    let expected = Expected { keys: keys.to_vec(), checkpoints };
    let progress = RefCell::new(None);
    let report = look(db, &expected, |done, whole| {
        let count = |number: i64| usize::try_from(number).unwrap_or_default();
        let mut progress = progress.borrow_mut();
        progress.get_or_insert_with(|| Progress::of("positions", count(whole))).tell(count(done));
    })?;
    if let Some(progress) = progress.into_inner() {
        progress.end();
    }
    if keys.is_empty() {
        note(
            "the keys are those that the database names; --key takes one that was kept elsewhere",
        )?;
    }
    print(&summary(&report))?;
    match report.faults.len() {
        0 => Ok(()),
        number => Err(Error::Faults { number, more: number >= MOST_FAULTS }),
    }
}

fn read(file: &Path) -> Result<SignedCheckpoint, Error> {
    let text = fs::read_to_string(file).map_err(|error| Error::file(file, error))?;
    // Editors and mail like to add empty lines, and to take the last line's end away.
    let text = format!("{}\n", text.replace("\r\n", "\n").trim());
    text.parse().map_err(|error| Error::NoCheckpoint(file.to_owned(), error))
}

fn summary(report: &Report) -> String {
    let Report { positions, erased, waiting, checkpoints, signed, faults } = report;
    let mut text = String::new();
    // Writing into a string never fails.
    let _ = write!(
        text,
        "positions    {positions}\n\
         erased       {erased}, as the history says\n\
         waiting      {waiting} for a position\n\
         checkpoints  {checkpoints}"
    );
    let _ = match signed {
        0 => write!(text, ", which vouch for nothing yet"),
        signed => write!(text, ", the last of which vouches for the positions up to {signed}"),
    };
    let _ = write!(text, "\nfaults       {}", faults.len());
    for fault in faults {
        let _ = write!(text, "\n  {fault}");
    }
    text
}
