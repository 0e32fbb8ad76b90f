//! The command line: which command, with which settings.

mod audit;
mod backup;
mod config;
mod db;
mod demo;
mod flags;
mod healthcheck;
mod migration;
mod password;
mod progress;
mod table;
mod token;
mod user;

use crate::error::Error;
use crate::serve;
use crate::settings::{Settings, Sources};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const ABOUT: &str = "\
The back end of a laboratory: people, projects, and the history of all of it.

Without a command, it serves on http://127.0.0.1:5000 and keeps its data in the working directory;
the first start prints the administrator's password and what to type next.";

#[derive(Parser)]
#[command(name = "omicron-server", version, about = ABOUT)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve; what happens without a command, too
    Serve,
    /// See and change the version of the database
    #[command(subcommand)]
    Db(db::Command),
    /// Add people, let them in, keep them out
    #[command(subcommand)]
    User(user::Command),
    /// Make, list and revoke tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Make a lab up to try it on: people, projects, samples, experiments and their history
    #[command(after_help = demo::ABOUT)]
    Demo(demo::Arguments),
    /// Verify the history, and prove it to others
    #[command(subcommand)]
    Audit(audit::Command),
    /// Copy the database into a new file, while the server goes on
    Backup {
        /// The file, which must not be there yet
        file: PathBuf,
    },
    /// Look at the settings
    #[command(subcommand)]
    Config(config::Command),
    /// Print the OpenAPI document
    Openapi,
    /// Ask the running server whether it is well: status 0 or 1
    Healthcheck,
}

/// Does what the command line says, and gives the status to end with.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = match flags::add_to(Cli::command()).try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(answer) => {
            // Help, the version, or what is wrong; nobody may be there to read it.
            let _ = answer.print();
            return if answer.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    let done =
        Sources::of_process(flags::given(&matches)).map_err(Error::from).and_then(|sources| {
            let cli = Cli::from_arg_matches(&matches)
                .map_err(|error| Error::argument("the command", &error))?;
            obey(cli.command.unwrap_or(Command::Serve), &sources)
        });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = io::stderr().write_all(error.report().as_bytes());
            ExitCode::from(error.exit_status())
        }
    }
}

fn obey(command: Command, sources: &Sources) -> Result<(), Error> {
    match command {
        // These need no settings that make sense.
        Command::Openapi => return print(&omicron_api::openapi_json()),
        Command::Db(db::Command::NewMigration { name }) => return migration::add(&name),
        Command::Audit(audit::Command::CheckProof { file, key }) => {
            return audit::check(&file, &key);
        }
        Command::Audit(audit::Command::NewKey { name }) => return audit::new_key(name.as_deref()),
        _ => {}
    }
    let settings = &Settings::read(sources)?;
    match command {
        Command::Serve => serve::run(settings),
        Command::Db(command) => db::run(&command, settings),
        Command::User(command) => user::run(command, settings),
        Command::Token(command) => token::run(&command, settings),
        Command::Audit(command) => audit::run(&command, settings),
        Command::Demo(arguments) => demo::run(&arguments, settings),
        Command::Backup { file } => backup::run(&file, settings),
        Command::Config(config::Command::Check) => config::check(settings, sources),
        Command::Healthcheck => healthcheck::run(settings),
        Command::Openapi => Ok(()),
    }
}

/// Prints a text and a line's end.
fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n"));
    match printed.and_then(|()| out.flush()) {
        // Who reads it, as `head` does, has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Error::Terminal("writing to standard output", error)),
    }
}

/// Says something to whoever typed the command, beside what it prints.
fn note(text: &str) -> Result<(), Error> {
    writeln!(io::stderr(), "{text}")
        .map_err(|error| Error::Terminal("writing to standard error", error))
}
