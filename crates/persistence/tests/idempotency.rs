//! Requests that come twice are done once, as long as their keys are kept.

use crate::support::{Lab, lab as fixture, new_project, noon};
use chrono::TimeDelta;
use omicron_domain::{Actor, User, UserId};
use omicron_persistence::idempotency::{self, Answer, KEPT, Outcome, Request};
use omicron_persistence::{Database, Error, Transaction, projects};
use omicron_tests::{Backend, on_both};
use std::sync::Barrier;

fn request(route: &str, key: &str, digest: u8) -> Request {
    Request { route: route.to_owned(), key: key.to_owned(), digest: [digest; 32] }
}

fn actor(user: UserId) -> Actor {
    Actor { user: Some(user), ..Actor::command_line() }
}

fn answer(body: &str) -> Answer {
    Answer {
        status: 201,
        location: Some("/projects/1".to_owned()),
        etag: Some("\"tag\"".to_owned()),
        body: body.into(),
    }
}

/// Begins a project, once; its name makes the answer.
fn begin(tx: &mut Transaction<'_>, request: &Request, name: &str) -> Result<Outcome, Error> {
    idempotency::once(tx, request, |tx| {
        let owner = tx.actor().user.unwrap();
        projects::create(tx, &new_project(name, owner, &[]))?;
        Ok::<_, Error>(answer(name))
    })
}

fn send(lab: &Lab, user: &User, request: &Request, name: &str) -> Result<Outcome, Error> {
    lab.db.write(&actor(user.id), |tx| begin(tx, request, name))
}

on_both! {
    fn the_second_time_nothing_is_done_and_the_answer_is_the_first(lab: &Lab) {
        let ann = lab.person("ann");
        let first = send(lab, &ann, &request("/projects", "k", 1), "Alloys").unwrap();
        assert_eq!(first, Outcome { answer: answer("Alloys"), replayed: false });
        let events = lab.count("events");
        let again = send(lab, &ann, &request("/projects", "k", 1), "Other").unwrap();
        assert_eq!(again, Outcome { answer: answer("Alloys"), replayed: true });
        assert_eq!((lab.count("projects"), lab.count("events")), (1, events));
    }

    fn a_key_belongs_to_one_request(lab: &Lab) {
        let ann = lab.person("ann");
        send(lab, &ann, &request("/projects", "k", 1), "Alloys").unwrap();
        let other = send(lab, &ann, &request("/projects", "k", 2), "Steels");
        assert!(matches!(other, Err(Error::KeyReused)), "{other:?}");
        assert_eq!(lab.count("projects"), 1);
    }

    fn the_key_of_another_person_or_route_is_another_key(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        send(lab, &ann, &request("/projects", "k", 1), "Alloys").unwrap();
        assert!(!send(lab, &bob, &request("/projects", "k", 2), "Steels").unwrap().replayed);
        assert!(!send(lab, &ann, &request("/samples", "k", 3), "Glasses").unwrap().replayed);
        assert!(!send(lab, &ann, &request("/projects", "K", 4), "Salts").unwrap().replayed);
        assert_eq!(lab.count("idempotency_keys"), 4);
    }

    fn of_work_that_fails_nothing_is_kept(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        lab.project("Alloys", &bob, &[]);
        let taken = send(lab, &ann, &request("/projects", "k", 1), "Alloys");
        assert!(matches!(taken, Err(Error::ProjectNameTaken)), "{taken:?}");
        assert_eq!(lab.count("idempotency_keys"), 0);
        assert!(!send(lab, &ann, &request("/projects", "k", 2), "Steels").unwrap().replayed);
    }

    fn a_key_is_free_again_after_a_day(lab: &Lab) {
        let ann = lab.person("ann");
        send(lab, &ann, &request("/projects", "k", 1), "Alloys").unwrap();
        lab.clock.advance(KEPT - TimeDelta::microseconds(1));
        assert!(send(lab, &ann, &request("/projects", "k", 1), "Alloys").unwrap().replayed);
        lab.clock.advance(TimeDelta::microseconds(1));
        let anew = send(lab, &ann, &request("/projects", "k", 2), "Steels").unwrap();
        assert_eq!(anew, Outcome { answer: answer("Steels"), replayed: false });
        assert!(send(lab, &ann, &request("/projects", "k", 2), "Steels").unwrap().replayed);
        assert_eq!(lab.count("idempotency_keys"), 1);
    }

    fn expired_keys_are_removed_and_no_others(lab: &Lab) {
        let ann = lab.person("ann");
        send(lab, &ann, &request("/projects", "old", 1), "Alloys").unwrap();
        lab.clock.advance(TimeDelta::hours(1));
        send(lab, &ann, &request("/projects", "new", 2), "Steels").unwrap();
        lab.clock.advance(KEPT - TimeDelta::hours(1));
        assert_eq!(lab.write(idempotency::remove_expired).unwrap(), 1);
        assert!(send(lab, &ann, &request("/projects", "new", 2), "Steels").unwrap().replayed);
        assert_eq!(lab.db.clock().now(), noon() + KEPT);
    }

    fn an_actor_who_is_no_person_has_no_keys(lab: &Lab) {
        for _ in 0..2 {
            let outcome = lab.db.write(&Actor::anonymous(), |tx| {
                let request = request("/users", "k", 1);
                idempotency::once(tx, &request, |_| Ok::<_, Error>(answer("hello")))
            });
            assert!(!outcome.unwrap().replayed);
        }
        assert_eq!(lab.count("idempotency_keys"), 0);
    }

    fn of_several_at_once_one_is_done(lab: &Lab) {
        let ann = lab.person("ann");
        let write = |db: &Database, request: &Request| {
            db.write(&actor(ann.id), |tx| begin(tx, request, "Alloys"))
        };
        at_once(lab, &request("/projects", "k", 1), &write);
        let write_serializable = |db: &Database, request: &Request| {
            db.write_serializable(&actor(ann.id), |tx| begin(tx, request, "Steels"))
        };
        at_once(lab, &request("/projects", "other", 1), &write_serializable);
        assert_eq!(lab.count("projects"), 2);
    }
}

type Write<'a> = &'a (dyn Fn(&Database, &Request) -> Result<Outcome, Error> + Sync);

fn at_once(lab: &Lab, request: &Request, write: Write<'_>) {
    let barrier = Barrier::new(8);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let one = || {
            barrier.wait();
            write(&lab.db, request).unwrap()
        };
        let racers: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| !outcome.replayed).count(), 1);
    assert!(outcomes.iter().all(|outcome| outcome.answer == outcomes[0].answer));
}

/// SQLite has one writer, so that nobody waits for a key there.
#[test]
fn whoever_waits_too_long_for_a_key_on_postgresql_is_told_so() {
    let lab = fixture(Backend::Postgres);
    let ann = lab.person("ann");
    let holds = lab.db.write(&actor(ann.id), |tx| {
        begin(tx, &request("/projects", "k", 1), "Alloys")?;
        // As another server would, while this one is still at it.
        let waits = std::thread::scope(|scope| {
            let other = || send(&lab, &ann, &request("/projects", "k", 1), "Alloys");
            scope.spawn(other).join().unwrap()
        });
        assert!(matches!(waits, Err(Error::KeyInUse)), "{waits:?}");
        Ok::<_, Error>(())
    });
    holds.unwrap();
    assert!(send(&lab, &ann, &request("/projects", "k", 1), "Alloys").unwrap().replayed);
}
