//! The README's tour and the guide to records, as typed.

use crate::{between, text};
use omicron_tests::{Backend, Server, TestDatabase};
use std::path::Path;
use std::process::Command;

/// What differs from run to run: `d` is a digit, `x` a hexadecimal one. A time, an id, the digest in
/// a tag.
const SHAPES: [&str; 3] = [
    "dddd-dd-ddTdd:dd:dd",
    "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];

#[test]
fn the_tour_prints_what_it_says_on_sqlite() {
    take(Backend::Sqlite, "README.md", "tour");
}

#[test]
fn the_tour_prints_what_it_says_on_postgres() {
    take(Backend::Postgres, "README.md", "tour");
}

#[test]
fn the_guide_to_records_prints_what_it_says_on_sqlite() {
    take(Backend::Sqlite, "docs/records.md", "guide");
}

#[test]
fn the_guide_to_records_prints_what_it_says_on_postgres() {
    take(Backend::Postgres, "docs/records.md", "guide");
}

#[test]
fn the_guide_to_the_history_prints_what_it_says_on_sqlite() {
    take(Backend::Sqlite, "docs/journal.md", "guide");
}

#[test]
fn the_guide_to_the_history_prints_what_it_says_on_postgres() {
    take(Backend::Postgres, "docs/journal.md", "guide");
}

fn take(backend: Backend, page: &str, section: &str) {
    let database = TestDatabase::empty(backend);
    let server = Server::start(database.url());
    let page = text(page);
    let steps = steps(between(&page, section));
    assert!(steps.len() >= 8, "the {section} has {} steps", steps.len());
    // One shell for all, as for whoever types it; a mark after each step.
    let marked = |typed: &str| [typed, "printf '\\036'\n"].concat();
    let script: String = steps.iter().map(|(typed, _)| marked(typed)).collect();
    // Whoever types it has the program at hand, with the settings of the server.
    let program = Server::binary();
    let programs = std::env::join_paths(
        program
            .parent()
            .map(Path::to_owned)
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(server.base_directory())
        .env("OMICRON", server.base_url())
        .env("DATABASE_URL", database.url())
        .env("PATH", programs.unwrap())
        .output()
        .expect("there is a bash");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    for ((typed, expected), printed) in steps.iter().zip(printed.split('\u{1e}')) {
        let (printed, expected) = (printed.trim_end(), expected.trim_end());
        assert_eq!(in_shape(printed), in_shape(expected), "after:\n{typed}");
    }
}

/// Each block of commands, with the block of what it prints.
fn steps(tour: &str) -> Vec<(&str, &str)> {
    let blocks: Vec<_> = tour.split("```").skip(1).step_by(2).collect();
    let pairs = blocks.chunks_exact(2);
    assert!(pairs.remainder().is_empty(), "each step is followed by what it prints");
    pairs
        .map(|pair| {
            let typed = pair[0].strip_prefix("sh\n").expect("a step begins with commands");
            (typed, pair[1].split_once('\n').unwrap().1)
        })
        .collect()
}

/// The text, with the shape of a time or an id in its place.
fn in_shape(text: &str) -> String {
    let mut shaped = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(shape) = SHAPES.into_iter().find(|shape| has_shape(rest, shape)) {
            shaped += shape;
            rest = without_fraction(&rest[shape.len()..]);
        } else {
            shaped.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    shaped
}

/// What follows the seconds of a time, without their fraction, which may have any length.
fn without_fraction(rest: &str) -> &str {
    let digits =
        rest.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    digits.filter(|rest| rest.starts_with('Z')).unwrap_or(rest)
}

fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(byte, shape): (u8, u8)| match shape {
        b'd' => byte.is_ascii_digit(),
        b'x' => byte.is_ascii_hexdigit(),
        other => byte == other,
    };
    text.len() >= shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}
