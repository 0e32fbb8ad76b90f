//! Test databases: apart from each other, prepared once, removed.

use omicron_tests::{Backend, Cluster, TestDatabase, on_both};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Mutex;

/// A fixture that is not itself what the tests take, as `Database` will not be.
struct Fixture(TestDatabase);

impl Deref for Fixture {
    type Target = TestDatabase;

    fn deref(&self) -> &TestDatabase {
        &self.0
    }
}

fn fixture(backend: Backend) -> Fixture {
    Fixture(TestDatabase::migrated(backend, prepare))
}

static PREPARED: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn prepare(url: &str) {
    let mut prepared = PREPARED.lock().unwrap();
    let scheme = url.split(':').next().unwrap().to_owned();
    assert!(!prepared.contains(&scheme), "prepared twice");
    prepared.push(scheme);
    if url.starts_with("sqlite") {
        std::fs::write(file(url), "prepared").unwrap();
        std::fs::write(format!("{}-wal", file(url).display()), "not in the file yet").unwrap();
    } else {
        Cluster::shared().psql(url, "CREATE TABLE words AS SELECT 'prepared' AS word");
    }
}

fn file(url: &str) -> PathBuf {
    PathBuf::from(url.strip_prefix("sqlite:///").unwrap())
}

fn read(db: &TestDatabase) -> String {
    match db.backend() {
        Backend::Sqlite => std::fs::read_to_string(file(db.url())).unwrap(),
        Backend::Postgres => Cluster::shared().psql(db.url(), "SELECT word FROM words"),
    }
}

fn overwrite(db: &TestDatabase) {
    if db.backend() == Backend::Sqlite {
        std::fs::write(file(db.url()), "changed").unwrap();
    } else {
        Cluster::shared().psql(db.url(), "UPDATE words SET word = 'changed'");
    }
}

on_both! {
    /// Each test starts from what was prepared.
    fn a_migrated_database_holds_what_was_prepared(db: &TestDatabase) {
        assert_eq!(read(db), "prepared");
    }

    fn two_databases_do_not_see_each_other(db: &TestDatabase) {
        let other = fixture(db.backend());
        assert_ne!(db.url(), other.url());
        overwrite(db);
        assert_eq!(read(db), "changed");
        assert_eq!(read(&other), "prepared");
        assert_eq!(read(&fixture(db.backend())), "prepared");
    }

    #[should_panic(expected = "on purpose")]
    #[expect(clippy::panic, reason = "attributes go where they belong")]
    fn a_test_may_have_to_panic(db: &TestDatabase) {
        panic!("on purpose: {}", db.url());
    }

    fn a_test_may_return_a_result(db: &TestDatabase) -> Result<(), String> {
        db.url().contains("://").then_some(()).ok_or_else(|| db.url().to_owned())
    }
}

#[test]
fn a_sqlite_url_has_an_absolute_path_and_its_folder_goes_with_it() {
    let db = TestDatabase::sqlite();
    let file = file(db.url());
    assert!(file.is_absolute() && db.url().starts_with("sqlite:////"), "{}", db.url());
    assert!(!file.exists());
    std::fs::write(&file, "").unwrap();
    drop(db);
    assert!(!file.parent().unwrap().exists());
}

#[test]
fn the_journal_of_a_sqlite_file_is_copied_with_it() {
    let db = fixture(Backend::Sqlite);
    let journal = format!("{}-wal", file(db.url()).display());
    assert_eq!(std::fs::read_to_string(journal).unwrap(), "not in the file yet");
}

#[test]
fn a_postgres_database_goes_with_its_owner() {
    let db = TestDatabase::empty(Backend::Postgres);
    let url = db.url().to_owned();
    assert_eq!(Cluster::shared().psql(&url, "SELECT 1"), "1");
    drop(db);
    assert!(Cluster::shared().try_psql(&url, "SELECT 1").is_err());
}
