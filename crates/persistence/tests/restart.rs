//! A PostgreSQL server that goes away and comes back.

use crate::support::{actor, block_on, new_user};
use omicron_domain::Viewer;
use omicron_persistence::{Database, Engine, EngineOptions, Error, Options, users};
use omicron_tests::Cluster;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What a client counts: what it was told is kept, and what may be.
#[derive(Default)]
struct Told {
    kept: AtomicUsize,
    perhaps: AtomicUsize,
    failed: AtomicUsize,
}

fn write_on(engine: &Engine, writer: usize, stop: &AtomicBool, told: &Told) {
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let new = new_user(&format!("u{writer}-{number}"));
        let outcome = block_on(engine.write(actor(), move |tx| users::create(tx, &new)));
        let counter = match outcome {
            Ok(_) => &told.kept,
            Err(Error::Uncertain(_)) => &told.perhaps,
            Err(Error::Unavailable(_) | Error::Overloaded) => &told.failed,
            Err(other) => panic!("{other:?}"),
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

fn read_on(engine: &Engine, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        let outcome = block_on(engine.read(Viewer::Nobody, users::count_administrators));
        match outcome {
            Ok(_) | Err(Error::Unavailable(_) | Error::Overloaded) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

fn wait_for(what: &str, limit: Duration, reached: impl Fn() -> bool) {
    let start = Instant::now();
    while !reached() {
        assert!(start.elapsed() < limit, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn restart_under_load(cluster: &Cluster, engine: &Engine, told: &Told) {
    let kept = || told.kept.load(Ordering::Relaxed);
    wait_for("writes succeed", Duration::from_secs(10), || kept() > 20);
    cluster.stop_immediate();
    let failed = told.failed.load(Ordering::Relaxed);
    wait_for("the outage is noticed", Duration::from_secs(10), || {
        told.failed.load(Ordering::Relaxed) > failed
    });
    cluster.start();
    let before = kept();
    wait_for("writes succeed again", Duration::from_secs(5), || kept() > before + 20);
    let healed = block_on(engine.read(Viewer::Nobody, users::count_administrators));
    assert!(healed.is_ok(), "{healed:?}");
}

/// Sets the flag even if the test fails before, so that no thread waits for ever.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_server_that_crashes_and_returns_is_found_again_and_nothing_acknowledged_is_lost() {
    let cluster = Cluster::durable();
    let db = Database::create(&cluster.create_database(), Options::default()).unwrap();
    let engine = Engine::start(db.clone(), EngineOptions::default()).unwrap();
    let (stop, told) = (AtomicBool::new(false), Told::default());
    std::thread::scope(|scope| {
        let _stop = Stop(&stop);
        for writer in 0..6 {
            let (engine, stop, told) = (&engine, &stop, &told);
            scope.spawn(move || write_on(engine, writer, stop, told));
        }
        scope.spawn(|| read_on(&engine, &stop));
        restart_under_load(&cluster, &engine, &told);
        restart_under_load(&cluster, &engine, &told);
    });
    let filter = omicron_domain::UserFilter::default();
    let page = omicron_domain::Page::default();
    let there = db.read(Viewer::Nobody, |view| users::list(view, &filter, page)).unwrap();
    let there = usize::try_from(there.total.unwrap()).unwrap();
    let kept = told.kept.load(Ordering::Relaxed);
    let perhaps = told.perhaps.load(Ordering::Relaxed);
    assert!((kept..=kept + perhaps).contains(&there), "{kept} + {perhaps} told, {there} there");
}
