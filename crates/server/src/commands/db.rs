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
    let mut text = format!("the database is at version {current}");
    if status.pending.is_empty() && status.unknown.is_empty() {
        text += ", the newest that this program knows";
    }
    for pending in &status.pending {
        text += &format!("\npending: {pending}");
    }
    for unknown in &status.unknown {
        text += &format!("\nof a newer program: {unknown}");
    }
    if !status.pending.is_empty() {
        text += "\n`omicron-server db upgrade` brings it up to date";
    }
    print(&text)
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
