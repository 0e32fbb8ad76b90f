//! A journal that is sealed and signed, for the tests of what vouches for it.

use crate::support::{Lab, Raw, actor, new_user, noon};
use chrono::TimeDelta;
use omicron_domain::{UserId, Viewer};
use omicron_persistence::audit::{Expected, Report};
use omicron_persistence::checkpoints::KeptCheckpoint;
use omicron_persistence::{audit, checkpoints, positions, users};
use omicron_tlog::{SignedCheckpoint, SigningKey, VerifierKey};

/// The journal's tables, for `IN`.
const JOURNAL: &str = "'events', 'event_payloads', 'positions', 'tree_nodes', 'checkpoints',
                       'checkpoint_keys', 'unsealed', 'subject_versions'";

/// A key of the journal's name.
pub fn key(seed: u8) -> SigningKey {
    SigningKey::new("lab.example.org/journal", [seed; 32]).unwrap()
}

pub fn public(seed: u8) -> VerifierKey {
    key(seed).verifier().clone()
}

/// Some hundred, unless `OMICRON_LEDGER` says how many events the whole journal is to have.
fn last_part() -> i64 {
    std::env::var("OMICRON_LEDGER").map_or(100, |all| all.parse::<i64>().unwrap() - 450)
}

impl Lab {
    /// Writes so many events, of a moment each.
    pub fn events(&self, name: &str, count: i64) {
        let (who, count) = (actor(), usize::try_from(count).unwrap());
        self.write(|tx| {
            for (number, micros) in (0..count).zip(1..) {
                let moment = self.clock_now() + TimeDelta::microseconds(micros);
                users::create(
                    &mut tx.on_behalf(&who, moment),
                    &new_user(&format!("{name}-{number}")),
                )?;
            }
            Ok(())
        })
        .unwrap();
        self.clock.advance(TimeDelta::seconds(1));
    }

    fn clock_now(&self) -> chrono::DateTime<chrono::Utc> {
        self.db.clock().now()
    }

    pub fn introduce(&self, key: &SigningKey) {
        self.write(|tx| checkpoints::introduce(tx, key.verifier())).unwrap();
    }

    /// Seals what waits and signs it.
    pub fn sign(&self, key: &SigningKey) -> KeptCheckpoint {
        positions::seal(&self.db).unwrap();
        self.write(|tx| checkpoints::sign(tx, key)).unwrap().expect("there is something to sign")
    }

    /// As [`events`](Self::events), sealed and signed.
    pub fn signed(&self, name: &str, count: i64, key: &SigningKey) -> KeptCheckpoint {
        self.events(name, count);
        self.sign(key)
    }

    /// A journal of more than two complete nodes, in which someone is made unknown, with four
    /// checkpoints, the third of which changes the key from the first to the second.
    pub fn ledger(&self) {
        assert_eq!(self.db.clock().now(), noon());
        self.introduce(&key(1));
        self.signed("a", 250, &key(1));
        self.signed("b", 200, &key(1));
        self.clock.advance(TimeDelta::seconds(1));
        self.write(|tx| checkpoints::rotate(tx, &key(1), &key(2))).unwrap();
        self.write(|tx| users::anonymise(tx, UserId(3))).unwrap();
        self.signed("c", last_part(), &key(2));
    }

    pub fn verify(&self, expected: &Expected) -> Report {
        audit::verify(&self.db, expected, |_, _| ()).unwrap()
    }

    /// A connection of the database's owner, whom no trigger, check or reference stops.
    pub fn owner(&self) -> Raw {
        let mut raw = Raw::connect(self.test.url());
        let disarm = if self.db.is_embedded() {
            let found = raw.values(&format!(
                "SELECT 'DROP TRIGGER ' || name || ';' AS value FROM sqlite_master
                 WHERE type = 'trigger' AND tbl_name IN ({JOURNAL})"
            ));
            let pragmas = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;";
            format!("{pragmas} {}", found.concat())
        } else {
            let found = raw.values(&format!(
                "SELECT 'ALTER TABLE ' || relname || ' DISABLE TRIGGER ALL;' AS value FROM pg_class
                 WHERE relkind = 'r' AND relname IN ({JOURNAL})"
            ));
            format!(
                "{} ALTER TABLE tree_nodes DROP CONSTRAINT IF EXISTS tree_nodes_level",
                found.concat()
            )
        };
        raw.execute(&disarm).unwrap();
        raw
    }

    pub fn latest(&self) -> KeptCheckpoint {
        self.db.read(Viewer::Nobody, checkpoints::latest).unwrap().unwrap()
    }
}

pub fn note(kept: &KeptCheckpoint) -> SignedCheckpoint {
    kept.note.parse().unwrap()
}

/// What one holds who kept a checkpoint elsewhere.
pub fn elsewhere(kept: &KeptCheckpoint) -> Expected {
    Expected { keys: vec![], checkpoints: vec![note(kept)] }
}
