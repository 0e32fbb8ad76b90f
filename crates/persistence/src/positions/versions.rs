//! Which state of a subject holds from which position to which: made from the journal as positions
//! are given, so that it can be made again from events and positions alone.

use super::leaf::Row;
use crate::Error;
use crate::connection::AnyConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use serde::Serialize;
use std::collections::HashMap;

/// The kind, the id, from which position to which, the project, and the number of the event.
type Version<'a> = (&'a str, i64, i64, Option<i64>, Option<i64>, i64);

/// Each event begins a state of its subject, and ends the one before.
pub(super) fn write(connection: &mut AnyConnection, events: &[(i64, Row)]) -> Result<(), Error> {
    let (ended, begun) = split(events);
    match connection {
        AnyConnection::Sqlite(connection) => from_json(connection, &ended, &begun)?,
        AnyConnection::Postgres(connection) => from_arrays(connection, &ended, &begun)?,
    }
    Ok(())
}

/// The state of a subject that lasted so far, and where it ends.
type Ended<'a> = (&'a str, i64, i64);

/// What ends of the states from before, and what begins; some of it ends in the same batch.
fn split(events: &[(i64, Row)]) -> (Vec<Ended<'_>>, Vec<Version<'_>>) {
    let mut ended = Vec::new();
    let mut begun: Vec<Version<'_>> = Vec::with_capacity(events.len());
    let mut latest: HashMap<(&str, i64), usize> = HashMap::new();
    for (position, row) in events {
        let Some((kind, id)) = row.versioned() else { continue };
        match latest.insert((kind, id), begun.len()).and_then(|before| begun.get_mut(before)) {
            Some((_, _, _, to_position, ..)) => *to_position = Some(*position),
            None => ended.push((kind, id, *position)),
        }
        begun.push((kind, id, *position, None, row.project, row.seq));
    }
    (ended, begun)
}

/// Rows as one value, which SQLite takes apart: a statement for each costs several times as much.
pub(super) fn json(rows: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(rows).map_err(|error| Error::Corrupt("events", Box::new(error)))
}

fn from_json(
    connection: &mut SqliteConnection,
    ended: &[Ended<'_>],
    begun: &[Version<'_>],
) -> Result<(), Error> {
    diesel::sql_query(
        "UPDATE subject_versions AS v SET to_position = e.value ->> 2 FROM json_each(?1) AS e
         WHERE v.kind = e.value ->> 0 AND v.id = e.value ->> 1 AND v.to_position IS NULL",
    )
    .bind::<Text, _>(json(&ended)?)
    .execute(connection)?;
    diesel::sql_query(
        "INSERT INTO subject_versions (kind, id, from_position, to_position, project, seq)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
         FROM json_each(?1)",
    )
    .bind::<Text, _>(json(&begun)?)
    .execute(connection)?;
    Ok(())
}

fn from_arrays(
    connection: &mut PgConnection,
    ended: &[Ended<'_>],
    begun: &[Version<'_>],
) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE subject_versions v SET to_position = e.position
         FROM unnest($1, $2, $3) AS e (kind, id, position)
         WHERE v.kind = e.kind AND v.id = e.id AND v.to_position IS NULL",
    )
    .bind::<Array<Text>, _>(ended.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(ended.iter().map(|(_, id, _)| *id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(ended.iter().map(|(.., position)| *position).collect::<Vec<_>>())
    .execute(connection)?;
    diesel::sql_query(
        "INSERT INTO subject_versions (kind, id, from_position, to_position, project, seq)
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6)",
    )
    .bind::<Array<Text>, _>(begun.iter().map(|one| one.0).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(begun.iter().map(|one| one.1).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(begun.iter().map(|one| one.2).collect::<Vec<_>>())
    .bind::<Array<Nullable<BigInt>>, _>(begun.iter().map(|one| one.3).collect::<Vec<_>>())
    .bind::<Array<Nullable<BigInt>>, _>(begun.iter().map(|one| one.4).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(begun.iter().map(|one| one.5).collect::<Vec<_>>())
    .execute(connection)?;
    Ok(())
}
