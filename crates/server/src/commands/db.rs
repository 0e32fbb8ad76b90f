//! `db`: the version of the database.

use super::print;
use crate::error::Error;
use crate::open;
use crate::settings::Settings;
use clap::Subcommand;
use omicron_persistence::{Database, downgrade, migration_status, upgrade};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Print the version that the database is at, and what is pending
    Version,
    /// Bring the tables up to date
    Upgrade,
    /// Take the last migration back, and what it has added with it
    Downgrade,
    /// Make the database if there is none, and bring it up to date
    Create,
    /// Begin a migration: a pair of files for each of the databases, in the source tree
    NewMigration {
        /// What it is about: small letters, digits, _
        name: String,
    },
}

pub(super) fn run(command: &Command, settings: &Settings) -> Result<(), Error> {
    match command {
        Command::Version => version(&open::of_any_version(settings)?),
        Command::Upgrade => up(&open::of_any_version(settings)?),
        Command::Downgrade => down(&open::of_any_version(settings)?),
        Command::Create => version(&open::created(settings)?),
        Command::NewMigration { .. } => Ok(()),
    }
}

fn version(db: &Database) -> Result<(), Error> {
    let status = migration_status(db)?;
    let current = status.applied.last().map_or("none", String::as_str);
    let mut lines = vec![format!("the database is at version {current}")];
    lines.extend(status.pending.iter().map(|version| format!("pending: {version}")));
    lines.extend(status.unknown.iter().map(|version| format!("of a newer program: {version}")));
    match (status.pending.is_empty(), status.unknown.is_empty()) {
        (true, true) => lines[0] += ", the newest that this program knows",
        (true, false) => {}
        (false, _) => lines.push("`omicron-server db upgrade` brings it up to date".to_owned()),
    }
    print(&lines.join("\n"))
}

fn up(db: &Database) -> Result<(), Error> {
    let applied = upgrade(db)?;
    if applied.is_empty() {
        return version(db);
    }
    let lines: Vec<_> = applied.iter().map(|version| format!("applied {version}")).collect();
    print(&lines.join("\n"))?;
    version(db)
}

fn down(db: &Database) -> Result<(), Error> {
    match downgrade(db)? {
        Some(version) => print(&format!("took {version} back"))?,
        None => print("there is nothing to take back")?,
    }
    version(db)
}
