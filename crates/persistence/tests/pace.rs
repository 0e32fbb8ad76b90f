//! What sealing costs those who write, and whether it keeps up with them. Run with `--release -- --ignored
//! --nocapture pace::` on a machine that does nothing else.

use crate::ledger::key;
use crate::support::{Lab, actor, block_on, lab as fixture, new_user};
use omicron_domain::Viewer;
use omicron_persistence::{Engine, EngineOptions, Error, Transaction, positions, users};
use omicron_tests::Backend;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

const BACKENDS: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

fn engine(lab: &Lab, seals: bool) -> Engine {
    lab.introduce(&key(1));
    let options = EngineOptions {
        seal_after: seals.then_some(Duration::from_millis(50)),
        signing_key: seals.then(|| Arc::new(key(1))),
        ..EngineOptions::default()
    };
    Engine::start(lab.db.clone(), options).unwrap()
}

/// Writes so many events in one transaction.
fn write(engine: &Engine, numbers: &AtomicUsize, count: usize) {
    let first = numbers.fetch_add(count, Ordering::Relaxed);
    let work = move |tx: &mut Transaction<'_>| {
        (first..first + count)
            .try_for_each(|number| users::create(tx, &new_user(&format!("u{number}"))).map(drop))
    };
    block_on(engine.write::<_, Error, _>(actor(), work)).unwrap();
}

/// Runs work again and again in so many threads, each time after a pause since it last began.
fn over_and_over(threads: usize, seconds: u64, pause: Duration, work: impl Fn() + Sync) {
    let end = Instant::now() + Duration::from_secs(seconds);
    scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut next = Instant::now();
                while Instant::now() < end {
                    work();
                    next += pause;
                    sleep(next.saturating_duration_since(Instant::now()));
                }
            });
        }
    });
}

fn last(lab: &Lab) -> usize {
    usize::try_from(lab.db.read(Viewer::Nobody, positions::last_position).unwrap()).unwrap()
}

/// How many changes of one event each 16 clients write in five seconds.
fn written(backend: Backend, seals: bool) -> usize {
    let lab = fixture(backend);
    let (engine, numbers) = (engine(&lab, seals), AtomicUsize::new(0));
    over_and_over(16, 5, Duration::ZERO, || write(&engine, &numbers, 1));
    let count = numbers.into_inner();
    assert!(if seals { last(&lab) > count / 2 } else { last(&lab) == 0 });
    count
}

#[test]
#[ignore = "a measurement: see the module"]
fn what_sealing_costs_a_write() {
    for backend in BACKENDS {
        written(backend, true);
        let rounds = [(); 5].map(|()| (written(backend, false), written(backend, true)));
        let (without, with) =
            rounds.iter().fold((0, 0), |sum, (without, with)| (sum.0 + without, sum.1 + with));
        println!("{backend:?}: without and with sealing, in five seconds each: {rounds:?}");
        println!("{backend:?}: with it, {} of a thousand are left", with * 1000 / without);
    }
}

#[test]
#[ignore = "a measurement: see the module"]
fn sealing_keeps_up_with_five_thousand_events_a_second() {
    for backend in BACKENDS {
        let lab = fixture(backend);
        let (engine, numbers) = (engine(&lab, true), AtomicUsize::new(0));
        let (begun, mut waiting) = (Instant::now(), Vec::new());
        let took = scope(|scope| {
            let writers = scope.spawn(|| {
                over_and_over(4, 20, Duration::from_millis(40), || write(&engine, &numbers, 50));
                begun.elapsed()
            });
            while !writers.is_finished() {
                sleep(Duration::from_millis(200));
                waiting.push(lab.count("unsealed"));
            }
            writers.join().unwrap()
        });
        let count = numbers.into_inner();
        let end = Instant::now();
        while last(&lab) < count {
            assert!(end.elapsed() < Duration::from_mins(1));
            sleep(Duration::from_millis(1));
        }
        waiting.sort_unstable();
        println!(
            "{backend:?}: {} events a second; without a position at a time: median {}, most {}; the last had its own after {:?}",
            count * 1000 / usize::try_from(took.as_millis()).unwrap(),
            waiting[waiting.len() / 2],
            waiting[waiting.len() - 1],
            end.elapsed()
        );
    }
}
