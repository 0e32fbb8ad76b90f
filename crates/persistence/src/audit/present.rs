//! Whether what stands beside the positions says the same as they do.

use super::{Fault, MOST_FAULTS};
use crate::connection::AnyConnection;
use crate::tables::{event_payloads, events, positions, subject_versions, tree_nodes, unsealed};
use crate::{Error, View};
use diesel::connection::SimpleConnection;
use diesel::dsl::{exists, max, min, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// As many as are named.
#[expect(clippy::cast_possible_wrap, reason = "it is small")]
const MOST: i64 = MOST_FAULTS as i64;

/// What stands beside the positions.
pub(super) struct Present {
    /// How many events wait for their position.
    pub(super) waiting: i64,
    pub(super) faults: Vec<Fault>,
}

/// Looks at the tables beside the positions. Each question is one statement, and so of one moment:
/// others may write meanwhile. Each goes through whole tables, and is given the time for it.
pub(super) fn load(view: &mut View<'_>) -> Result<Present, Error> {
    if let AnyConnection::Postgres(connection) = view.connection {
        connection.batch_execute("SET statement_timeout = 0")?;
    }
    let waiting = unsealed::table.count().get_result(view.connection)?;
    let mut faults = outside(view)?;
    faults.extend(unplaced(view)?);
    faults.extend(nodes_beyond(view)?);
    faults.extend(changed_records(view)?);
    faults.extend(misplaced_versions(view)?);
    Ok(Present { waiting, faults })
}

/// How many states the index of the past has up to a position.
pub(super) fn versions(view: &mut View<'_>, last: i64) -> Result<i64, Error> {
    let up_to = subject_versions::table.filter(subject_versions::from_position.le(last));
    Ok(up_to.count().get_result(view.connection)?)
}

/// Positions before the first.
fn outside(view: &mut View<'_>) -> Result<Vec<Fault>, Error> {
    let found: Vec<i64> = positions::table
        .filter(positions::position.le(0))
        .order(positions::position.desc())
        .limit(MOST)
        .select(positions::position)
        .load(view.connection)?;
    Ok(found.into_iter().map(|position| Fault::PositionOutside { position }).collect())
}

/// Events and payloads that stand beside the journal.
fn unplaced(view: &mut View<'_>) -> Result<Vec<Fault>, Error> {
    let placed = exists(positions::table.filter(positions::seq.eq(events::seq)));
    let waits = exists(unsealed::table.filter(unsealed::seq.eq(events::seq)));
    let beside: Vec<i64> = events::table
        .filter(not(placed))
        .filter(not(waits))
        .order(events::seq)
        .limit(MOST)
        .select(events::seq)
        .load(view.connection)?;
    let of_an_event = exists(events::table.filter(events::seq.eq(event_payloads::seq)));
    let of_nothing: Vec<i64> = event_payloads::table
        .filter(not(of_an_event))
        .order(event_payloads::seq)
        .limit(MOST)
        .select(event_payloads::seq)
        .load(view.connection)?;
    let beside = beside.into_iter().map(|seq| Fault::EventUnplaced { seq });
    Ok(beside.chain(of_nothing.into_iter().map(|seq| Fault::PayloadUnplaced { seq })).collect())
}

/// Nodes that no positions stand below.
fn nodes_beyond(view: &mut View<'_>) -> Result<Vec<Fault>, Error> {
    // The nodes first: those that come later have positions that come later.
    let levels: Vec<(i16, Option<i64>, Option<i64>)> = tree_nodes::table
        .group_by(tree_nodes::level)
        .order(tree_nodes::level)
        .select((tree_nodes::level, min(tree_nodes::number), max(tree_nodes::number)))
        .load(view.connection)?;
    let size = crate::positions::last_position(view)?;
    let mut faults = Vec::new();
    for (level, first, last) in levels {
        let leaves = u32::try_from(level).map_or(i64::MAX, |level| 256_i64.saturating_pow(level));
        let of_tree = if (1..=7).contains(&level) { size / leaves } else { 0 };
        let beyond = [first, last].into_iter().flatten();
        let beyond = beyond.filter(|number| !(0..of_tree).contains(number));
        faults.extend(beyond.map(|number| Fault::NodeUnplaced { level, number }));
    }
    Ok(faults)
}

#[derive(QueryableByName)]
struct Subject {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Records that say something else than their last event, of those whose events all have positions.
fn changed_records(view: &mut View<'_>) -> Result<Vec<Fault>, Error> {
    let rows: Vec<Subject> = diesel::sql_query(
        "SELECT r.kind, r.id FROM records r
         LEFT JOIN subject_versions v ON v.kind = r.kind AND v.id = r.id AND v.to_position IS NULL
         LEFT JOIN event_payloads p ON p.seq = v.seq
         WHERE (v.seq IS NULL OR p.payload <> r.state)
           AND NOT EXISTS (SELECT 1 FROM events e JOIN unsealed u ON u.seq = e.seq
                           WHERE e.subject = r.kind || ':' || CAST(r.id AS TEXT))
         ORDER BY r.id LIMIT 100",
    )
    .load(view.connection)?;
    Ok(rows.into_iter().map(|row| Fault::RecordChanged { kind: row.kind, id: row.id }).collect())
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    position: i64,
}

/// States in the index of the past that do not begin at the position of their event, are of another
/// subject or project than it, or do not end where the next one begins.
fn misplaced_versions(view: &mut View<'_>) -> Result<Vec<Fault>, Error> {
    let rows: Vec<Version> = diesel::sql_query(
        "SELECT v.kind, v.id, v.from_position AS position FROM (
             SELECT kind, id, from_position, to_position, project, seq,
                    lead(from_position) OVER (PARTITION BY kind, id ORDER BY from_position) AS next
             FROM subject_versions) v
         LEFT JOIN positions p ON p.position = v.from_position AND p.seq = v.seq
         LEFT JOIN events e ON e.seq = v.seq AND e.subject = v.kind || ':' || CAST(v.id AS TEXT)
         WHERE p.seq IS NULL OR e.seq IS NULL
            OR v.project IS DISTINCT FROM e.project OR v.to_position IS DISTINCT FROM v.next
         ORDER BY v.from_position LIMIT 100",
    )
    .load(view.connection)?;
    let fault =
        |row: Version| Fault::IndexChanged { kind: row.kind, id: row.id, position: row.position };
    Ok(rows.into_iter().map(fault).collect())
}
