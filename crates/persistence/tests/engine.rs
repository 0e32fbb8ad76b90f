//! The engine: jobs that are done, refused at once, or never begun.

use crate::support::{Lab, actor, block_on, lab as fixture, new_user, started};
use omicron_domain::{User, Viewer};
use omicron_persistence::{Engine, EngineOptions, Error, users};
use omicron_tests::on_both;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// An engine with one thread of each kind, and none that seals.
pub fn engine(lab: &Lab, queue: usize, patience: Duration) -> Engine {
    let options = EngineOptions {
        quick: 1,
        slow: 1,
        queue,
        patience,
        writer_patience: patience,
        seal_after: None,
        signing_key: None,
    };
    Engine::start(lab.db.clone(), options).unwrap()
}

pub const PATIENT: Duration = Duration::from_mins(1);

pub async fn create(engine: Engine, name: String) -> Result<User, Error> {
    engine.write(actor(), move |tx| users::create(tx, &new_user(&name))).await
}

/// A write that keeps its thread until it is let go; begun when this returns.
pub fn hold(engine: &Engine) -> impl FnOnce() + use<> {
    let (starting, has_started) = mpsc::channel();
    let (let_go, go) = mpsc::channel::<()>();
    let go = Mutex::new(go);
    let engine = engine.clone();
    let job = started(async move {
        engine
            .write(actor(), move |_| {
                let _ = starting.send(());
                let _ = go.lock().unwrap().recv();
                Ok::<_, Error>(())
            })
            .await
    });
    has_started.recv().unwrap();
    move || {
        drop(let_go); // for good: the work may be run again
        block_on(job).unwrap();
    }
}

on_both! {
    fn work_is_done_on_the_engines_threads(lab: &Lab) {
        let engine = engine(lab, 8, PATIENT);
        let ann = block_on(create(engine.clone(), "ann".into())).unwrap();
        let reads = [
            block_on(engine.read(Viewer::Nobody, |view| users::find(view, &"ann".parse().unwrap()))),
            block_on(engine.read_slowly(Viewer::Nobody, |view| {
                users::find(view, &"ann".parse().unwrap())
            })),
        ];
        for found in reads {
            assert_eq!(found.unwrap().as_ref(), Some(&ann));
        }
        let off = block_on(engine.write_serializable(actor(), move |tx| {
            users::set_disabled(tx, ann.id, true)
        }));
        assert_eq!(off.unwrap().status, omicron_domain::UserStatus::Disabled);
    }

    fn a_full_queue_refuses_at_once(lab: &Lab) {
        let engine = engine(lab, 2, PATIENT);
        let let_go = hold(&engine);
        let waiting: Vec<_> =
            ["a1", "a2"].map(|name| started(create(engine.clone(), name.into()))).into();
        let before = Instant::now();
        let refused = block_on(create(engine.clone(), "a3".into()));
        assert!(matches!(refused, Err(Error::Overloaded)), "{refused:?}");
        assert!(before.elapsed() < PATIENT);
        let_go();
        for job in waiting {
            block_on(job).unwrap();
        }
    }

    fn a_job_that_is_late_is_never_begun(lab: &Lab) {
        let engine = engine(lab, 8, Duration::from_millis(100));
        let let_go = hold(&engine);
        let late = started(create(engine.clone(), "late".into()));
        std::thread::sleep(Duration::from_millis(150));
        let_go();
        let refused = block_on(late);
        assert!(matches!(refused, Err(Error::Overloaded)), "{refused:?}");
        assert_eq!(lab.count("users"), 0);
        block_on(create(engine, "next".into())).unwrap();
    }

    fn who_waits_behind_a_long_job_is_told_when_patience_is_at_its_end(lab: &Lab) {
        let engine = engine(lab, 8, Duration::from_millis(200));
        let let_go = hold(&engine);
        for name in ["one", "two"] {
            let before = Instant::now();
            let refused = block_on(create(engine.clone(), name.into()));
            assert!(matches!(refused, Err(Error::Overloaded)), "{refused:?}");
            assert!(before.elapsed() >= Duration::from_millis(200));
            assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());
        }
        let_go();
        block_on(create(engine, "next".into())).unwrap();
        assert_eq!(lab.count("users"), 1);
    }

    fn a_job_whose_caller_has_gone_is_never_begun(lab: &Lab) {
        let engine = engine(lab, 8, PATIENT);
        let let_go = hold(&engine);
        let begun = Arc::new(AtomicBool::new(false));
        let job = started({
            let (engine, begun) = (engine.clone(), begun.clone());
            async move {
                let outcome = engine.write(actor(), move |_| {
                    begun.store(true, Ordering::Relaxed);
                    Ok::<_, Error>(())
                });
                outcome.await
            }
        });
        drop(job);
        let_go();
        block_on(create(engine, "next".into())).unwrap();
        assert!(!begun.load(Ordering::Relaxed));
    }

    fn a_job_that_panics_harms_nobody(lab: &Lab) {
        let engine = engine(lab, 8, PATIENT);
        for number in 0..10 {
            let panicked = block_on(engine.write(actor(), |tx| -> Result<(), Error> {
                users::create(tx, &new_user("nobody"))?;
                panic!("on purpose");
            }));
            assert!(matches!(panicked, Err(Error::Panicked)), "{panicked:?}");
            let panicked = block_on(engine.read(Viewer::Nobody, |_| -> Result<(), Error> {
                panic!("on purpose")
            }));
            assert!(matches!(panicked, Err(Error::Panicked)), "{panicked:?}");
            block_on(create(engine.clone(), format!("u{number}"))).unwrap();
        }
        assert_eq!(lab.count("users"), 10);
    }
}
