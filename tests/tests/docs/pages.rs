//! Pages that are printed from the program.

use crate::{between, compare, settings, text};
use omicron_tests::Server;

#[test]
fn the_openapi_document_is_the_one_that_the_program_prints() {
    let output = Server::run(&["openapi"], &[]);
    assert!(output.status.success(), "{output:?}");
    let document = String::from_utf8(output.stdout).unwrap();
    compare("docs/openapi.json", &format!("{}\n", document.trim_end()));
}

#[test]
fn the_settings_are_those_that_help_lists() {
    let output = Server::run(&["--help"], &[]);
    let groups = settings::of_help(&String::from_utf8(output.stdout).unwrap());
    assert!(groups.len() > 3 && groups.iter().all(|(_, rows)| !rows.is_empty()), "{groups:?}");
    let tables: Vec<_> = groups.iter().map(settings::table).collect();
    let page = text("docs/configuration.md");
    let section = between(&page, "settings");
    let (before, after) = page.split_once(&format!("<!-- settings -->\n{section}")).unwrap();
    let expected = format!("{before}<!-- settings -->\n\n{}\n{after}", tables.join("\n"));
    compare("docs/configuration.md", &expected);
}
