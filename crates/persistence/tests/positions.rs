//! Giving positions: in order, without gaps, once and for good, whoever writes meanwhile.

use crate::support::{Lab, Raw, lab as fixture, new_user, noon};
use chrono::TimeDelta;
use omicron_domain::{AsOf, Viewer};
use omicron_persistence::{Database, Error, Options, positions, users};
use omicron_tests::on_both;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ScopedJoinHandle;

fn sealed(lab: &Lab) -> Vec<String> {
    lab.values(
        "SELECT CAST(position AS TEXT) || ':' || CAST(seq AS TEXT) AS value
         FROM positions ORDER BY position",
    )
}

fn last(lab: &Lab) -> i64 {
    lab.db.read(Viewer::Nobody, positions::last_position).unwrap()
}

fn at(lab: &Lab, seconds: i64) -> i64 {
    let time = noon() + TimeDelta::seconds(seconds);
    lab.db.read(Viewer::Nobody, |view| positions::position_at(view, time)).unwrap()
}

/// Each position from 1 on, each event once, and nothing left to do.
fn assert_whole(lab: &Lab) {
    let events = lab.count("events");
    let whole = lab.values(
        "SELECT CAST(count(*) AS TEXT) || ' ' || CAST(count(DISTINCT seq) AS TEXT) || ' '
             || CAST(max(position) AS TEXT) AS value FROM positions",
    );
    assert_eq!(whole, [format!("{events} {events} {events}")]);
    assert_eq!(lab.count("unsealed"), 0);
}

/// Each subject's states follow each other without a gap, and one lasts.
fn assert_versions_follow(lab: &Lab) {
    let broken = "SELECT a.kind AS value FROM subject_versions a LEFT JOIN subject_versions b
                      ON b.kind = a.kind AND b.id = a.id AND b.from_position = a.to_position
                  WHERE (a.to_position IS NOT NULL AND b.kind IS NULL)";
    assert_eq!(lab.values(broken), [""; 0]);
    let lasting = lab.values(
        "SELECT CAST(count(*) AS TEXT) AS value FROM subject_versions WHERE to_position IS NULL",
    );
    let subjects = lab.values(
        "SELECT CAST(count(DISTINCT subject) AS TEXT) AS value FROM events
         WHERE subject NOT LIKE 'event:%'",
    );
    assert_eq!(lasting, subjects);
}

fn write_many(lab: &Lab, writer: usize) {
    for round in 0..25 {
        let user = lab.person(&format!("w{writer}-{round}"));
        lab.write(|tx| users::set_disabled(tx, user.id, true)).unwrap();
        let undone = lab.write(|tx| {
            users::set_disabled(tx, user.id, false)?;
            Err::<(), _>(Error::Gone)
        });
        undone.unwrap_err();
    }
}

/// Reads positions over and over: what was read once is read again, with more after it.
fn watch(lab: &Lab, done: &AtomicBool) {
    let mut before = Vec::new();
    while !done.load(Ordering::Relaxed) {
        let now = sealed(lab);
        assert_eq!(now[..before.len()], before);
        before = now;
    }
}

