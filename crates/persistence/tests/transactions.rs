//! Units of work: all of it or nothing, alone or against others.

use crate::support::{Lab, lab as fixture, new_project, new_user, parsed};
use omicron_domain::{Actor, MemberRole, Page, UserFilter, UserId, Viewer};
use omicron_persistence::{Database, Error, Options, projects, users};
use omicron_tests::on_both;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

fn people(lab: &Lab) -> Option<i64> {
    let all = lab
        .db
        .read(Viewer::Nobody, |view| users::list(view, &UserFilter::default(), Page::default()));
    all.unwrap().total
}

fn administrator(name: &str) -> omicron_domain::NewUser {
    omicron_domain::NewUser { administrator: true, ..new_user(name) }
}

#[derive(Debug)]
enum Rule {
    LastAdministrator,
    Database(Error),
}

impl From<Error> for Rule {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl omicron_persistence::Failure for Rule {
    fn database(&self) -> Option<&Error> {
        match self {
            Self::Database(error) => Some(error),
            Self::LastAdministrator => None,
        }
    }
}

fn disable_if_another_is_left(lab: &Lab, id: UserId, both: &Barrier) -> Result<(), Rule> {
    let attempts = AtomicUsize::new(0);
    lab.db.write_serializable(&Actor::command_line(), |tx| {
        if users::count_administrators(tx.view())? < 2 {
            return Err(Rule::LastAdministrator);
        }
        // On PostgreSQL, both have counted two by now. SQLite lets one in at a time.
        if attempts.fetch_add(1, Ordering::Relaxed) == 0 && !lab.db.is_embedded() {
            both.wait();
        }
        users::set_disabled(tx, id, true)?;
        Ok(())
    })
}

on_both! {
    fn an_error_undoes_all_of_the_work(lab: &Lab) {
        let outcome: Result<(), Error> = lab.write(|tx| {
            let ann = users::create(tx, &new_user("ann"))?;
            projects::create(tx, &new_project("Alloys", ann.id, &[]))?;
            Err(Error::Gone)
        });
        assert!(matches!(outcome, Err(Error::Gone)));
        assert_eq!((people(lab), lab.count("projects"), lab.count("events")), (Some(0), 0, 0));
    }

    fn the_work_sees_what_it_has_done(lab: &Lab) {
        let seen = lab.write(|tx| {
            let ann = users::create(tx, &new_user("ann"))?;
            projects::create(tx, &new_project("Alloys", ann.id, &[]))?;
            projects::find(tx.view(), &"alloys".parse().unwrap())
        });
        assert_eq!(seen.unwrap().unwrap().owner.username, parsed("ann"));
    }

    fn a_panic_undoes_the_work_and_harms_nobody(lab: &Lab) {
        for number in 0..20 {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                lab.write(|tx| -> Result<(), Error> {
                    users::create(tx, &new_user("ann"))?;
                    panic!("on purpose");
                })
            }));
            assert!(panicked.is_err());
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                lab.db.read(Viewer::Nobody, |_| -> Result<(), Error> { panic!("on purpose") })
            }));
            assert!(panicked.is_err());
            lab.person(&format!("u{number}"));
        }
        assert_eq!((people(lab), lab.count("events")), (Some(20), 20));
    }

    fn an_error_that_was_swallowed_never_passes_for_a_success(lab: &Lab) {
        lab.person("ann");
        let outcome = lab.write(|tx| {
            users::create(tx, &new_user("bob"))?;
            let _ = users::create(tx, &new_user("ANN"));
            Ok(())
        });
        // SQLite undoes the one statement, PostgreSQL all of them: either way no one is lied to.
        let expected = if outcome.is_ok() { 2 } else { 1 };
        assert_eq!(people(lab), Some(expected), "{outcome:?}");
    }

    fn of_the_last_two_administrators_one_stays(lab: &Lab) {
        let made = ["a1", "a2"].map(|name| {
            lab.write(|tx| users::create(tx, &administrator(name))).unwrap().id
        });
        let both = Barrier::new(2);
        let outcomes = std::thread::scope(|scope| {
            made.map(|id| scope.spawn({
                let both = &both;
                move || disable_if_another_is_left(lab, id, both)
            }))
            .map(|thread| thread.join().unwrap())
        });
        let lost = outcomes.iter().filter(|one| matches!(one, Err(Rule::LastAdministrator)));
        assert_eq!(lost.count(), 1, "{outcomes:?}");
        assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
        assert_eq!(lab.db.read(Viewer::Nobody, users::count_administrators).unwrap(), 1);
    }

    fn changes_of_one_project_leave_a_true_history(lab: &Lab) {
        let ann = lab.person("ann");
        let id = lab.project("Alloys", &ann, &[]).project.id;
        let others: Vec<UserId> =
            (0..12).map(|number| lab.person(&format!("u{number}")).id).collect();
        std::thread::scope(|scope| {
            for chunk in others.chunks(3) {
                scope.spawn(move || {
                    for member in chunk {
                        lab.write(|tx| projects::add_member(tx, id, *member, MemberRole::Member)).unwrap();
                    }
                });
            }
        });
        let events = lab.db.read(Viewer::Everything, |view| {
            omicron_persistence::events_of(view, id, 0)
        });
        let last = events.unwrap().pop().unwrap().payload.unwrap();
        let place = |id: &UserId| last.find(&format!("\"role\":\"member\",\"user\":{id}}}"));
        let places: Vec<_> = others.iter().map(place).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{last}");
    }

    fn a_delete_and_those_who_join_meanwhile_do_not_trip(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        for round in 0..10 {
            let id = lab.project(&format!("p{round}"), &ann, &[]).project.id;
            std::thread::scope(|scope| {
                let join = scope.spawn(|| lab.write(|tx| projects::add_member(tx, id, bob.id, MemberRole::Member)));
                lab.write(|tx| projects::delete(tx, id)).unwrap();
                let joined = join.join().unwrap();
                assert!(matches!(joined, Ok(_) | Err(Error::Gone)), "{joined:?}");
            });
        }
        assert_eq!(lab.count("project_members"), 0);
    }
}

#[test]
fn a_database_in_memory_survives_failures_and_panics() {
    let db = Database::create("sqlite://", Options::default()).unwrap();
    let actor = Actor::command_line();
    db.write(&actor, |tx| users::create(tx, &new_user("ann"))).unwrap();
    let _ = catch_unwind(AssertUnwindSafe(|| {
        db.write(&actor, |_| -> Result<(), Error> { panic!("on purpose") })
    }));
    let _ = catch_unwind(AssertUnwindSafe(|| {
        db.read(Viewer::Nobody, |_| -> Result<(), Error> { panic!("on purpose") })
    }));
    let taken = db.write(&actor, |tx| users::create(tx, &new_user("ann")));
    assert!(matches!(taken, Err(Error::UsernameTaken)), "{taken:?}");
}

#[test]
fn a_pool_of_which_others_hold_all_is_overloaded() {
    let patience = std::time::Duration::from_millis(50);
    let options = Options { connections: 1, patience, ..Options::default() };
    let db = Database::create("sqlite://", options).unwrap();
    let outcome = db.read(Viewer::Nobody, |_| db.read(Viewer::Nobody, users::count_administrators));
    assert!(matches!(outcome, Err(Error::Overloaded)), "{outcome:?}");
}
