//! What is proven of the journal to those who have its public key alone.

use crate::records::{four, place, titled};
use crate::support::{Lab, assert_refused, lab as fixture};
use omicron_auth::Caller;
use omicron_persistence::checkpoints;
use omicron_service::Error;
use omicron_service::checkpoints::consistency;
use omicron_service::records::{self, Location};
use omicron_tests::on_both;
use omicron_tlog::{Checked, Proof, SigningKey};

fn key() -> SigningKey {
    SigningKey::new("lab.example.org/journal", [7; 32]).unwrap()
}

fn checked(proof: &Proof) -> Checked {
    proof.check(&[key().verifier().clone()]).unwrap()
}

impl Lab {
    /// Signs all that has happened; how many positions that is.
    fn signed(&self) -> i64 {
        self.sealed();
        let sign = |tx: &mut omicron_persistence::Transaction<'_>| {
            checkpoints::introduce(tx, key().verifier())?;
            checkpoints::sign(tx, &key())
        };
        self.prepare(sign).unwrap().size
    }

    fn proof(&self, by: &Caller, at: &Location, version: Option<i64>) -> Result<Proof, Error> {
        self.read(by, |view| records::proof(view, at, version))
    }
}

on_both! {
    fn a_version_of_a_record_is_proven_once_a_checkpoint_vouches_for_it(lab: &Lab) {
        let (id, [ann, _, carl, eve]) = four(lab);
        let at = place(id, &lab.begin_record(&ann, id, &titled("Ingot")).unwrap());
        assert_refused!(lab.proof(&carl, &at, None), Error::Unsigned);
        lab.sealed();
        assert_refused!(lab.proof(&carl, &at, None), Error::Unsigned);
        lab.signed();
        lab.change_record(&ann, &at, &titled("Bar")).unwrap();
        let action = |version| {
            let proof = lab.proof(&carl, &at, version)?;
            let Checked::Inclusion { entry, payload, .. } = checked(&proof) else { panic!("{proof:?}") };
            assert_eq!(entry.subject, format!("sample:{}", at.id));
            Ok((entry.action, payload.is_some()))
        };
        assert_eq!(action(Some(1)).unwrap(), ("record.created".to_owned(), true));
        assert_refused!(action(Some(2)), Error::Unsigned);
        assert_refused!(action(None), Error::Unsigned);
        lab.signed();
        for version in [Some(2), None] {
            assert_eq!(action(version).unwrap(), ("record.changed".to_owned(), true));
        }
        for missing in [0, -1, 3] {
            assert_refused!(action(Some(missing)), Error::NotFound("version"));
        }
        assert_refused!(lab.proof(&eve, &at, None), Error::NotFound("sample"));
    }

    fn between_two_checkpoints_the_journal_was_only_added_to(lab: &Lab) {
        let (id, [ann, .., eve]) = four(lab);
        let first = lab.signed();
        lab.begin_record(&ann, id, &titled("Ingot")).unwrap();
        lab.begin_record(&ann, id, &titled("Bar")).unwrap();
        let second = lab.signed();
        // Its checkpoints are no secret.
        let proven = |from, to| lab.read(&eve, |view| consistency(view, from, to));
        let Checked::Consistency { first: old, second: new } = checked(&proven(first, second).unwrap()) else {
            panic!()
        };
        assert_eq!((i64::try_from(old.size), i64::try_from(new.size)), (Ok(first), Ok(second)));
        for (from, to) in [(first, second - 1), (first - 1, second), (second, second + 1)] {
            assert_refused!(proven(from, to), Error::NotFound("checkpoint"));
        }
    }
}
