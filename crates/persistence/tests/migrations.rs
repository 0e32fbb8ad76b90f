//! Migrations: up, down with data, once, and never past what the program knows.

use crate::support::{Lab, Raw, lab as fixture, new_token};
use omicron_domain::Actor;
use omicron_persistence::idempotency::{self, Answer, Request};
use omicron_persistence::{
    Database, Error, MigrationStatus, Options, Transaction, downgrade, migration_status, positions,
    upgrade,
};
use omicron_tests::{Backend, TestDatabase, on_both};
use std::sync::Barrier;

fn status(url: &str) -> MigrationStatus {
    migration_status(&Database::connect(url, Options::default()).unwrap()).unwrap()
}

fn with_data(lab: &Lab, round: usize) {
    let (ann, bob) = (lab.person(&format!("ann{round}")), lab.person(&format!("bob{round}")));
    lab.project(&format!("Alloys {round}"), &ann, &[&bob]);
    let request = Request { route: "/projects".into(), key: "k".into(), digest: [7; 32] };
    let ann = Actor { user: Some(ann.id), ..Actor::command_line() };
    let write = |tx: &mut Transaction<'_>| {
        idempotency::once(tx, &request, |_| Ok::<_, Error>(Answer::default()))
    };
    lab.db.write(&ann, write).unwrap();
    positions::seal(&lab.db).unwrap();
}

fn set_version(lab: &Lab, version: &str) {
    let insert = "INSERT INTO __diesel_schema_migrations (version) VALUES";
    lab.sql(&format!("{insert} ('{version}')")).unwrap();
}

on_both! {
    fn each_migration_goes_down_and_up_with_data(lab: &Lab) {
        let newest = migration_status(&lab.db).unwrap();
        assert_eq!(newest.pending, [""; 0]);
        for left in (0..newest.applied.len()).rev() {
            with_data(lab, left);
            let people = lab.count("users");
            for version in newest.applied[left..].iter().rev() {
                assert_eq!(downgrade(&lab.db).unwrap().as_ref(), Some(version));
            }
            assert_eq!(status(lab.test.url()).pending, newest.applied[left..]);
            assert_eq!(upgrade(&lab.db).unwrap(), newest.applied[left..]);
            // People are the first migration's: those of later ones take none along.
            assert_eq!(lab.count("users"), if left > 0 { people } else { 0 });
        }
        with_data(lab, 0);
        for _ in &newest.applied {
            downgrade(&lab.db).unwrap();
        }
        assert_eq!(downgrade(&lab.db).unwrap(), None);
    }

    fn foreign_keys_are_checked_again_after_a_migration(lab: &Lab) {
        downgrade(&lab.db).unwrap();
        upgrade(&lab.db).unwrap();
        let gone = lab.write(|tx| {
            let token = new_token(omicron_domain::UserId(404), tx.now());
            omicron_persistence::tokens::create(tx, &token, &[0; 32])
        });
        assert!(matches!(gone, Err(Error::Gone)), "{gone:?}");
    }

    fn a_database_of_a_newer_program_is_left_alone(lab: &Lab) {
        set_version(lab, "99991231000001");
        let url = lab.test.url();
        let outcomes = [
            Database::open(url, Options::default()).map(drop),
            Database::create(url, Options::default()).map(drop),
            upgrade(&lab.db).map(drop),
            downgrade(&lab.db).map(drop),
        ];
        for outcome in outcomes {
            let Err(Error::Version { found, expected }) = outcome else { panic!("{outcome:?}") };
            assert_eq!(found, "99991231000001");
            assert_eq!(expected, status(url).newest);
        }
        assert_eq!(status(url).unknown, ["99991231000001"]);
    }

    fn an_older_database_is_not_opened_but_upgraded(lab: &Lab) {
        downgrade(&lab.db).unwrap();
        let url = lab.test.url();
        let opened = Database::open(url, Options::default()).map(drop);
        assert!(matches!(opened, Err(Error::Version { .. })), "{opened:?}");
        Database::create(url, Options::default()).unwrap();
        Database::open(url, Options::default()).unwrap();
    }

    fn a_migration_that_fails_leaves_nothing(lab: &Lab) {
        with_data(lab, 0);
        while lab.sql("SELECT 1 FROM positions").is_ok() {
            downgrade(&lab.db).unwrap();
        }
        // In the way of the migration's second statement, not of its first.
        lab.sql("CREATE TABLE positions (mine BIGINT)").unwrap();
        let before = status(lab.test.url());
        let failed = upgrade(&lab.db);
        assert!(matches!(failed, Err(Error::Migration(_))), "{failed:?}");
        assert_eq!(status(lab.test.url()), before);
        assert!(lab.sql("SELECT 1 FROM events").is_err(), "a table of the failed migration is left");
        lab.sql("DROP TABLE positions").unwrap();
        assert_eq!(upgrade(&lab.db).unwrap(), before.pending);
    }
}

fn an_empty_database_is_refused_and_stays_empty(backend: Backend) {
    let test = TestDatabase::empty(backend);
    if backend == Backend::Sqlite {
        let missing = Database::open(test.url(), Options::default()).map(drop);
        assert!(matches!(missing, Err(Error::Missing(_))), "{missing:?}");
        Raw::connect(test.url()).execute("PRAGMA user_version = 0").unwrap();
    }
    let opened = Database::open(test.url(), Options::default()).map(drop);
    let Err(Error::Version { found, .. }) = opened else { panic!("{opened:?}") };
    assert_eq!(found, "none");
    let mut raw = Raw::connect(test.url());
    assert!(raw.execute("SELECT 1 FROM __diesel_schema_migrations").is_err());
}

#[test]
fn an_empty_sqlite_database_is_refused_and_stays_empty() {
    an_empty_database_is_refused_and_stays_empty(Backend::Sqlite);
}

#[test]
fn an_empty_postgres_database_is_refused_and_stays_empty() {
    an_empty_database_is_refused_and_stays_empty(Backend::Postgres);
}

/// Each of several that start at once ends up with a database, whatever was there before.
fn several_create_at_once(url: &str) {
    let barrier = Barrier::new(6);
    let create = || {
        barrier.wait();
        Database::create(url, Options::default()).map(drop)
    };
    let created: Vec<_> = std::thread::scope(|scope| {
        let threads = [(); 6].map(|()| scope.spawn(create));
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(created.iter().all(Result::is_ok), "{created:?}");
    assert_eq!(status(url).pending, [""; 0]);
}

/// What SQLite refuses here, it refuses in one of a hundred rounds.
#[test]
fn of_several_that_create_at_once_one_migrates() {
    for _ in 0..50 {
        several_create_at_once(TestDatabase::empty(Backend::Sqlite).url());
    }
    several_create_at_once(TestDatabase::empty(Backend::Postgres).url());
}

#[test]
fn a_postgres_database_that_is_not_there_is_made_by_one_of_several() {
    let test = TestDatabase::postgres();
    let url = format!("{}_\"odd\"%20name", test.url());
    several_create_at_once(&url);
    omicron_tests::Cluster::shared()
        .drop_database(&format!("\"{}_\"\"odd\"\" name\"", name(&test)));
}

fn name(test: &TestDatabase) -> &str {
    test.url().rsplit('/').next().unwrap()
}
