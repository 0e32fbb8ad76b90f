//! A receiver that keeps what it gets, and what must be true of that.

use crate::support::position;
use omicron_webhooks::Letter;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a receiver has got: ids and bodies in the order in which they came.
#[derive(Default)]
pub struct Receiver {
    came: Vec<(String, String, i64, String)>,
}

impl Receiver {
    pub fn get(&mut self, letter: &Letter) {
        let subject = letter.delivery().subject.clone();
        let (id, body) = (letter.id().to_owned(), letter.body().to_owned());
        self.came.push((id, body, position(letter), subject));
    }

    /// How many came, what came twice counted twice.
    pub fn count(&self) -> usize {
        self.came.len()
    }

    /// Checks that all events of these positions came and nothing else, what happened to one thing in its
    /// order, and that what came twice is the same.
    pub fn check(self, expected: &[i64]) -> Result<(), TestCaseError> {
        let came = self.came;
        let arrived: BTreeSet<i64> = came.iter().map(|one| one.2).collect();
        prop_assert_eq!(arrived, expected.iter().copied().collect());
        let mut bodies = HashMap::new();
        let mut first: BTreeMap<String, i64> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (id, body, position, subject) in came {
            prop_assert_eq!(&id, &format!("evt_{position}"));
            prop_assert_eq!(bodies.entry(id.clone()).or_insert(body.clone()), &body);
            if seen.insert(id) {
                let before = first.insert(subject, position).unwrap_or_default();
                prop_assert!(before < position, "{} after {}", position, before);
            }
        }
        Ok(())
    }
}
