//! Imports people and projects from CSV files: a tool that needs no server.
//!
//! ```text
//! cargo run --release -p omicron-persistence --example import -- \
//!     --database sqlite:///lab.sqlite3 --generate 10000 people.csv projects.csv
//! ```
//!
//! people.csv: `username,email[,administrator]`. projects.csv: `name,description,owner[,members]`
//! with usernames, members apart by `;`. Names that exist are passed over, so that an import that
//! ended in the middle can be run again. Nobody can log in until they have a password.

use clap::Parser;
use csv::{Reader, StringRecord};
use indicatif::{ProgressBar, ProgressStyle};
use omicron_domain::{
    Actor, Description, EmailAddress, NewProject, NewUser, ProjectName, Reference, UserId, Username,
};
use omicron_persistence::{Database, Error, Failure, Options, Transaction, projects, users};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How many lines share a transaction.
const BATCH: usize = 1000;

/// Imports people and projects from CSV files.
#[derive(Parser)]
struct Arguments {
    /// Where to import to, such as <sqlite:///lab.sqlite3> or <postgres://user@host/lab>
    #[arg(long)]
    database: Option<String>,
    /// Makes the files first, of so many people and so many projects
    #[arg(long, value_name = "N")]
    generate: Option<usize>,
    /// username,email[,administrator]
    people: PathBuf,
    /// name,description,owner[,members apart by ;]
    projects: PathBuf,
}

