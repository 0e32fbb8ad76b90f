//! `backup`: a copy of the database, and how to come back to it.

use super::print;
use crate::error::Error;
use crate::open;
use crate::settings::Settings;
use std::path::Path;

pub(super) fn run(file: &Path, settings: &Settings) -> Result<(), Error> {
    omicron_persistence::backup(&open::of_any_version(settings)?, file)?;
    print(&restore_note(file, settings))
}

fn restore_note(file: &Path, settings: &Settings) -> String {
    let copy = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let copy = copy.display();
    let restore = match settings.database_file() {
        Some(database) => {
            let database = std::path::absolute(&database).unwrap_or(database);
            let database = database.display();
            format!(
                "with the server stopped:\n  \
                 rm -f '{database}-wal' '{database}-shm'\n  \
                 cp '{copy}' '{database}'"
            )
        }
        None => format!(
            "into an empty database, to which DATABASE_URL is then pointed:\n  \
             createdb omicron_restored\n  \
             pg_restore --no-owner --dbname=omicron_restored '{copy}'"
        ),
    };
    format!(
        "the database was copied to {copy}\n\n\
         To restore it, {restore}\n\n\
         TOKEN_SECRET_KEY and AUDIT_SIGNING_KEY are not in the copy: keep them, or the files that hold\n\
         them, in another place. Without the first, everyone has to make new tokens; without the second,\n\
         `omicron-server audit rotate --lost` makes a new one. Nothing else is lost."
    )
}
