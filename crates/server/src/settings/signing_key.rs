//! The key that signs the journal's checkpoints: given, or kept in a file.

use super::{BadSetting, Settings};
use crate::error::Error;
use crate::private_file;
use omicron_tlog::SigningKey;
use secrecy::ExposeSecret;
use std::path::PathBuf;

const NAME: &str = "AUDIT_SIGNING_KEY";
/// How the name of the file ends.
const FILE: &str = "audit-signing-key";

impl Settings {
    /// The key that was given, or is in its file.
    pub(crate) fn signing_key(&self) -> Result<Option<SigningKey>, Error> {
        if self.audit_signing_key.is_some() {
            return Ok(self.given_signing_key()?);
        }
        let Some(path) = self.signing_key_file() else { return Ok(None) };
        let text = private_file::read(&path).map_err(|error| Error::file(&path, error))?;
        let read = |text: String| {
            text.trim().parse().map_err(|error| {
                let path = path.display();
                let reason =
                    format!("is not given, and {path} holds none ({error}): restore that file");
                BadSetting::new(NAME, reason).into()
            })
        };
        text.map(read).transpose()
    }

    /// Whether a key was given, so that no file is looked at.
    pub(crate) fn is_signing_key_given(&self) -> bool {
        self.audit_signing_key.is_some()
    }

    /// Where the key is kept if it is not given: beside a SQLite database, or in the base directory;
    /// nowhere for a database that ends with its process.
    pub(crate) fn signing_key_file(&self) -> Option<PathBuf> {
        if self.database_url.is_memory() {
            return None;
        }
        let path = match self.database_file() {
            Some(database) => {
                let mut path = database.into_os_string();
                path.push(format!(".{FILE}"));
                path.into()
            }
            None => self.base_directory().join(FILE),
        };
        Some(std::path::absolute(&path).unwrap_or(path))
    }

    /// Whether the key is good, or may be made up.
    pub(crate) fn check_signing_key(&self) -> Result<(), BadSetting> {
        if self.given_signing_key()?.is_some() {
            return Ok(());
        }
        // There the disk of a replica may well be gone with it.
        let exposed = self.is_production() && self.database_url.is_server();
        let is_kept = self.signing_key_file().is_some_and(|file| file.exists());
        if exposed && !is_kept {
            let reason = "must be given with STATE=PROD and PostgreSQL, where all replicas need the same one";
            return Err(BadSetting::new(NAME, reason));
        }
        Ok(())
    }

    fn given_signing_key(&self) -> Result<Option<SigningKey>, BadSetting> {
        let key = self.audit_signing_key.as_ref().map(|key| key.expose_secret().trim().parse());
        key.transpose().map_err(|error| BadSetting::new(NAME, format!("can't be used: {error}")))
    }
}
