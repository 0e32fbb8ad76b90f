//! Several processes on one PostgreSQL database: one seals at a time, and none is needed.

use crate::engine::create;
use crate::ledger::key;
use crate::support::{Lab, Raw, block_on, lab as fixture};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use omicron_domain::Viewer;
use omicron_persistence::audit::Expected;
use omicron_persistence::{Database, Engine, EngineOptions, Options, positions, proofs};
use omicron_tests::Backend;
use sha2::Sha256;
use std::sync::Arc;
use std::time::{Duration, Instant};

const EACH: usize = 120;

/// A process of its own, as far as the database can tell.
fn replica(lab: &Lab) -> Engine {
    let db = Database::open(lab.test.url(), Options::default()).unwrap();
    let options = EngineOptions {
        seal_after: Some(Duration::from_millis(2)),
        signing_key: Some(Arc::new(key(1))),
        patience: Duration::from_mins(1),
        ..EngineOptions::default()
    };
    Engine::start(db, options).unwrap()
}

/// Writes through a replica that goes away after so many.
fn write(lab: &Lab, name: &str, count: usize) {
    let engine = replica(lab);
    for number in 0..count {
        // A change whose connection was ended under it is told so, and is the client's to repeat.
        let _ = block_on(create(engine.clone(), format!("{name}-{number}")));
    }
}

fn last(lab: &Lab) -> i64 {
    lab.db.read(Viewer::Nobody, positions::last_position).unwrap()
}

/// That each event has its position once, and that the tree is the one that others compute.
fn assert_sealed(lab: &Lab) {
    let begun = Instant::now();
    while lab.count("unsealed") > 0 {
        assert!(begun.elapsed() < Duration::from_mins(1), "not all was sealed");
        positions::seal(&lab.db).unwrap();
    }
    let whole = lab.values(
        "SELECT concat_ws(' ', count(*), count(DISTINCT seq), min(position), max(position)) AS value FROM positions",
    );
    let events = lab.count("events");
    assert_eq!(whole, [format!("{events} {events} 1 {events}")]);
    lab.write(|tx| omicron_persistence::checkpoints::sign(tx, &key(1))).unwrap();
    let report = lab.verify(&Expected::default());
    assert_eq!(report.faults, []);
    assert_eq!(report.signed, last(lab));
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for position in 1..=last(lab) {
        let proof = lab.db.read(Viewer::Nobody, |view| proofs::inclusion(view, position)).unwrap();
        tree.push(proof.unwrap().entry.canonical().unwrap());
    }
    let root = lab.db.read(Viewer::Nobody, |view| positions::root(view, last(lab))).unwrap();
    assert_eq!(root.as_ref(), tree.root().as_bytes().as_slice());
}

fn several(replicas: usize) {
    let lab = &fixture(Backend::Postgres);
    lab.introduce(&key(1));
    std::thread::scope(|scope| {
        for number in 0..replicas {
            // They go away one after the other, the last one at the end.
            scope.spawn(move || write(lab, &format!("r{number}"), EACH * (number + 1) / replicas));
        }
    });
    assert_eq!(
        lab.count("events"),
        (1..=replicas).map(|number| EACH * number / replicas).sum::<usize>()
    );
    assert_sealed(lab);
}

#[test]
fn two_replicas_give_each_event_its_position_once() {
    several(2);
}

#[test]
fn three_replicas_give_each_event_its_position_once() {
    several(3);
}

/// The sealer that holds the lock loses its connection, again and again.
#[test]
fn a_replica_that_is_killed_while_it_seals_leaves_no_gap() {
    let lab = &fixture(Backend::Postgres);
    lab.introduce(&key(1));
    let (killed, done) =
        (std::sync::atomic::AtomicUsize::new(0), std::sync::atomic::AtomicBool::new(false));
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|number| scope.spawn(move || write(lab, &format!("r{number}"), EACH)))
            .collect();
        scope.spawn(|| {
            let mut raw = Raw::connect(lab.test.url());
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let ended = raw.values(
                    "SELECT CAST(pg_terminate_backend(pid) AS TEXT) AS value FROM pg_locks
                     WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                );
                killed.fetch_add(ended.len(), std::sync::atomic::Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let outcomes: Vec<_> =
            writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(outcomes.iter().all(Result::is_ok));
    });
    // However fast it goes here: one that is surely at it.
    lab.events("more", 500);
    let doomed = Database::open(lab.test.url(), Options::default()).unwrap();
    let failed = doomed.write(&crate::support::actor(), |tx| {
        positions::seal_some(tx, 1000)?;
        lab.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .unwrap();
        Ok::<_, omicron_persistence::Error>(())
    });
    failed.unwrap_err();
    println!("{} killed while they sealed", killed.into_inner());
    assert_sealed(lab);
}
