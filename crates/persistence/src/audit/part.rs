//! A part of the journal, as it is looked at.

use super::Fault;
use crate::positions::leaf::{Row, hex, leaf_of};
use crate::positions::tree::hash_of;
use crate::tables::{event_payloads, events, positions, tree_nodes};
use crate::{Error, View};
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;
use omicron_domain::{Action, Subject};
use omicron_tlog::{Hash, Payload};
use std::collections::HashMap;

pub(super) struct Part {
    pub(super) last: i64,
    pub(super) rows: Vec<Placed>,
    /// The nodes of the tree that these positions complete, by level and number.
    pub(super) nodes: HashMap<(u8, u64), Hash>,
}

/// A position and what stands there.
pub(super) struct Placed {
    pub(super) position: i64,
    seq: i64,
    pub(super) leaf: Hash,
    pub(super) sealed_at: NaiveDateTime,
    event: Option<Row>,
    payload: Option<(Vec<u8>, String)>,
    /// Whether an event says that the payload was erased.
    pub(super) erased: bool,
}

impl Placed {
    pub(super) fn is_version(&self) -> bool {
        self.event.as_ref().is_some_and(|event| event.versioned().is_some())
    }

    /// What is wrong with it by itself.
    pub(super) fn fault(&self) -> Result<Option<Fault>, Error> {
        let (position, seq) = (self.position, self.seq);
        let Some(event) = &self.event else {
            return Ok(Some(Fault::EventMissing { position, seq }));
        };
        if leaf_of(&event.entry(position, self.sealed_at))? != self.leaf {
            return Ok(Some(Fault::EventChanged { position, seq }));
        }
        Ok(match &self.payload {
            Some((salt, text)) if !is_of(event, salt, text) => {
                Some(Fault::PayloadChanged { position, seq })
            }
            None if !self.erased => Some(Fault::PayloadMissing { position, seq }),
            _ => None,
        })
    }
}

fn is_of(event: &Row, salt: &[u8], text: &str) -> bool {
    let payload = Payload { salt: hex(salt), text: text.to_owned() };
    payload.hash().is_ok_and(|hash| hash == hex(&event.payload_hash))
}

/// What stands after position `from`, up to `to`.
pub(super) fn load(view: &mut View<'_>, from: i64, to: i64) -> Result<Part, Error> {
    let here = positions::position.gt(from).and(positions::position.le(to));
    let placed: Vec<(i64, i64, Vec<u8>, NaiveDateTime)> = positions::table
        .filter(here)
        .order(positions::position)
        .select((positions::position, positions::seq, positions::leaf, positions::sealed_at))
        .load(view.connection)?;
    let seqs = || positions::table.filter(here).select(positions::seq);
    let events: Vec<Row> = events::table
        .filter(events::seq.eq_any(seqs()))
        .select(Row::as_select())
        .load(view.connection)?;
    let mut events: HashMap<i64, Row> = events.into_iter().map(|row| (row.seq, row)).collect();
    let payloads: Vec<(i64, Vec<u8>, String)> = event_payloads::table
        .filter(event_payloads::seq.eq_any(seqs()))
        .select((event_payloads::seq, event_payloads::salt, event_payloads::payload))
        .load(view.connection)?;
    let mut payloads: HashMap<i64, (Vec<u8>, String)> =
        payloads.into_iter().map(|(seq, salt, text)| (seq, (salt, text))).collect();
    let mut rows = Vec::with_capacity(placed.len());
    for (position, seq, leaf, sealed_at) in placed {
        let (event, payload) = (events.remove(&seq), payloads.remove(&seq));
        let erased = payload.is_none() && is_said_to_be_erased(view, seq)?;
        // A leaf that is none is surely not the one of its event.
        let leaf = hash_of(&leaf).unwrap_or(Hash::EMPTY);
        rows.push(Placed { position, seq, leaf, sealed_at, event, payload, erased });
    }
    Ok(Part { last: to, rows, nodes: nodes(view, from, to)? })
}

fn is_said_to_be_erased(view: &mut View<'_>, seq: i64) -> Result<bool, Error> {
    let said = events::table
        .filter(events::subject.eq(Subject::Event(seq).to_string()))
        .filter(events::action.eq(Action::PayloadErased.as_str()));
    Ok(diesel::select(exists(said)).get_result(view.connection)?)
}

/// The nodes of each level that end after position `from`, up to `to`.
fn nodes(view: &mut View<'_>, from: i64, to: i64) -> Result<HashMap<(u8, u64), Hash>, Error> {
    let mut found = HashMap::new();
    let mut leaves = 256_i64;
    for level in 1_u8..=7 {
        let (first, end) = (from / leaves, to / leaves);
        if first < end {
            let rows: Vec<(i64, Vec<u8>)> = tree_nodes::table
                .filter(tree_nodes::level.eq(i32::from(level)))
                .filter(tree_nodes::number.ge(first).and(tree_nodes::number.lt(end)))
                .select((tree_nodes::number, tree_nodes::hash))
                .load(view.connection)?;
            for (number, hash) in rows {
                found.insert((level, number.unsigned_abs()), hash_of(&hash).unwrap_or(Hash::EMPTY));
            }
        }
        leaves = leaves.saturating_mul(256);
    }
    Ok(found)
}
