//! The key that protects the tokens: given, or made once and kept beside the database.

use super::{BadSetting, Settings};
use crate::error::Error;
use crate::private_file;
use omicron_auth::Secret;
use omicron_persistence::random_bytes;
use std::path::{Path, PathBuf};

/// The key under which tokens are hashed. Where a missing one may be made up, it is kept in a file
/// beside the database that only its owner can read, so that tokens outlive a restart.
///
/// # Errors
/// A key that is missing or short; a file that can't be read or written.
pub fn token_secret(settings: &Settings) -> Result<Secret, Error> {
    if let Some(secret) = settings.given_token_secret_key()? {
        return Ok(secret);
    }
    let Some(database) = settings.database_file() else { return Ok(Secret::generate()?) };
    let path = key_file(&database);
    let failed = |error| Error::file(&path, error);
    let text = match private_file::read(&path).map_err(failed)? {
        Some(text) => text,
        None => private_file::keep_first(&path, &new_key()?).map_err(failed)?,
    };
    Secret::new(&text.trim().to_owned().into()).map_err(|_| {
        let path = path.display();
        let reason = format!(
            "is not given, and {path} holds none: restore that file, or remove it to end all tokens"
        );
        BadSetting::new("TOKEN_SECRET_KEY", reason).into()
    })
}

/// The file beside the database in which the key is kept.
pub(crate) fn key_file(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".token-secret-key");
    path.into()
}

fn new_key() -> Result<String, Error> {
    let digits = |byte: u8| [byte >> 4, byte & 15];
    let digits = random_bytes::<32>()?.into_iter().flat_map(digits);
    Ok(digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect())
}
