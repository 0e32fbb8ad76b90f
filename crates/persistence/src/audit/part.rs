//! A part of the journal, as it is looked at: read so that no value in it, whatever it may have
//! become, keeps the rest from being read.

use super::PART;
use super::written::{Words, Written};
use crate::positions::tree::hash_of;
use crate::tables::{checkpoints, event_payloads, events, positions, tree_nodes};
use crate::{Error, View};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable};
use omicron_domain::{Action, Subject};
use omicron_tlog::{Hash, VerifierKey};
use std::collections::{HashMap, HashSet};

pub(super) struct Part {
    pub(super) rows: Vec<Placed>,
    /// The nodes of the tree that these positions complete, by level and number.
    pub(super) nodes: HashMap<(u8, u64), Hash>,
    /// The checkpoints of these positions, by size and id.
    pub(super) checkpoints: Vec<Kept>,
    /// The keys that the database names.
    pub(super) keys: Vec<VerifierKey>,
    /// The last position that it is about.
    pub(super) to: i64,
    pub(super) is_last: bool,
}

/// A position and what stands there.
pub(super) struct Placed {
    pub(super) position: i64,
    pub(super) seq: i64,
    pub(super) leaf: Hash,
    pub(super) sealed_at: String,
    pub(super) event: Option<Event>,
    pub(super) payload: Option<Payload>,
    /// Whether an event says that the payload was erased.
    pub(super) erased: bool,
}

/// A salt, and the bytes of a text.
type Payload = (Vec<u8>, Vec<u8>);

/// An event, with its time as a leaf has it.
#[derive(Queryable)]
pub(super) struct Event {
    pub(super) seq: i64,
    #[diesel(deserialize_as = Words)]
    pub(super) at: Option<String>,
    pub(super) actor: Option<i64>,
    #[diesel(deserialize_as = Words)]
    pub(super) credential: Option<String>,
    #[diesel(deserialize_as = Words)]
    pub(super) request_id: Option<String>,
    #[diesel(deserialize_as = Words)]
    pub(super) action: String,
    pub(super) project: Option<i64>,
    #[diesel(deserialize_as = Words)]
    pub(super) subject: String,
    pub(super) payload_hash: Vec<u8>,
    pub(super) format: i64,
}

/// A row of the checkpoints.
#[derive(Queryable)]
pub(super) struct Kept {
    pub(super) id: i64,
    pub(super) size: i64,
    #[diesel(deserialize_as = Words)]
    pub(super) signed_at: Option<String>,
    #[diesel(deserialize_as = Words)]
    pub(super) note: String,
}

/// What stands after position `from`, up to `last` at most.
pub(super) fn load(view: &mut View<'_>, from: i64, last: i64) -> Result<Part, Error> {
    let rows = rows(view, from, last)?;
    let is_last = rows.len() < PART;
    let to = rows.last().filter(|_| !is_last).map_or(last, |row| row.position);
    let nodes = nodes(view, from, to)?;
    // Those of an empty journal come first.
    let from = if from == 0 { -1 } else { from };
    let checkpoints = kept(view, from, to)?;
    // After the checkpoints, so that the key of each is among them.
    let keys = crate::checkpoints::keys(view)?;
    Ok(Part { rows, nodes, checkpoints, keys, to, is_last })
}

fn rows(view: &mut View<'_>, from: i64, last: i64) -> Result<Vec<Placed>, Error> {
    let written = Written::of(view);
    let placed: Vec<(i64, i64, Vec<u8>, Words)> = positions::table
        .filter(positions::position.gt(from).and(positions::position.le(last)))
        .order(positions::position)
        .limit(i64::try_from(PART).unwrap_or(i64::MAX))
        .select((positions::position, positions::seq, positions::leaf, written.time("sealed_at")))
        .load(view.connection)?;
    // By their numbers, and not joined: whatever PostgreSQL thinks of the tables, this it looks up.
    let seqs: Vec<i64> = placed.iter().map(|(_, seq, ..)| *seq).collect();
    let mut events = numbered(view, &seqs)?;
    let mut payloads = payloads(view, &seqs)?;
    let without: Vec<i64> = seqs.into_iter().filter(|seq| !payloads.contains_key(seq)).collect();
    let erased = erased(view, &without)?;
    let row = |(position, seq, leaf, sealed_at): (i64, i64, Vec<u8>, Words)| Placed {
        position,
        seq,
        // What is none is surely not the leaf of its event.
        leaf: hash_of(&leaf).unwrap_or(Hash::EMPTY),
        sealed_at: written.read_time(sealed_at.into()).unwrap_or_default(),
        event: events.remove(&seq),
        payload: payloads.remove(&seq),
        erased: erased.contains(&seq),
    };
    Ok(placed.into_iter().map(row).collect())
}

