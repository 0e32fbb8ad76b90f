//! Changes that come together: each stands for itself, whoever shares its commit.

use crate::engine::{PATIENT, create, engine, hold};
use crate::support::{Lab, actor, block_on, lab as fixture, new_user, parsed, started};
use omicron_domain::{ProjectChange, ProjectId};
use omicron_persistence::{Engine, Error, projects, users};
use omicron_tests::on_both;

/// A description at which raw SQL breaks the rule that is checked at the commit.
const POISON: &str = "take the owner out";
/// A description at which SQLite ends the whole transaction, as it does when the disk is full.
const RUIN: &str = "end the transaction";

async fn describe(engine: Engine, id: ProjectId, text: &'static str) -> Result<(), Error> {
    let change = ProjectChange { name: None, description: Some(parsed(text)) };
    engine.write(actor(), move |tx| projects::change(tx, id, &change).map(drop)).await
}

async fn create_and_fail(engine: Engine, name: String) -> Result<(), Error> {
    engine
        .write(actor(), move |tx| {
            users::create(tx, &new_user(&name))?;
            Err(Error::Gone)
        })
        .await
}

async fn create_and_panic(engine: Engine, name: String) -> Result<(), Error> {
    engine
        .write(actor(), move |tx| -> Result<(), Error> {
            users::create(tx, &new_user(&name))?;
            panic!("on purpose");
        })
        .await
}

fn set_traps(lab: &Lab) {
    let trap = |name: &str, text: &str, then: &str| {
        format!(
            "CREATE TRIGGER {name} AFTER UPDATE OF description ON projects
             WHEN NEW.description = '{text}' BEGIN {then}; END;"
        )
    };
    let take_out = "DELETE FROM project_members WHERE project_id = NEW.id";
    lab.sql(&trap("poison", POISON, take_out)).unwrap();
    lab.sql(&trap("ruin", RUIN, "SELECT RAISE(ROLLBACK, 'database or disk is full')")).unwrap();
}

on_both! {
    fn all_that_come_together_are_kept(lab: &Lab) {
        let engine = engine(lab, 128, PATIENT);
        let let_go = hold(&engine);
        let jobs: Vec<_> =
            (0..64).map(|number| started(create(engine.clone(), format!("u{number}")))).collect();
        let_go();
        let mut ids: Vec<_> = jobs.into_iter().map(|job| block_on(job).unwrap().id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), lab.count("users"), lab.count("events")), (64, 64, 64));
    }

    fn a_job_that_fails_or_panics_is_undone_alone(lab: &Lab) {
        let engine = engine(lab, 128, PATIENT);
        let let_go = hold(&engine);
        let mut good = Vec::new();
        let mut bad = Vec::new();
        let mut worse = Vec::new();
        for number in 0..10 {
            good.push(started(create(engine.clone(), format!("good{number}"))));
            bad.push(started(create_and_fail(engine.clone(), format!("bad{number}"))));
            worse.push(started(create_and_panic(engine.clone(), format!("worse{number}"))));
        }
        let_go();
        assert!(good.into_iter().all(|job| block_on(job).is_ok()));
        assert!(bad.into_iter().all(|job| matches!(block_on(job), Err(Error::Gone))));
        assert!(worse.into_iter().all(|job| matches!(block_on(job), Err(Error::Panicked))));
        assert_eq!((lab.count("users"), lab.count("events")), (10, 10));
    }
}

/// A job that spoils the common transaction, between two that do not.
fn between_good_ones(text: &'static str) -> (Lab, Result<(), Error>) {
    let lab = fixture(omicron_tests::Backend::Sqlite);
    let ann = lab.person("ann");
    let id = lab.project("Alloys", &ann, &[]).project.id;
    set_traps(&lab);
    let engine = engine(&lab, 128, PATIENT);
    let let_go = hold(&engine);
    let before = started(create(engine.clone(), "before".into()));
    let culprit = started(describe(engine.clone(), id, text));
    let after = started(create(engine.clone(), "after".into()));
    let_go();
    block_on(before).unwrap();
    block_on(after).unwrap();
    let outcome = block_on(culprit);
    block_on(describe(engine, id, "all is well")).unwrap();
    (lab, outcome)
}

#[test]
fn a_job_that_fails_at_the_commit_fails_alone() {
    let (lab, outcome) = between_good_ones(POISON);
    assert!(matches!(outcome, Err(Error::Gone)), "{outcome:?}");
    assert_eq!((lab.count("users"), lab.count("project_members")), (3, 1));
}

#[test]
fn a_job_that_ends_the_whole_transaction_fails_alone() {
    let (lab, outcome) = between_good_ones(RUIN);
    assert!(matches!(outcome, Err(Error::DiskFull(_))), "{outcome:?}");
    assert_eq!((lab.count("users"), lab.count("events")), (3, 5));
}

#[test]
fn a_database_in_memory_survives_a_commit_that_fails() {
    use omicron_persistence::{Database, EngineOptions, Options};
    let db = Database::create("sqlite://", Options::default()).unwrap();
    let engine = Engine::start(db, EngineOptions::default()).unwrap();
    let ann = block_on(create(engine.clone(), "ann".into())).unwrap();
    let _ = block_on(create_and_panic(engine.clone(), "bob".into()));
    let _ = block_on(create_and_fail(engine.clone(), "eve".into()));
    let found =
        block_on(engine.read(omicron_domain::Viewer::Nobody, |view| {
            users::find(view, &"ann".parse().unwrap())
        }));
    assert_eq!(found.unwrap(), Some(ann));
}
