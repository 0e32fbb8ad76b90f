//! Many writers, in this process and in others.

use crate::engine::engine;
use crate::support::{Lab, Raw, actor, block_on, lab as fixture, parsed};
use omicron_domain::{Actor, ProjectChange, ProjectId, Reference, Viewer};
use omicron_persistence::{Database, Engine, EngineOptions, Error, Options, Transaction, projects};
use omicron_tests::{Backend, on_both};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Tells this program, started again by itself, which database to write to.
const WRITE_TO: &str = "OMICRON_TEST_WRITE_TO";

/// Adds one to the number that stands in a project's description.
fn increment(tx: &mut Transaction<'_>, id: ProjectId) -> Result<(), Error> {
    let found = projects::find(tx.view(), &Reference::Id(id))?.ok_or(Error::Gone)?;
    let number: u32 = found.description.as_str().parse().unwrap();
    let description = Some(parsed(&(number + 1).to_string()));
    projects::change(tx, id, &ProjectChange { name: None, description }).map(drop)
}

fn counter(lab: &Lab) -> ProjectId {
    let ann = lab.person("ann");
    let id = lab.project("Counter", &ann, &[]).project.id;
    let zero = ProjectChange { name: None, description: Some(parsed("0")) };
    lab.write(|tx| projects::change(tx, id, &zero)).unwrap();
    id
}

fn counted(lab: &Lab, id: ProjectId) -> String {
    let found = lab.db.read(Viewer::Everything, |view| projects::find(view, &Reference::Id(id)));
    found.unwrap().unwrap().description.to_string()
}

fn other_process(lab: &Lab) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["locks::second_self", "--exact", "--ignored"])
        .env(WRITE_TO, lab.test.url())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "part of other tests"]
fn second_self() {
    let Ok(url) = std::env::var(WRITE_TO) else { return };
    let db = Database::open(&url, Options::default()).unwrap();
    for _ in 0..100 {
        db.write(&Actor::command_line(), |tx| increment(tx, ProjectId(1))).unwrap();
    }
}

#[test]
fn sixteen_threads_and_another_process_count_without_a_slip() {
    let lab = fixture(Backend::Sqlite);
    let id = counter(&lab);
    let mut other = other_process(&lab);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..100 {
                    lab.write(|tx| increment(tx, id)).unwrap();
                }
            });
        }
    });
    assert!(other.wait().unwrap().success());
    assert_eq!(counted(&lab, id), "1700");
    assert_eq!(lab.count("events"), 3 + 1700);
}

#[test]
fn the_engine_and_another_process_count_without_a_slip() {
    let lab = fixture(Backend::Sqlite);
    let id = counter(&lab);
    let engine = Engine::start(lab.db.clone(), EngineOptions::default()).unwrap();
    let mut other = other_process(&lab);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..100 {
                    block_on(engine.write(actor(), move |tx| increment(tx, id))).unwrap();
                }
            });
        }
    });
    assert!(other.wait().unwrap().success());
    assert_eq!(counted(&lab, id), "1700");
}

on_both! {
    fn many_serializable_changes_of_one_thing_all_count(lab: &Lab) {
        let id = counter(lab);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        let mut done = false;
                        while !done {
                            let outcome = lab.db.write_serializable(&actor(), |tx| increment(tx, id));
                            done = outcome.is_ok();
                            assert!(matches!(outcome, Ok(()) | Err(Error::Conflict(_))), "{outcome:?}");
                        }
                    }
                });
            }
        });
        assert_eq!(counted(lab, id), "30");
    }
}

#[test]
fn a_lock_that_an_outsider_holds_for_long_is_told_as_too_much_to_do() {
    let lab = fixture(Backend::Sqlite);
    let id = counter(&lab);
    let engine = engine(&lab, 8, Duration::from_secs(5));
    let mut outsider = Raw::connect(lab.test.url());
    outsider.execute("BEGIN IMMEDIATE").unwrap();
    let before = Instant::now();
    let (alone, queued) = std::thread::scope(|scope| {
        let alone = scope.spawn(|| lab.write(|tx| increment(tx, id)));
        let queued = block_on(engine.write(actor(), move |tx| increment(tx, id)));
        (alone.join().unwrap(), queued)
    });
    assert!(matches!(alone, Err(Error::Overloaded)), "{alone:?}");
    assert!(matches!(queued, Err(Error::Overloaded)), "{queued:?}");
    assert!(before.elapsed() < Duration::from_secs(7));
    assert_eq!(counted(&lab, id), "0", "reads go on");
    outsider.execute("ROLLBACK").unwrap();
    lab.write(|tx| increment(tx, id)).unwrap();
    block_on(engine.write(actor(), move |tx| increment(tx, id))).unwrap();
    assert_eq!(counted(&lab, id), "2");
}
