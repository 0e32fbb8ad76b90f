//! `audit keys`, `audit new-key`, `audit rotate`: the keys that checkpoints are signed with.

use super::{note, print};
use crate::error::Error;
use crate::settings::Settings;
use crate::{private_file, signing};
use omicron_domain::{Actor, Viewer};
use omicron_persistence::{Database, checkpoints};
use omicron_tlog::{SigningKey, VerifierKey};
use std::fs;
use std::path::{Path, PathBuf};

pub(super) const ABOUT_NEW: &str = "\
Standard output gets the private key alone, so that AUDIT_SIGNING_KEY=$(omicron-server audit new-key)
works; the public one is told beside it. Nothing is kept.";

pub(super) const ABOUT_ROTATE: &str = "\
The first checkpoint of the new key is signed by both, so that whoever trusts the old one can trust
the new one; what the old one has signed stays good. The file of the key is replaced, and the old key
kept beside it. Where AUDIT_SIGNING_KEY is given, the new one is printed instead, to be given in its
place. Then restart each server: until then it signs nothing.";

pub(super) fn keys(db: &Database) -> Result<(), Error> {
    let keys = db.read(Viewer::Nobody, checkpoints::keys)?;
    if keys.is_empty() {
        return Err(Error::NoSigningKey);
    }
    print(&keys.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

pub(in crate::commands) fn new_key(name: Option<&str>) -> Result<(), Error> {
    let key = signing::new_key(name)?;
    note(&format!("the public key is {}", key.verifier()))?;
    print(&key.to_secret_text())
}

pub(super) fn rotate(db: &Database, settings: &Settings, lost: bool) -> Result<(), Error> {
    let in_use = signing::in_use(db)?.ok_or(Error::NoSigningKey)?;
    let old = if lost { None } else { Some(signing::ensure(settings, db)?) };
    // The name is that of the journal, which stays the same one.
    let new = signing::new_key(Some(in_use.name()))?;
    let may_be_kept = !settings.is_signing_key_given() && settings.check_signing_key().is_ok();
    if let Some(file) = settings.signing_key_file().filter(|_| may_be_kept) {
        replace_file(db, settings, old.as_ref(), &new, &file)?;
        note(&format!("the new key is in {}: copy it to all replicas", file.display()))?;
    } else {
        // Before it is needed: what can't be printed must not be in use.
        print(&new.to_secret_text())?;
        replace(db, old.as_ref(), &new)?;
        note("give the key that was printed to all replicas, as AUDIT_SIGNING_KEY")?;
    }
    note(&format!("checkpoints are signed with {} from now on", new.verifier()))?;
    note("restart each server that runs: until then it signs nothing")
}

/// At each moment both keys are in files.
fn replace_file(
    db: &Database,
    settings: &Settings,
    old: Option<&SigningKey>,
    new: &SigningKey,
    file: &Path,
) -> Result<(), Error> {
    let new_file = beside(file, new.verifier());
    keep(&new_file, &new.to_secret_text())?;
    if let Some(before) = settings.signing_key()? {
        keep(&beside(file, before.verifier()), &before.to_secret_text())?;
    }
    replace(db, old, new)?;
    fs::rename(&new_file, file).map_err(|error| Error::file(file, error))
}

fn replace(db: &Database, old: Option<&SigningKey>, new: &SigningKey) -> Result<(), Error> {
    db.write(&Actor::command_line(), |tx| match old {
        Some(old) => checkpoints::rotate(tx, old, new),
        None => checkpoints::replace_lost(tx, new),
    })?;
    Ok(())
}

/// Where a key is kept that is not, or not yet, the one in use.
fn beside(file: &Path, key: &VerifierKey) -> PathBuf {
    let hash = u32::from_be_bytes(key.hash());
    let mut path = file.as_os_str().to_owned();
    path.push(format!(".{hash:08x}"));
    path.into()
}

fn keep(path: &Path, text: &str) -> Result<(), Error> {
    private_file::replace(path, text).map_err(|error| Error::file(path, error))
}