#[derive(Debug, thiserror::Error)]
enum ImportError {
    #[error("{}:{line}: {reason}; nothing of lines {first} to {line} was kept", file.display())]
    Line { file: PathBuf, first: u64, line: u64, reason: String },
    #[error("{}", file.display())]
    File { file: PathBuf, source: csv::Error },
    #[error(transparent)]
    Database(#[from] Error),
}

impl Failure for ImportError {
    fn database(&self) -> Option<&Error> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = std::error::Error::source(&error);
            eprintln!("{error}{}", cause.map_or(String::new(), |cause| format!(": {cause}")));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), ImportError> {
    if let Some(number) = arguments.generate {
        generate(&arguments.people, number, "username,email", |n| {
            format!("person{n},person{n}@example.org")
        })?;
        generate(&arguments.projects, number, "name,description,owner,members", |n| {
            format!("Project {n},Made to try the import,person{n},person{}", n % number + 1)
        })?;
    }
    let Some(url) = &arguments.database else { return Ok(()) };
    let db = Database::open(url, Options::default()).or_else(|error| match error {
        Error::Missing(_) => Database::create(url, Options::default()),
        other => Err(other),
    })?;
    import(&db, &arguments.people, add_person)?;
    import(&db, &arguments.projects, add_project)
}

/// Writes a sample, but never over a file.
fn generate(
    file: &Path,
    number: usize,
    header: &str,
    line: impl Fn(usize) -> String,
) -> Result<(), ImportError> {
    let lines: Vec<String> = (1..=number).map(line).collect();
    File::create_new(file)
        .and_then(|mut made| writeln!(made, "{header}\n{}", lines.join("\n")))
        .map_err(|error| ImportError::File { file: file.to_owned(), source: error.into() })
}

#[derive(Deserialize)]
struct PersonLine {
    username: Username,
    email: EmailAddress,
    #[serde(default)]
    administrator: Option<bool>,
}

#[derive(Deserialize)]
struct ProjectLine {
    name: ProjectName,
    description: Description,
    owner: Username,
    #[serde(default)]
    members: String,
}

/// Whether a line was new; the text says why it can't be imported.
type Outcome = Result<Result<bool, String>, Error>;

fn add_person(tx: &mut Transaction<'_>, line: &PersonLine) -> Outcome {
    if users::find(tx.view(), &Reference::Name(line.username.clone()))?.is_some() {
        return Ok(Ok(false));
    }
    let new = NewUser {
        username: line.username.clone(),
        email: line.email.clone(),
        password_hash: "!".to_owned(),
        administrator: line.administrator.unwrap_or(false),
        approved: true,
    };
    users::create(tx, &new)?;
    Ok(Ok(true))
}

fn add_project(tx: &mut Transaction<'_>, line: &ProjectLine) -> Outcome {
    if projects::find(tx.view(), &Reference::Name(line.name.clone()))?.is_some() {
        return Ok(Ok(false));
    }
    let mut members = Vec::new();
    for name in line.members.split(';').map(str::trim).filter(|name| !name.is_empty()) {
        match person(tx, name)? {
            Some(id) => members.push(id),
            None => return Ok(Err(format!("there is no person {name:?} to be a member"))),
        }
    }
    let Some(owner) = person(tx, line.owner.as_str())? else {
        return Ok(Err(format!("there is no person {:?} to own the project", line.owner.as_str())));
    };
    let (name, description) = (line.name.clone(), line.description.clone());
    projects::create(tx, &NewProject { name, description, owner, members })?;
    Ok(Ok(true))
}

fn person(tx: &mut Transaction<'_>, name: &str) -> Result<Option<UserId>, Error> {
    let Ok(name) = name.parse() else { return Ok(None) };
    Ok(users::find(tx.view(), &Reference::Name(name))?.map(|person| person.id))
}

/// Imports a file in transactions of [`BATCH`] lines.
fn import<T: DeserializeOwned>(
    db: &Database,
    file: &Path,
    add: impl Fn(&mut Transaction<'_>, &T) -> Outcome,
) -> Result<(), ImportError> {
    let failed = |source| ImportError::File { file: file.to_owned(), source };
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file).map_err(failed)?;
    let headers = reader.headers().map_err(failed)?.clone();
    let bar = progress_bar(file);
    let (mut added, mut there) = (0, 0);
    loop {
        let batch = read(&mut reader, file, &headers)?;
        if batch.is_empty() {
            break;
        }
        let new = db.write(&Actor::command_line(), |tx| write(tx, file, &batch, &add))?;
        added += new;
        there += batch.len() - new;
        bar.set_position(reader.position().byte());
    }
    bar.finish_and_clear();
    println!("{}: {added} added, {there} there already", file.display());
    Ok(())
}

/// The next lines of the file, checked, each with its number.
fn read<T: DeserializeOwned>(
    reader: &mut Reader<File>,
    file: &Path,
    headers: &StringRecord,
) -> Result<Vec<(u64, T)>, ImportError> {
    let mut batch: Vec<(u64, T)> = Vec::with_capacity(BATCH);
    let mut record = StringRecord::new();
    while batch.len() < BATCH {
        let more = reader.read_record(&mut record);
        if matches!(more, Ok(false)) {
            break;
        }
        // Empty lines and line breaks in a field make this more than a count of records.
        let line = record.position().map_or(0, csv::Position::line);
        let first = batch.first().map_or(line, |(first, _)| *first);
        let parsed = more.and_then(|_| record.deserialize(Some(headers)));
        batch.push((line, parsed.map_err(|error| bad_line(file, first, line, &reason(&error)))?));
    }
    Ok(batch)
}

fn write<T>(
    tx: &mut Transaction<'_>,
    file: &Path,
    batch: &[(u64, T)],
    add: impl Fn(&mut Transaction<'_>, &T) -> Outcome,
) -> Result<usize, ImportError> {
    let mut new = 0;
    for (line, parsed) in batch {
        match add(tx, parsed)? {
            Ok(added) => new += usize::from(added),
            Err(reason) => return Err(bad_line(file, batch[0].0, *line, &reason)),
        }
    }
    Ok(new)
}

fn bad_line(file: &Path, first: u64, line: u64, reason: &str) -> ImportError {
    ImportError::Line { file: file.to_owned(), first, line, reason: reason.to_owned() }
}

/// What is wrong, without the place, which csv counts in its own way.
fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        csv::ErrorKind::Utf8 { .. } => "is not written in UTF-8".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields instead of {expected_len}")
        }
        _ => error.to_string(),
    }
}

fn progress_bar(file: &Path) -> ProgressBar {
    let bytes = file.metadata().map_or(0, |about| about.len());
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} % {eta}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_message(file.display().to_string()).with_style(style)
}
