//! The settings, as `--help` lists them.

use std::fmt::Write;

/// A setting's name, default and meaning.
pub(crate) type Row = (String, String, String);

/// The settings by the headings they stand under.
pub(crate) fn of_help(help: &str) -> Vec<(String, Vec<Row>)> {
    let (_, settings) = help.split_once("Settings:").expect("help lists the settings");
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for line in settings.lines() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        match (indent, groups.last_mut()) {
            (2, _) => groups.push((line.to_owned(), Vec::new())),
            (4, Some((_, rows))) => rows.push(line.to_owned()),
            (5.., Some((_, rows))) => rows.last_mut().unwrap().extend([" ", line]),
            _ => {}
        }
    }
    // What stands before and after the table is no heading.
    let headings = groups.into_iter().filter(|(_, rows)| !rows.is_empty());
    headings.map(|(heading, rows)| (heading, rows.iter().map(|row| parts(row)).collect())).collect()
}

fn parts(row: &str) -> Row {
    let (name, rest) = row.split_once(' ').expect("a name is followed by its meaning");
    let (meaning, default) = rest.rsplit_once('[').expect("a default stands in brackets");
    let default = default.trim_end().trim_end_matches(']');
    (name.to_owned(), default.to_owned(), meaning.trim().to_owned())
}

pub(crate) fn table((heading, rows): &(String, Vec<Row>)) -> String {
    let mut table =
        format!("### {heading}\n\n| setting | default | meaning |\n| --- | --- | --- |\n");
    for (name, default, meaning) in rows {
        let meaning = meaning.replace('|', "\\|").replace('*', "`*`");
        // Writing into a string never fails.
        let _ = writeln!(table, "| `{name}` | `{default}` | {meaning} |");
    }
    table
}
