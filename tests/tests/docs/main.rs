//! The documentation: pages that are printed from the program are as it would print them, the
//! README's tour does what it says, and no link leads nowhere.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod compliance;
mod links;
mod pages;
mod permissions;
mod settings;
mod tour;

use std::path::{Path, PathBuf};
use std::{env, fs};

/// A file of the source tree.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What stands between two comments of a page.
fn between<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, after) = page.split_once(&format!("<!-- {name} -->\n")).expect("the section begins");
    after.split_once(&format!("<!-- /{name} -->")).expect("the section ends").0
}

/// Compares a page with what it should be, or prints it anew if `UPDATE_DOCS` is set.
fn compare(name: &str, expected: &str) {
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path(name), expected).unwrap();
        return;
    }
    let found = fs::read_to_string(path(name)).unwrap_or_default();
    if found == expected {
        return;
    }
    let lines = found.lines().zip(expected.lines()).enumerate();
    let first = lines.into_iter().find(|(_, (found, expected))| found != expected);
    panic!(
        "{name} is not what the program prints: {first:?}\n\
         UPDATE_DOCS=1 cargo test -p omicron-tests --test docs"
    );
}