fn numbered(view: &mut View<'_>, seqs: &[i64]) -> Result<HashMap<i64, Event>, Error> {
    let written = Written::of(view);
    let found: Vec<Event> = events::table
        .filter(events::seq.eq_any(seqs))
        .select((
            events::seq,
            written.time("at"),
            events::actor,
            written.text("credential"),
            written.text("request_id"),
            written.text("action"),
            events::project,
            written.text("subject"),
            events::payload_hash,
            // SQLite may hold a larger number than the type has room for.
            diesel::dsl::sql::<BigInt>("CAST(format AS BIGINT)"),
        ))
        .load(view.connection)?;
    let read = |event: Event| (event.seq, Event { at: written.read_time(event.at), ..event });
    Ok(found.into_iter().map(read).collect())
}

fn payloads(view: &mut View<'_>, seqs: &[i64]) -> Result<HashMap<i64, Payload>, Error> {
    let text = Written::of(view).text("payload");
    let found: Vec<(i64, Vec<u8>, Words)> = event_payloads::table
        .filter(event_payloads::seq.eq_any(seqs))
        .select((event_payloads::seq, event_payloads::salt, text))
        .load(view.connection)?;
    Ok(found.into_iter().map(|(seq, salt, text)| (seq, (salt, text.bytes()))).collect())
}

/// Those of whose payloads an event says that they were erased.
fn erased(view: &mut View<'_>, seqs: &[i64]) -> Result<HashSet<i64>, Error> {
    if seqs.is_empty() {
        return Ok(HashSet::new());
    }
    let subjects: HashMap<String, i64> =
        seqs.iter().map(|seq| (Subject::Event(*seq).to_string(), *seq)).collect();
    let said: Vec<String> = events::table
        .filter(events::subject.eq_any(subjects.keys()))
        .filter(events::action.eq(Action::PayloadErased.as_str()))
        .select(events::subject)
        .load(view.connection)?;
    Ok(said.iter().filter_map(|subject| subjects.get(subject).copied()).collect())
}

/// The nodes of each level that end after position `from`, up to `to`.
fn nodes(view: &mut View<'_>, from: i64, to: i64) -> Result<HashMap<(u8, u64), Hash>, Error> {
    let mut found = HashMap::new();
    for level in 1_u8..=7 {
        let leaves = 256_i64.pow(level.into());
        let (first, end) = (from / leaves, to / leaves);
        if first < end {
            let rows: Vec<(i64, Vec<u8>)> = tree_nodes::table
                .filter(tree_nodes::level.eq(i16::from(level)))
                .filter(tree_nodes::number.ge(first).and(tree_nodes::number.lt(end)))
                .select((tree_nodes::number, tree_nodes::hash))
                .load(view.connection)?;
            for (number, hash) in rows {
                found.insert((level, number.unsigned_abs()), hash_of(&hash).unwrap_or(Hash::EMPTY));
            }
        }
    }
    Ok(found)
}

/// The checkpoints of more than `from` positions, up to `to`.
pub(super) fn kept(view: &mut View<'_>, from: i64, to: i64) -> Result<Vec<Kept>, Error> {
    let written = Written::of(view);
    let rows: Vec<Kept> = checkpoints::table
        .filter(checkpoints::size.gt(from).and(checkpoints::size.le(to)))
        .order((checkpoints::size, checkpoints::id))
        .select(of_checkpoint(written))
        .load(view.connection)?;
    Ok(rows.into_iter().map(|kept| kept.read(written)).collect())
}

/// The last checkpoint.
pub(super) fn latest(view: &mut View<'_>) -> Result<Option<Kept>, Error> {
    let written = Written::of(view);
    let row: Option<Kept> = checkpoints::table
        .order(checkpoints::id.desc())
        .select(of_checkpoint(written))
        .first(view.connection)
        .optional()?;
    Ok(row.map(|kept| kept.read(written)))
}

/// The columns of [`Kept`].
fn of_checkpoint(
    written: Written,
) -> (checkpoints::id, checkpoints::size, SqlLiteral<Nullable<Binary>>, SqlLiteral<Nullable<Binary>>)
{
    (checkpoints::id, checkpoints::size, written.time("signed_at"), written.text("note"))
}

impl Kept {
    fn read(self, written: Written) -> Self {
        Self { signed_at: written.read_time(self.signed_at), ..self }
    }
}
