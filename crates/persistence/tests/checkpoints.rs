//! Checkpoints: signed, kept, handed from key to key, and never of another journal.

use crate::ledger::{key, note, public};
use crate::support::{Lab, lab as fixture, noon};
use chrono::TimeDelta;
use omicron_domain::{Page, Viewer};
use omicron_persistence::{Engine, EngineOptions, Error, checkpoints, positions};
use omicron_tests::on_both;
use std::sync::Arc;
use std::time::{Duration, Instant};

on_both! {
    fn what_has_positions_is_signed_once_and_read_again(lab: &Lab) {
        lab.introduce(&key(1));
        let first = lab.signed("a", 3, &key(1));
        assert_eq!((first.id, first.size, first.signed_at), (1, 3, noon() + TimeDelta::seconds(1)));
        let said = note(&first);
        let said = said.verify(&[public(1)]).unwrap();
        assert_eq!((said.origin.as_str(), said.size), ("lab.example.org/journal", 3));
        assert_eq!(said.time, "2026-11-24T12:00:01.123456Z");
        let root = lab.db.read(Viewer::Nobody, |view| positions::root(view, 3)).unwrap();
        assert_eq!(said.root, root);
        assert_eq!(lab.write(|tx| checkpoints::sign(tx, &key(1))).unwrap(), None);
        lab.events("b", 1);
        assert!(lab.db.read(Viewer::Nobody, checkpoints::is_signed).unwrap(), "not sealed yet");
        let second = lab.sign(&key(1));
        assert_eq!((second.id, second.size), (2, 4));
        let (all, one) = lab.db.read(Viewer::Nobody, |view| {
            Ok::<_, Error>((checkpoints::list(view, Page::default())?, checkpoints::of_size(view, 3)?))
        }).unwrap();
        assert_eq!(all, [first.clone(), second.clone()]);
        assert_eq!((one, lab.latest()), (Some(first), second));
    }

    fn times_of_checkpoints_never_run_backwards(lab: &Lab) {
        lab.introduce(&key(1));
        let first = lab.signed("a", 1, &key(1));
        lab.clock.advance(TimeDelta::seconds(-60));
        assert_eq!(lab.signed("b", 1, &key(1)).signed_at, first.signed_at);
    }

    fn only_the_first_key_is_the_journals_until_it_gives_way(lab: &Lab) {
        let other = |result: Result<(), Error>| {
            assert!(matches!(result, Err(Error::OtherKey { .. })), "{result:?}");
        };
        other(lab.write(|tx| checkpoints::sign(tx, &key(1)).map(drop)));
        lab.introduce(&key(1));
        lab.introduce(&key(1));
        other(lab.write(|tx| checkpoints::introduce(tx, key(2).verifier())));
        lab.signed("a", 2, &key(1));
        other(lab.write(|tx| checkpoints::sign(tx, &key(2)).map(drop)));
        other(lab.write(|tx| checkpoints::rotate(tx, &key(2), &key(3)).map(drop)));

        let handed = lab.write(|tx| checkpoints::rotate(tx, &key(1), &key(2))).unwrap();
        assert_eq!((handed.id, handed.size), (2, 2));
        for keys in [vec![public(1)], vec![public(2)]] {
            assert_eq!(note(&handed).verify(&keys).unwrap().size, 2);
        }
        assert_eq!(note(&handed).signers(&[public(2), public(1)]).unwrap().len(), 2);
        other(lab.write(|tx| checkpoints::sign(tx, &key(1)).map(drop)));
        other(lab.write(|tx| checkpoints::introduce(tx, key(1).verifier())));
        for used in [1, 2] {
            let again = lab.write(|tx| checkpoints::rotate(tx, &key(2), &key(used)));
            assert!(matches!(again, Err(Error::KeyUsed(_))), "{again:?}");
        }
        let next = lab.signed("b", 1, &key(2));
        assert!(note(&next).verify(&[public(1)]).is_err());
        let keys = lab.db.read(Viewer::Nobody, checkpoints::keys).unwrap();
        assert_eq!(keys, [public(1), public(2)]);
        for kept in lab.db.read(Viewer::Nobody, |view| checkpoints::list(view, Page::default())).unwrap() {
            note(&kept).verify(&keys).unwrap();
        }
    }

    fn a_key_can_give_way_before_anything_has_happened(lab: &Lab) {
        lab.introduce(&key(1));
        let handed = lab.write(|tx| checkpoints::rotate(tx, &key(1), &key(2))).unwrap();
        assert_eq!(handed.size, 0);
        lab.signed("a", 1, &key(2));
    }

    fn a_journal_that_was_cut_or_changed_gets_no_signature(lab: &Lab) {
        lab.introduce(&key(1));
        let first = lab.signed("a", 3, &key(1));
        let mut raw = lab.owner();
        raw.execute("DELETE FROM positions WHERE position = 3").unwrap();
        let forked = |lab: &Lab| {
            for result in [
                lab.write(|tx| checkpoints::sign(tx, &key(1)).map(drop)),
                lab.write(|tx| checkpoints::rotate(tx, &key(1), &key(2)).map(drop)),
            ] {
                assert!(matches!(result, Err(Error::Forked(1))), "{result:?}");
            }
        };
        forked(lab);
        // Another event in its place is no better, and nor is one more.
        lab.events("b", 2);
        positions::seal(&lab.db).unwrap();
        forked(lab);
        assert_eq!(lab.latest(), first);
    }

    fn the_engine_signs_what_it_has_sealed(lab: &Lab) {
        lab.introduce(&key(1));
        let options = EngineOptions {
            seal_after: Some(Duration::from_millis(10)),
            signing_key: Some(Arc::new(key(1))),
            ..EngineOptions::default()
        };
        let _engine = Engine::start(lab.db.clone(), options).unwrap();
        lab.events("a", 3);
        let begun = Instant::now();
        let signed = || lab.db.read(Viewer::Nobody, |view| checkpoints::of_size(view, 3)).unwrap();
        while signed().is_none() {
            assert!(begun.elapsed() < Duration::from_mins(1), "nothing was signed");
            std::thread::yield_now();
        }
    }

    fn an_engine_with_another_key_seals_and_signs_nothing(lab: &Lab) {
        lab.introduce(&key(1));
        lab.events("a", 3);
        let options =
            EngineOptions { signing_key: Some(Arc::new(key(2))), ..EngineOptions::default() };
        let _engine = Engine::start(lab.db.clone(), options).unwrap();
        let begun = Instant::now();
        while lab.db.read(Viewer::Nobody, positions::last_position).unwrap() < 3 {
            assert!(begun.elapsed() < Duration::from_mins(1), "nothing was sealed");
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(lab.count("checkpoints"), 0);
    }
}
