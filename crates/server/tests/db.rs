//! `db`, `backup`: the version of the database, and copies of it.

use crate::support::{environment, fixture, on, run, with_input};
use omicron_tests::{Backend, TestDatabase, on_both};
use std::path::Path;

mod empty {
    use super::*;

    fn fixture(backend: Backend) -> TestDatabase {
        TestDatabase::empty(backend)
    }

    on_both! {
        fn a_database_goes_up_and_down(db: &TestDatabase) {
            let created = on(db, &["db", "create"]).good();
            let newest = created.split("version ").nth(1).unwrap().split(',').next().unwrap();
            assert!(created.contains("the newest"), "{created}");
            let down = on(db, &["db", "downgrade"]).good();
            assert!(down.starts_with(&format!("took {newest} back\n")), "{down}");
            assert!(down.contains(&format!("pending: {newest}")), "{down}");
            let told = on(db, &["user", "list"]).bad(78);
            assert!(told.contains(newest) && told.contains("`omicron-server db upgrade`"), "{told}");
            let up = on(db, &["db", "upgrade"]).good();
            assert!(up.starts_with(&format!("applied {newest}\n")), "{up}");
            assert!(on(db, &["db", "version"]).good().contains("the newest"));
            assert!(on(db, &["db", "upgrade"]).good().contains("the newest"));
            while !on(db, &["db", "downgrade"]).good().starts_with("there is nothing") {}
            assert!(on(db, &["db", "version"]).good().starts_with("the database is at version none"));
        }
    }
}

on_both! {
    fn a_backup_is_restored_as_its_note_says(db: &TestDatabase) {
        on(db, &["user", "create", "ann", "--email", "ann@lab", "--generate"]).good();
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy").display().to_string();
        let path = std::env::var("PATH").unwrap();
        let env: Vec<_> = environment(db).into_iter().chain([("PATH", path.as_str())]).collect();
        let note = run(&["backup", &copy], &env).good();
        assert!(note.contains(&copy) && note.contains("TOKEN_SECRET_KEY"), "{note}");
        assert!(run(&["backup", &copy], &env).bad(1).contains("exists already"));
        if db.backend() == Backend::Sqlite {
            let url = format!("sqlite:///{copy}");
            assert!(run(&["user", "list"], &[("DATABASE_URL", &url)]).good().contains("ann@lab"));
        }
    }
}

#[test]
fn a_database_that_is_not_there_is_told_with_what_makes_it() {
    let url = |name: &str| format!("sqlite:////{}", Path::new("/nowhere").join(name).display());
    let told = run(&["db", "version"], &[("DATABASE_URL", &url("lab"))]).bad(1);
    assert!(told.contains("`omicron-server db create`"), "{told}");
    let db = TestDatabase::postgres();
    let missing = format!("{}_missing", db.url().split('?').next().unwrap());
    let missing = db.url().replace(db.url().split('?').next().unwrap(), &missing);
    let told = run(&["db", "version"], &[("DATABASE_URL", &missing)]).bad(78);
    assert!(told.contains("`omicron-server db create`"), "{told}");
    let told = run(&["user", "list"], &[("DATABASE_URL", "sqlite://")]).bad(1);
    assert!(told.contains("in memory"), "{told}");
}

#[test]
fn a_new_migration_is_a_pair_for_each_database() {
    let folder = tempfile::tempdir().unwrap();
    let add = |name| with_input(&["db", "new-migration", name], &[], folder.path(), "");
    assert!(add("labels").bad(1).contains("root of the source tree"));
    for kind in ["sqlite", "postgres"] {
        let old = folder.path().join("migrations").join(kind).join("2999-12-31-000004_last");
        std::fs::create_dir_all(old).unwrap();
    }
    let made = add("sample_labels").good();
    let files: Vec<_> = made.lines().collect();
    let expected = ["sqlite", "postgres"].map(|kind| {
        let folder = format!("migrations/{kind}/2999-12-31-000005_sample_labels");
        [format!("{folder}/up.sql"), format!("{folder}/down.sql")]
    });
    assert_eq!(files, expected.concat());
    assert!(files.iter().all(|file| folder.path().join(file).is_file()));
    assert!(add("Sample Labels").bad(1).contains("small letters"));
}
