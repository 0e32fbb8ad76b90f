//! The importer's ten thousand people and projects, and the server that then serves them.

use crate::Lab;
use crate::lab::text;
use omicron_tests::{Backend, Server};
use std::process::Command;

const MANY: usize = 10_000;

#[test]
fn what_is_imported_into_sqlite_is_listed_searched_and_paged() {
    import_and_look(Backend::Sqlite);
}

#[test]
fn what_is_imported_into_postgresql_is_listed_searched_and_paged() {
    import_and_look(Backend::Postgres);
}

/// The example beside the program; `cargo test` builds both.
fn importer() -> Command {
    let path = Server::binary().with_file_name("examples").join("import");
    assert!(path.exists(), "cargo build -p omicron-persistence --example import");
    Command::new(path)
}

fn import_and_look(backend: Backend) {
    let lab = Lab::with(backend, &[("RATE_LIMIT", "0")]);
    let folder = lab.server.base_directory();
    let import = |more: &[&str]| {
        let mut command = importer();
        command
            .args(["--database", lab.database.url()])
            .args(more)
            .args(["people.csv", "projects.csv"]);
        let output = command.current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let many = MANY.to_string();
    import(&["--generate", &many]);
    import(&[]);

    let root = lab.root();
    let count =
        |path: &str| root.get(path).expect(200).header("count").unwrap().parse::<usize>().unwrap();
    assert_eq!(count("/api/v1/users?items_per_page=1"), MANY + 1, "and the administrator");
    assert_eq!(count("/api/v1/projects?items_per_page=1"), MANY, "the second import adds nothing");
    let last = root.get("/api/v1/projects?page=200&items_per_page=50").expect(200).json();
    let last = &last["projects"].as_array().unwrap()[49];
    let (name, owner) = (text(&last["name"]), text(&last["owner"]["username"]));
    let found =
        root.get(&format!("/api/v1/users?starts_with={owner}&ends_with={owner}")).expect(200);
    let found = found.json();
    let theirs = found["users"][0]["projects"].as_array().unwrap();
    assert!(theirs.iter().any(|project| project["name"] == name.as_str()), "{name} of {owner}");
    let mut walked = 0;
    let mut next = Some("/api/v1/projects?limit=1000".to_owned());
    while let Some(at) = next {
        let part = root.get(&at).expect(200);
        walked += part.json()["projects"].as_array().unwrap().len();
        let link = part.header("link");
        next = link.map(|link| link[1..].split_once('>').unwrap().0.to_owned());
    }
    assert_eq!(walked, MANY);
}
