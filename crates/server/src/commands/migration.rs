//! `db new-migration`: files for the next change of the tables.

use super::print;
use crate::error::Error;
use omicron_domain::{Clock, SystemClock};
use std::fs;
use std::path::Path;

/// The folders below `migrations`, one for each kind of database.
const KINDS: [(&str, &str); 2] = [("sqlite", "SQLite"), ("postgres", "PostgreSQL")];

/// Makes a folder of one name for both databases, with files to fill in.
pub(super) fn add(name: &str) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || !name.bytes().all(plain) {
        let why = "must be made of small letters, digits and _; for example sample_labels";
        return Err(Error::argument("the name of a migration", &why));
    }
    let root = Path::new("migrations");
    let folder = format!("{}_{name}", next_version(root)?);
    for (kind, called) in KINDS {
        let folder = root.join(kind).join(&folder);
        fs::create_dir(&folder).map_err(|error| Error::file(&folder, error))?;
        let up = format!("-- What changes, in the words of {called}.\n");
        let down = "-- The way back, which works with data in the tables.\n".to_owned();
        for (file, text) in [("up.sql", up), ("down.sql", down)] {
            let path = folder.join(file);
            fs::write(&path, text).map_err(|error| Error::file(&path, error))?;
            print(&path.display().to_string())?;
        }
    }
    Ok(())
}

/// The version after all that there are: today's date and a number, as in `2026-11-24-000001`.
fn next_version(root: &Path) -> Result<String, Error> {
    let mut newest = String::new();
    for (kind, _) in KINDS {
        let folder = root.join(kind);
        let entries = fs::read_dir(&folder).map_err(|_| Error::NotTheSourceTree(folder.clone()))?;
        for entry in entries {
            let entry = entry.map_err(|error| Error::file(&folder, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let version = name.split_once('_').map_or("", |(version, _)| version);
            newest = newest.max(version.to_owned());
        }
    }
    Ok(after(&newest, &SystemClock.now().format("%Y-%m-%d").to_string()))
}

fn after(newest: &str, today: &str) -> String {
    let (date, number) = newest.rsplit_once('-').unwrap_or_default();
    // A clock may be behind the one of whoever wrote the last migration.
    if date < today {
        return format!("{today}-000001");
    }
    format!("{date}-{:06}", number.parse().unwrap_or(0) + 1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_only_grow() {
        for (newest, today, next) in [
            ("", "2026-11-24", "2026-11-24-000001"),
            ("2026-11-23-000007", "2026-11-24", "2026-11-24-000001"),
            ("2026-11-24-000009", "2026-11-24", "2026-11-24-000010"),
            ("2026-11-25-000001", "2026-11-24", "2026-11-25-000002"),
        ] {
            assert_eq!(super::after(newest, today), next);
        }
    }
}
