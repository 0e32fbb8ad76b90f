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

/// Adds a flag for each setting to the command and to all below it, and the table to its help.
pub(super) fn add_to(command: Command) -> Command {
    let hint = "Every command takes the settings that `omicron-server --help` lists, as variables or as flags.";
    with_flags(command, hint).max_term_width(WIDTH).after_help(help())
}

fn with_flags(command: Command, hint: &'static str) -> Command {
    let command = command.args(settings().map(argument)).after_help(hint);
    command.mut_subcommands(|below| with_flags(below, hint))
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
            let name = setting.name;
            let default = setting.default.text();
            let pad = " ".repeat(MARGIN.saturating_sub(4 + name.len()));
            let mut lines = wrapped(setting.help).into_iter();
            let first = lines.next().unwrap_or_default();
            let _ = writeln!(text, "    {bold}{name}{bold:#}{pad}{first}");
            for line in lines {
                let _ = writeln!(text, "{:MARGIN$}{line}", "");
            }
            let _ = writeln!(text, "{:MARGIN$}{dim}[{default}]{dim:#}", "");
        }
        let _ = writeln!(text);
    }
    let _ = write!(text, "  In brackets is what is taken if nothing is given.");
    text
}

/// The text in lines that fit beside the names.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, String::len);
        if line > 0 && line + 1 + word.len() > WIDTH - MARGIN {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
