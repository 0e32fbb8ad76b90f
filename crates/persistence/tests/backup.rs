//! Copies of a database in use.

use crate::support::{Lab, Raw, lab as fixture, new_user};
use omicron_domain::Actor;
use omicron_persistence::{Database, Error, Options, backup, users};
use omicron_tests::{Backend, Cluster, TestDatabase, on_both};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells this program, started again by itself, what to copy where: `pg_dump` has to be in PATH,
/// and a process can't change its own.
const COPY: &str = "OMICRON_TEST_COPY";

fn copy_in_a_process(url: &str, path: &Path, search: &Path) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["backup::second_self", "--exact", "--ignored", "--nocapture"])
        .env(COPY, format!("{url} {}", path.display()))
        .env("PATH", search)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[ignore = "part of other tests"]
fn second_self() {
    let Ok(job) = std::env::var(COPY) else { return };
    let (url, path) = job.split_once(' ').unwrap();
    let db = Database::open(url, Options::default()).unwrap();
    match backup(&db, Path::new(path)) {
        Ok(()) => println!("copied"),
        Err(error) => println!("failed: {error}"),
    }
}

/// The number of people and of events in a copy.
fn counts(lab: &Lab, path: &Path) -> Vec<String> {
    let count = "SELECT CAST((SELECT count(*) FROM users) AS TEXT) AS value UNION ALL
                 SELECT CAST((SELECT count(*) FROM events) AS TEXT)";
    if lab.db.is_embedded() {
        let url = format!("sqlite:///{}", path.display());
        Database::open(&url, Options::default()).unwrap();
        return Raw::connect(&url).values(count);
    }
    let restored = TestDatabase::postgres();
    let restore = Command::new(Cluster::shared().bin("pg_restore"))
        .args(["--exit-on-error", "--no-owner", "--dbname", restored.url()])
        .arg(path)
        .output()
        .unwrap();
    assert!(restore.status.success(), "{restore:?}");
    Database::open(restored.url(), Options::default()).unwrap();
    Raw::connect(restored.url()).values(count)
}

on_both! {
    fn a_copy_is_consistent_while_others_write(lab: &Lab) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy's.omicron");
        let done = AtomicBool::new(false);
        let said = std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0.. {
                    let new = new_user(&format!("u{number}"));
                    lab.db.write(&Actor::command_line(), |tx| users::create(tx, &new)).unwrap();
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
            while lab.count("users") < 5 {}
            let said = copy_in_a_process(lab.test.url(), &path, &Cluster::shared().bin(""));
            done.store(true, Ordering::Relaxed);
            said
        });
        assert!(said.contains("copied"), "{said}");
        let counts = counts(lab, &path);
        assert_eq!(counts[0], counts[1], "each person has an event");
        assert!(counts[0].parse::<usize>().unwrap() >= 5);
    }

    fn a_file_that_is_there_is_never_overwritten(lab: &Lab) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy");
        std::fs::write(&path, "precious").unwrap();
        let refused = backup(&lab.db, &path);
        assert!(matches!(&refused, Err(Error::Exists(there)) if *there == path), "{refused:?}");
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    }

    fn a_copy_into_nowhere_says_where(lab: &Lab) {
        let refused = backup(&lab.db, Path::new("/nowhere/copy"));
        assert!(matches!(refused, Err(Error::File(..))), "{refused:?}");
    }
}

#[test]
fn without_pg_dump_the_error_names_it_and_no_file_is_left() {
    let lab = fixture(Backend::Postgres);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy");
    let said = copy_in_a_process(lab.test.url(), &path, folder.path());
    assert!(said.contains("failed: pg_dump can't be run"), "{said}");
    assert!(!path.exists());
}

#[test]
fn a_database_in_memory_is_copied_too() {
    let db = Database::create("sqlite://", Options::default()).unwrap();
    db.write(&Actor::command_line(), |tx| users::create(tx, &new_user("ann"))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy");
    backup(&db, &path).unwrap();
    let url = format!("sqlite:///{}", path.display());
    Database::open(&url, Options::default()).unwrap();
    let names = Raw::connect(&url).values("SELECT username AS value FROM users");
    assert_eq!(names, ["ann"]);
}
