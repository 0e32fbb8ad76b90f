//! A journal in which nothing was changed: nothing is wrong with it, whatever happens meanwhile.

use crate::journal::changes;
use crate::ledger::{elsewhere, key, public};
use crate::support::{Lab, lab as fixture};
use omicron_persistence::audit::Expected;
use omicron_persistence::{audit, positions};
use omicron_tests::on_both;
use std::sync::atomic::{AtomicBool, Ordering};

fn sound(lab: &Lab, expected: &Expected) -> audit::Report {
    let report = lab.verify(expected);
    assert_eq!(
        report.faults,
        [],
        "{}",
        report.faults.first().map_or(String::new(), ToString::to_string)
    );
    report
}

on_both! {
    fn nothing_is_wrong_with_an_empty_journal(lab: &Lab) {
        let report = sound(lab, &Expected::default());
        assert_eq!((report.positions, report.checkpoints, report.signed), (0, 0, 0));
    }

    fn what_was_erased_shows_as_erased_and_all_else_verifies(lab: &Lab) {
        lab.ledger();
        let size = lab.latest().size;
        let report = sound(lab, &Expected::default());
        assert_eq!((report.positions, report.signed, report.waiting), (size, size, 0));
        assert_eq!((report.erased, report.checkpoints), (1, 4));
    }

    fn what_is_not_signed_yet_and_what_waits_is_told(lab: &Lab) {
        lab.ledger();
        let size = lab.latest().size;
        lab.events("d", 3);
        positions::seal(&lab.db).unwrap();
        lab.events("e", 2);
        let report = sound(lab, &Expected::default());
        assert_eq!((report.positions, report.signed, report.waiting), (size + 3, size, 2));
    }

    fn a_journal_is_held_against_keys_and_checkpoints_from_elsewhere(lab: &Lab) {
        lab.introduce(&key(1));
        let early = lab.signed("a", 3, &key(1));
        lab.write(|tx| omicron_persistence::checkpoints::rotate(tx, &key(1), &key(2))).unwrap();
        let late = lab.signed("b", 3, &key(2));
        for kept in [&early, &late] {
            let report = sound(lab, &elsewhere(kept));
            assert_eq!(report.checkpoints, 4);
        }
        // The new key vouches for all, the old one not for what came after it.
        let keys = |keys| Expected { keys, ..elsewhere(&early) };
        assert_eq!(sound(lab, &keys(vec![public(2)])).signed, 6);
        sound(lab, &keys(vec![public(1), public(2)]));
        let report = lab.verify(&keys(vec![public(1)]));
        assert_eq!((report.faults.len(), report.signed), (1, 3));
        assert_eq!(report.faults[0].to_string(), "checkpoint 3: none of the known keys signed it");
    }

    fn all_kinds_of_events_verify(lab: &Lab) {
        for (.., change) in changes() {
            lab.write(change).unwrap();
        }
        lab.introduce(&key(1));
        lab.sign(&key(1));
        let report = sound(lab, &Expected::default());
        assert!(report.positions > 20, "{report:?}");
    }

    fn nothing_is_wrong_while_others_write_seal_and_sign(lab: &Lab) {
        lab.introduce(&key(1));
        lab.signed("first", 300, &key(1));
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0.. {
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                    lab.signed(&format!("r{round}"), 60, &key(1));
                }
            });
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                for _ in 0..8 {
                    sound(lab, &Expected::default());
                }
            }));
            done.store(true, Ordering::Relaxed);
            outcome.unwrap();
        });
        sound(lab, &Expected::default());
    }

    fn how_far_it_has_come_is_told(lab: &Lab) {
        lab.ledger();
        let told = std::cell::RefCell::new(vec![]);
        audit::verify(&lab.db, &Expected::default(), |at, last| told.borrow_mut().push((at, last))).unwrap();
        let size = lab.latest().size;
        assert_eq!(told.into_inner(), [(size, size)]);
    }
}
