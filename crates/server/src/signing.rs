//! The key that signs checkpoints, and the journal that knows it.

use crate::error::Error;
use crate::private_file;
use crate::settings::{BadSetting, Settings};
use omicron_domain::{Actor, Viewer};
use omicron_persistence::{Database, Error as Failure, checkpoints, random_bytes};
use omicron_tlog::{SigningKey, VerifierKey};
use std::fs;

/// The journal's signing key. A journal that has none yet gets the one that is given or in its file;
/// if there is none either, one is made and kept in the file.
///
/// # Errors
/// [`Error::OtherSigningKey`] where the journal has a key, and it is not here.
pub(crate) fn ensure(settings: &Settings, db: &Database) -> Result<SigningKey, Error> {
    settings.check_signing_key()?;
    if let Some(key) = settings.signing_key()? {
        introduce(settings, db, &key)?;
        return Ok(key);
    }
    if let Some(in_use) = in_use(db)? {
        return Err(not_here(settings, &in_use, None));
    }
    let key = make(settings)?;
    let introduced = introduce(settings, db, &key);
    // Another replica was first: its key is to come here, and this one is good for nothing.
    if let (Err(Error::OtherSigningKey { .. }), Some(path)) =
        (&introduced, settings.signing_key_file())
    {
        fs::remove_file(&path).map_err(|error| Error::file(&path, error))?;
    }
    introduced.map(|()| key)
}

/// The key that checkpoints are signed with now, if there is one.
pub(crate) fn in_use(db: &Database) -> Result<Option<VerifierKey>, Error> {
    Ok(db.read(Viewer::Nobody, checkpoints::keys)?.pop())
}

/// A new key; its name tells journals apart, and nothing else.
pub(crate) fn new_key(name: Option<&str>) -> Result<SigningKey, Error> {
    let made_up = || {
        let number = u32::from_be_bytes(random_bytes::<4>()?);
        Ok::<_, Error>(format!("omicron-{number:08x}"))
    };
    let name = name.map_or_else(made_up, |name| Ok(name.to_owned()))?;
    let refused = "must not be empty, and must not hold white space or a +";
    SigningKey::new(&name, random_bytes()?).map_err(|_| Error::argument("the name", &refused))
}

fn make(settings: &Settings) -> Result<SigningKey, Error> {
    let key = new_key(None)?;
    let Some(path) = settings.signing_key_file() else { return Ok(key) };
    // Of several that start at once in one folder, all take the key of the first.
    private_file::keep_first(&path, &key.to_secret_text()).map_err(|error| {
        let why = format!("must be given, since {} can't be written: {error}", path.display());
        BadSetting::new("AUDIT_SIGNING_KEY", why)
    })?;
    Ok(settings.signing_key()?.unwrap_or(key))
}

fn introduce(settings: &Settings, db: &Database, key: &SigningKey) -> Result<(), Error> {
    let known = db.write(&Actor::command_line(), |tx| checkpoints::introduce(tx, key.verifier()));
    match (known, in_use(db)?) {
        (Err(Failure::OtherKey { .. }), Some(in_use)) => {
            Err(not_here(settings, &in_use, Some(key.verifier())))
        }
        (known, _) => Ok(known?),
    }
}

fn not_here(settings: &Settings, in_use: &VerifierKey, found: Option<&VerifierKey>) -> Error {
    let file = settings.signing_key_file().filter(|_| !settings.is_signing_key_given());
    Error::OtherSigningKey {
        in_use: in_use.to_string(),
        found: found.map(ToString::to_string),
        file,
    }
}
