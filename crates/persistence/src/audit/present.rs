//! Whether what is made of the journal says the same as the journal.

use super::{Fault, MOST_FAULTS};
use crate::tables::{events, positions, tree_nodes, unsealed};
use crate::{Error, View};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// What stands beside the positions.
pub(super) struct Present {
    /// How many events wait for their position.
    pub(super) waiting: i64,
    pub(super) faults: Vec<Fault>,
}

/// What is wrong with the tables beside the positions up to `last`, of which so many nodes and
/// versions were seen.
pub(super) fn load(
    view: &mut View<'_>,
    last: i64,
    nodes: i64,
    versions: i64,
) -> Result<Present, Error> {
    let waiting = unsealed::table.count().get_result(view.connection)?;
    let mut faults = unplaced(view)?;
    let before: bool = diesel::select(exists(positions::table.filter(positions::position.le(0))))
        .get_result(view.connection)?;
    if before {
        faults.push(Fault::PositionMissing { position: 0 });
    }
    let found = nodes_up_to(view, last)?;
    if found != nodes {
        faults.push(Fault::Nodes { found, expected: nodes });
    }
    faults.extend(changed_records(view)?);
    let found = versions_in_their_places(view, last)?;
    if found != versions {
        faults.push(Fault::IndexChanged { found, expected: versions });
    }
    Ok(Present { waiting, faults })
}

/// Events that stand beside the journal.
fn unplaced(view: &mut View<'_>) -> Result<Vec<Fault>, Error> {
    let placed = exists(positions::table.filter(positions::seq.eq(events::seq)));
    let waits = exists(unsealed::table.filter(unsealed::seq.eq(events::seq)));
    let seqs: Vec<i64> = events::table
        .filter(not(placed))
        .filter(not(waits))
        .order(events::seq)
        .limit(i64::try_from(MOST_FAULTS).unwrap_or(i64::MAX))
        .select(events::seq)
        .load(view.connection)?;
    Ok(seqs.into_iter().map(|seq| Fault::EventUnplaced { seq }).collect())
}

/// How many nodes there are of trees up to this size, and of any that no tree has.
fn nodes_up_to(view: &mut View<'_>, last: i64) -> Result<i64, Error> {
    let mut found = 0;
    let mut leaves = 256_i64;
    for level in 1..=7 {
        // Of what was sealed since, some may be there by now.
        let grown: i64 = super::positions::last_position(view)?;
        let of_level = tree_nodes::table.filter(tree_nodes::level.eq(level));
        let all: i64 = of_level.count().get_result(view.connection)?;
        found += all - (grown / leaves - last / leaves);
        leaves = leaves.saturating_mul(256);
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Records that say something else than their last event, of those whose events all have positions.
fn changed_records(view: &mut View<'_>) -> Result<Vec<Fault>, Error> {
    let rows: Vec<Changed> = diesel::sql_query(
        "SELECT r.kind, r.id FROM records r
         LEFT JOIN subject_versions v ON v.kind = r.kind AND v.id = r.id AND v.to_position IS NULL
         LEFT JOIN event_payloads p ON p.seq = v.seq
         WHERE (v.seq IS NULL OR p.payload <> r.state)
           AND NOT EXISTS (SELECT 1 FROM unsealed u JOIN events e ON e.seq = u.seq
                           WHERE e.subject = r.kind || ':' || CAST(r.id AS TEXT))
         ORDER BY r.id LIMIT 100",
    )
    .load(view.connection)?;
    Ok(rows.into_iter().map(|row| Fault::RecordChanged { kind: row.kind, id: row.id }).collect())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many states begin where the event that they are of has its position.
fn versions_in_their_places(view: &mut View<'_>, last: i64) -> Result<i64, Error> {
    let place = "SELECT count(*) AS count FROM subject_versions v
         JOIN positions p ON p.position = v.from_position AND p.seq = v.seq
         JOIN events e ON e.seq = v.seq AND e.subject = v.kind || ':' || CAST(v.id AS TEXT)
         WHERE v.from_position <= ";
    let found: Count = match view.connection {
        crate::connection::AnyConnection::Sqlite(connection) => {
            diesel::sql_query(format!("{place} ?1"))
                .bind::<BigInt, _>(last)
                .get_result(connection)?
        }
        crate::connection::AnyConnection::Postgres(connection) => {
            diesel::sql_query(format!("{place} $1"))
                .bind::<BigInt, _>(last)
                .get_result(connection)?
        }
    };
    Ok(found.count)
}
