//! Which state of a subject holds from which position to which: made from the journal as positions
//! are given, so that it can be made again from events and positions alone.

use super::leaf::Row;
use crate::Error;
use crate::connection::AnyConnection;
use crate::tables::subject_versions as versions;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use std::collections::HashMap;

#[derive(Debug, Insertable)]
#[diesel(table_name = versions, treat_none_as_default_value = false)]
struct Version<'a> {
    kind: &'a str,
    id: i64,
    from_position: i64,
    to_position: Option<i64>,
    project: Option<i64>,
    seq: i64,
}

/// Each event begins a state of its subject, and ends the one before.
pub(super) fn write(connection: &mut AnyConnection, events: &[(i64, Row)]) -> Result<(), Error> {
    let (ended, begun) = split(events);
    match connection {
        AnyConnection::Sqlite(connection) => one_by_one(connection, ended, begun)?,
        AnyConnection::Postgres(connection) => all_at_once(connection, &ended, &begun)?,
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
            Some(before) => before.to_position = Some(*position),
            None => ended.push((kind, id, *position)),
        }
        begun.push(Version {
            kind,
            id,
            from_position: *position,
            to_position: None,
            project: row.project,
            seq: row.seq,
        });
    }
    (ended, begun)
}

fn one_by_one(
    connection: &mut SqliteConnection,
    ended: Vec<Ended<'_>>,
    begun: Vec<Version<'_>>,
) -> QueryResult<()> {
    for (kind, id, position) in ended {
        let lasting = versions::table
            .filter(versions::kind.eq(kind).and(versions::id.eq(id)))
            .filter(versions::to_position.is_null());
        diesel::update(lasting).set(versions::to_position.eq(position)).execute(connection)?;
    }
    for version in begun {
        diesel::insert_into(versions::table).values(version).execute(connection)?;
    }
    Ok(())
}

fn all_at_once(
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
    .bind::<Array<Text>, _>(begun.iter().map(|one| one.kind).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(begun.iter().map(|one| one.id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(begun.iter().map(|one| one.from_position).collect::<Vec<_>>())
    .bind::<Array<Nullable<BigInt>>, _>(begun.iter().map(|one| one.to_position).collect::<Vec<_>>())
    .bind::<Array<Nullable<BigInt>>, _>(begun.iter().map(|one| one.project).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(begun.iter().map(|one| one.seq).collect::<Vec<_>>())
    .execute(connection)?;
    Ok(())
}
