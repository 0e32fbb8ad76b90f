//! The settings as flags, and as the second half of `--help`.

use crate::settings::{GROUPS, Setting, settings};
use clap::builder::StyledStr;
use clap::builder::styling::Style;
use clap::{Arg, ArgMatches, Command};
use std::ffi::OsString;
use std::fmt::Write;

/// Where the third column of the settings begins.
const MARGIN: usize = 34;
/// How wide help is at most.
const WIDTH: usize = 100;

/// What the help of each command ends with.
const HINT: &str = "Every command takes the settings that `omicron-server --help` lists, as variables or as flags.";

/// Adds a flag for each setting to the command and to all below it, and the table to its help.
pub(super) fn add_to(command: Command) -> Command {
    with_flags(command).max_term_width(WIDTH).after_help(help())
}

fn with_flags(command: Command) -> Command {
    let hint = match command.get_after_help() {
        Some(text) => format!("{text}\n\n{HINT}"),
        None => HINT.to_owned(),
    };
    command.args(settings().map(argument)).after_help(hint).mut_subcommands(with_flags)
}

/// Hidden, since the table shows it beside its variable.
fn argument(setting: &'static Setting) -> Arg {
    let argument = Arg::new(setting.name)
        .long(setting.flag())
        .value_name(setting.name)
        .help(setting.help)
        .value_parser(clap::value_parser!(OsString))
        .hide(true);
    if setting.switch {
        return argument.num_args(0..=1).require_equals(true).default_missing_value("true");
    }
    argument
}

/// The settings that were given as flags, those of inner commands last.
pub(super) fn given(mut matches: &ArgMatches) -> Vec<(OsString, OsString)> {
    let mut given = Vec::new();
    loop {
        for setting in settings() {
            let value = matches.try_get_one::<OsString>(setting.name).ok().flatten();
            given.extend(value.map(|value| (setting.name.into(), value.clone())));
        }
        match matches.subcommand() {
            Some((_, inner)) => matches = inner,
            None => return given,
        }
    }
}

fn help() -> StyledStr {
    let header = Style::new().bold().underline();
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let mut text = StyledStr::new();
    // Writing into a string never fails.
    let _ = writeln!(
        text,
        "{header}Settings:{header:#}\n  \
         Each is a variable of the environment, a line of the file .env in the working directory,\n  \
         or a flag, which wins: PORT=8080, or --port 8080.\n"
    );
    for (title, group) in GROUPS {
        let _ = writeln!(text, "  {header}{title}{header:#}");
        for setting in *group {
            let (name, default) = (setting.name, format!("[{}]", setting.default.text()));
            let lines = wrapped(setting.help);
            let width = MARGIN - 4;
            let _ = write!(text, "    {bold}{name:width$}{bold:#}");
            let _ = write!(text, "{}", lines.join(&format!("\n{:MARGIN$}", "")));
            let last = lines.last().map_or(0, String::len);
            let fits = MARGIN + last + 1 + default.len() <= WIDTH;
            let before = if fits { " ".to_owned() } else { format!("\n{:MARGIN$}", "") };
            let _ = writeln!(text, "{before}{dim}{default}{dim:#}");
        }
        let _ = writeln!(text);
    }
    let _ = write!(text, "  In brackets: what is taken if nothing is given.");
    text
}

/// The text in lines that fit beside the names.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if MARGIN + line.len() + 1 + word.len() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
