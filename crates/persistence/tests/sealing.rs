//! Positions are given by themselves, a moment after a write.

use crate::engine::create;
use crate::support::{Lab, block_on, lab as fixture};
use omicron_domain::Viewer;
use omicron_persistence::{Engine, EngineOptions, positions};
use omicron_tests::on_both;
use std::time::{Duration, Instant};

fn engine(lab: &Lab, seal_after: Option<Duration>) -> Engine {
    Engine::start(lab.db.clone(), EngineOptions { seal_after, ..EngineOptions::default() }).unwrap()
}

fn sealing(lab: &Lab) -> Engine {
    engine(lab, Some(Duration::from_millis(10)))
}

fn last(lab: &Lab) -> i64 {
    lab.db.read(Viewer::Nobody, positions::last_position).unwrap()
}

/// Waits until so many events have positions, and says how long that took.
fn wait_for(lab: &Lab, position: i64) -> Duration {
    let start = Instant::now();
    while last(lab) < position {
        assert!(start.elapsed() < Duration::from_secs(30), "{position} was not given");
        std::thread::yield_now();
    }
    start.elapsed()
}

fn rename(lab: &Lab, from: &str, to: &str) {
    lab.sql(&format!("ALTER TABLE {from} RENAME TO {to}")).unwrap();
}

on_both! {
    fn what_is_written_gets_its_position_soon(lab: &Lab) {
        let engine = sealing(lab);
        for number in 1..=20 {
            block_on(create(engine.clone(), format!("u{number}"))).unwrap();
        }
        wait_for(lab, 20);
        assert_eq!(lab.count("unsealed"), 0);
    }

    fn what_was_written_before_the_start_gets_its_position(lab: &Lab) {
        lab.person("ann");
        let _engine = sealing(lab);
        wait_for(lab, 1);
    }

    fn what_other_processes_write_gets_its_position(lab: &Lab) {
        let _engine = sealing(lab);
        lab.person("ann");
        wait_for(lab, 1);
        lab.person("bob");
        wait_for(lab, 2);
    }

    fn writers_do_not_mind_that_sealing_fails_and_it_goes_on_later(lab: &Lab) {
        rename(lab, "subject_versions", "away");
        let engine = sealing(lab);
        block_on(create(engine.clone(), "ann".into())).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        block_on(create(engine.clone(), "bob".into())).unwrap();
        assert_eq!(last(lab), 0);
        rename(lab, "away", "subject_versions");
        wait_for(lab, 2);
    }

    fn what_waits_is_sealed_before_the_end(lab: &Lab) {
        let engine = engine(lab, None);
        for number in 1..=3 {
            block_on(create(engine.clone(), format!("u{number}"))).unwrap();
        }
        assert_eq!(last(lab), 0);
        block_on(engine.seal()).unwrap();
        assert_eq!(last(lab), 3);
    }
}
