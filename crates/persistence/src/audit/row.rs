//! What can be seen of a position by itself.

use super::Fault;
use super::part::{Event, Placed};
use crate::journal;
use crate::positions::leaf::versioned;
use omicron_tlog::{Entry, Hash, hex};

/// How long a salt is.
const SALT: usize = 16;

impl Placed {
    /// Whether its event has left a state that can be travelled to.
    pub(super) fn is_version(&self) -> bool {
        self.event.as_ref().is_some_and(|event| versioned(&event.subject).is_some())
    }

    /// What is wrong with it.
    pub(super) fn fault(&mut self) -> Option<Fault> {
        let (position, seq) = (self.position, self.seq);
        let Some(event) = self.event.take() else {
            return Some(Fault::EventMissing { position, seq });
        };
        let payload_hash = event.payload_hash.clone();
        if self.leaf_of(event) != Some(self.leaf) {
            return Some(Fault::EventChanged { position, seq });
        }
        match &self.payload {
            Some((salt, text))
                if salt.len() != SALT || journal::hash(salt, text) != payload_hash =>
            {
                Some(Fault::PayloadChanged { position, seq })
            }
            None if !self.erased => Some(Fault::PayloadMissing { position, seq }),
            _ => None,
        }
    }

    /// The leaf that its event should have here; `None` of one that no leaf can be made of.
    fn leaf_of(&self, event: Event) -> Option<Hash> {
        let entry = Entry {
            position: self.position,
            sealed_at: self.sealed_at.clone(),
            seq: event.seq,
            at: event.at?,
            actor: event.actor,
            credential: event.credential,
            request_id: event.request_id,
            action: event.action,
            project: event.project,
            subject: event.subject,
            payload_hash: hex(&event.payload_hash),
            format: event.format.try_into().ok()?,
        };
        entry.leaf().ok()
    }
}