on_both! {
    fn events_get_their_positions_in_order_and_once(lab: &Lab) {
        assert_eq!((positions::seal(&lab.db).unwrap(), last(lab)), (0, 0));
        for name in ["ann", "bob", "eve"] {
            lab.person(name);
        }
        assert_eq!(last(lab), 0, "what is not sealed has no position");
        assert_eq!(positions::seal(&lab.db).unwrap(), 3);
        assert_eq!(positions::seal(&lab.db).unwrap(), 0);
        lab.person("joe");
        assert!(!lab.db.read(Viewer::Nobody, positions::is_sealed).unwrap());
        assert_eq!((positions::seal(&lab.db).unwrap(), last(lab)), (1, 4));
        assert!(lab.db.read(Viewer::Nobody, positions::is_sealed).unwrap());
        let seqs = lab.values("SELECT CAST(seq AS TEXT) AS value FROM events ORDER BY seq");
        let expected: Vec<String> =
            seqs.iter().zip(1..).map(|(seq, position)| format!("{position}:{seq}")).collect();
        assert_eq!(sealed(lab), expected);
        assert_whole(lab);
    }

    fn of_many_events_some_are_sealed_at_a_time(lab: &Lab) {
        for number in 0..5 {
            lab.person(&format!("u{number}"));
            lab.clock.advance(TimeDelta::seconds(1)); // else they would be taken for one transaction
        }
        let some = || lab.write(|tx| positions::seal_some(tx, 2)).unwrap();
        assert_eq!([some(), some(), some(), some()], [2, 2, 1, 0]);
        assert_whole(lab);
    }

    fn writers_and_sealers_at_once_leave_no_gap(lab: &Lab) {
        let (done, all) = (AtomicBool::new(false), Barrier::new(7));
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..4)
                .map(|number| {
                    let all = &all;
                    scope.spawn(move || {
                        all.wait();
                        write_many(lab, number);
                    })
                })
                .collect();
            for _ in 0..2 {
                scope.spawn(|| {
                    // As another process would, with connections of its own.
                    let db = Database::open(lab.test.url(), Options::default()).unwrap();
                    all.wait();
                    while !done.load(Ordering::Relaxed) {
                        positions::seal(&db).unwrap();
                    }
                });
            }
            scope.spawn(|| {
                all.wait();
                watch(lab, &done);
            });
            let outcomes: Vec<_> = writers.into_iter().map(ScopedJoinHandle::join).collect();
            done.store(true, Ordering::Relaxed);
            assert!(outcomes.iter().all(Result::is_ok));
        });
        positions::seal(&lab.db).unwrap();
        assert_eq!(lab.count("events"), 200);
        assert_whole(lab);
        assert_versions_follow(lab);
    }

    fn a_seal_that_is_rolled_back_leaves_nothing(lab: &Lab) {
        let ann = lab.person("ann");
        positions::seal(&lab.db).unwrap();
        lab.write(|tx| users::set_disabled(tx, ann.id, true)).unwrap();
        let crashed = lab.write(|tx| {
            assert_eq!(positions::seal_some(tx, 100)?, 1);
            Err::<(), _>(Error::Panicked)
        });
        crashed.unwrap_err();
        assert_eq!((last(lab), lab.count("unsealed")), (1, 1));
        assert_eq!(lab.count("subject_versions"), 1);
        assert_versions_follow_so_far(lab);
        assert_eq!(positions::seal(&lab.db).unwrap(), 1);
        assert_whole(lab);
        assert_versions_follow(lab);
    }

    fn positions_are_given_with_the_time_and_found_by_it(lab: &Lab) {
        lab.person("ann");
        lab.person("bob");
        positions::seal(&lab.db).unwrap();
        lab.clock.advance(TimeDelta::seconds(10));
        lab.person("eve");
        positions::seal(&lab.db).unwrap();
        assert_eq!([at(lab, -1), at(lab, 0), at(lab, 9), at(lab, 10), at(lab, 99)], [0, 2, 2, 3, 3]);
        let far = "9999-12-31T23:59:59-12:00".parse().unwrap();
        let meant = |as_of| lab.db.read(Viewer::Nobody, |view| positions::resolve(view, as_of)).unwrap();
        assert_eq!(meant(far), None);
        assert_eq!([meant(AsOf::Now), meant(AsOf::Position(3))], [Some(3), Some(3)]);
        assert_eq!([meant(AsOf::Position(0)), meant(AsOf::Position(4))], [Some(0), None]);
        assert_eq!(meant(AsOf::Time(noon())), Some(2));
        assert_eq!(meant(AsOf::Time(noon() + TimeDelta::seconds(11))), None);
        let AsOf::Time(far) = far else { unreachable!() };
        let last = lab.db.read(Viewer::Nobody, |view| positions::position_at(view, far));
        assert_eq!(last.unwrap(), 3);
    }

    fn times_of_positions_never_run_backwards(lab: &Lab) {
        lab.person("ann");
        positions::seal(&lab.db).unwrap();
        lab.clock.advance(TimeDelta::seconds(-60));
        lab.person("bob");
        positions::seal(&lab.db).unwrap();
        lab.clock.advance(TimeDelta::seconds(120));
        lab.person("eve");
        positions::seal(&lab.db).unwrap();
        assert_eq!([at(lab, -60), at(lab, -1), at(lab, 0), at(lab, 59), at(lab, 60)], [0, 0, 2, 2, 3]);
        let backwards = "SELECT 'x' AS value FROM positions a JOIN positions b
                             ON a.position < b.position AND a.sealed_at > b.sealed_at";
        assert_eq!(lab.values(backwards), [""; 0]);
    }

    fn a_position_vouches_for_the_whole_row(lab: &Lab) {
        lab.person("ann");
        lab.person("bob");
        positions::seal(&lab.db).unwrap();
        let leaf = if lab.db.is_embedded() { "hex(leaf)" } else { "encode(leaf, 'hex')" };
        let leaves = lab.values(&format!("SELECT {leaf} AS value FROM positions ORDER BY position"));
        assert_eq!(leaves.len(), 2);
        assert!(leaves.iter().all(|leaf| leaf.len() == 64));
        assert_ne!(leaves[0], leaves[1]);
    }
}

/// As [`assert_versions_follow`], where some events have no position yet.
fn assert_versions_follow_so_far(lab: &Lab) {
    let lasting = lab.values(
        "SELECT CAST(from_position AS TEXT) AS value FROM subject_versions WHERE to_position IS NULL",
    );
    assert_eq!(lasting, ["1"]);
}

/// SQLite has one writer: there, no number is taken before one that is committed later.
#[test]
fn what_is_committed_late_gets_a_later_position() {
    let lab = &fixture(omicron_tests::Backend::Postgres);
    let (begun, sealed_once) = (Barrier::new(2), Barrier::new(2));
    std::thread::scope(|scope| {
        let late = scope.spawn(|| {
            lab.write(|tx| {
                let ann = users::create(tx, &new_user("ann"))?;
                begun.wait();
                sealed_once.wait();
                Ok(ann)
            })
        });
        begun.wait();
        lab.person("bob");
        positions::seal(&lab.db).unwrap();
        let before = sealed(lab);
        assert_eq!(before, ["1:2"]);
        sealed_once.wait();
        late.join().unwrap().unwrap();
    });
    positions::seal(&lab.db).unwrap();
    assert_eq!(sealed(lab), ["1:2", "2:1"]);
    assert_whole(lab);
    assert_versions_follow(lab);
}

#[test]
fn who_finds_another_at_it_goes_away_at_once() {
    let lab = &fixture(omicron_tests::Backend::Postgres);
    lab.person("ann");
    let mut raw = Raw::connect(lab.test.url());
    let lock = "pg_advisory_xact_lock(hashtext('omicron positions'), hashtext(current_schema()))";
    raw.execute(&format!("BEGIN; SELECT {lock}")).unwrap();
    assert_eq!((positions::seal(&lab.db).unwrap(), last(lab)), (0, 0));
    raw.execute("ROLLBACK").unwrap();
    assert_eq!((positions::seal(&lab.db).unwrap(), last(lab)), (1, 1));
}
