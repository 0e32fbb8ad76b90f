//! Giving positions.

use super::leaf::{Row, leaf_of};
use super::{tree, versions};
use crate::connection::AnyConnection;
use crate::tables::{events, positions, unsealed};
use crate::{Database, Error, Transaction, View};
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Text, Timestamp};
use omicron_domain::Actor;
use omicron_tlog::Hash;
use std::collections::HashSet;

/// The most events that one transaction of [`seal`] gives positions to.
const BATCH: u32 = 10_000;

/// Gives a position to each event that has none, in the order in which they were written, and says
/// to how many. It ends at once if another process is at it.
///
/// No person does this, so it leaves no event of its own. The times of positions never run backwards,
/// even if the clock does.
///
/// ```
/// use omicron_domain::{Actor, NewUser, Viewer};
/// use omicron_persistence::{Database, Error, Options, positions, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// # let new = NewUser {
/// #     username: "ann".parse().unwrap(), email: "ann@example.org".parse().unwrap(),
/// #     password_hash: "!".to_owned(), administrator: false, approved: true,
/// # };
/// db.write(&Actor::command_line(), |tx| users::create(tx, &new))?;
/// assert_eq!(positions::seal(&db)?, 1);
/// assert_eq!(db.read(Viewer::Everything, positions::last_position)?, 1);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database; what was sealed before one stays so.
pub fn seal(db: &Database) -> Result<u64, Error> {
    let mut total = 0;
    loop {
        let sealed = db.write(&Actor::command_line(), |tx| seal_some(tx, BATCH))?;
        total += u64::from(sealed);
        if sealed < BATCH {
            return Ok(total);
        }
    }
}

/// As [`seal`], for about so many events and within a transaction: what was written in one
/// transaction is sealed in one, too, and none of them is sealed if it
/// fails. On PostgreSQL no other process can seal until the transaction ends.
///
/// ```
/// # use omicron_domain::Actor;
/// # use omicron_persistence::{Database, Error, Options, positions};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.write(&Actor::command_line(), |tx| positions::seal_some(tx, 100))?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn seal_some(tx: &mut Transaction<'_>, most: u32) -> Result<u32, Error> {
    if !take_lock(tx)? {
        return Ok(0);
    }
    let rows = waiting(tx, most)?;
    if rows.is_empty() {
        return Ok(0);
    }
    // Asked for after the lock was had: each statement sees what was committed before it.
    let last: Option<(i64, NaiveDateTime)> = positions::table
        .order(positions::position.desc())
        .select((positions::position, positions::sealed_at))
        .first(tx.connection())
        .optional()?;
    let now = tx.now().naive_utc();
    let (position, sealed_at) = last.map_or((0, now), |(position, at)| (position, at.max(now)));
    let events: Vec<(i64, Row)> = (position + 1..).zip(rows).collect();
    let leaf = |(position, row): &(i64, Row)| leaf_of(&row.entry(*position, sealed_at));
    let leaves: Vec<Hash> = events.iter().map(leaf).collect::<Result<_, _>>()?;
    write(tx.connection(), &events, &leaves, sealed_at)?;
    tree::grow(tx.connection(), position, &leaves)?;
    versions::write(tx.connection(), &events)?;
    let sealed = events.iter().map(|(_, row)| row.seq).collect();
    take_out(tx.connection(), sealed)?;
    Ok(u32::try_from(events.len()).unwrap_or(u32::MAX))
}

/// Whether each event has its position.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, positions};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Everything, positions::is_sealed)?);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn is_sealed(view: &mut View<'_>) -> Result<bool, Error> {
    let waits: bool = diesel::select(exists(unsealed::table.select(unsealed::seq)))
        .get_result(view.connection)?;
    Ok(!waits)
}

#[derive(QueryableByName)]
struct Lock {
    #[diesel(sql_type = Bool)]
    had: bool,
}

/// One process seals at a time. SQLite's writer lock is held already; PostgreSQL's lock goes with the
/// transaction, and each schema of a database has its own.
pub(crate) fn take_lock(tx: &mut Transaction<'_>) -> Result<bool, Error> {
    let AnyConnection::Postgres(connection) = tx.connection() else { return Ok(true) };
    // All is looked up by keys. A plan of a time when the tables were small, which a connection keeps,
    // would go through all events there are.
    diesel::sql_query("SET LOCAL enable_seqscan = off").execute(connection)?;
    let lock: Lock = diesel::sql_query(
        "SELECT pg_try_advisory_xact_lock(hashtext('omicron positions'), hashtext(current_schema()))
         AS had",
    )
    .get_result(connection)?;
    Ok(lock.had)
}

/// As [`take_lock`], after others who have it.
pub(crate) fn wait_for_lock(tx: &mut Transaction<'_>) -> Result<(), Error> {
    if let AnyConnection::Postgres(connection) = tx.connection() {
        let lock = "SELECT pg_advisory_xact_lock(
                        hashtext('omicron positions'), hashtext(current_schema()))";
        diesel::sql_query(lock).execute(connection)?;
    }
    Ok(())
}

/// The first events that have no position. In two steps: joined, PostgreSQL may well read all events
/// there are.
fn waiting(tx: &mut Transaction<'_>, most: u32) -> Result<Vec<Row>, Error> {
    let first = unsealed::table.order(unsealed::seq).limit(i64::from(most)).select(unsealed::seq);
    let mut rows = match tx.connection() {
        AnyConnection::Sqlite(connection) => events::table
            .filter(events::seq.eq_any(first))
            .order(events::seq)
            .select(Row::as_select())
            .load(connection)?,
        AnyConnection::Postgres(connection) => {
            let seqs: Vec<i64> = first.load(connection)?;
            if seqs.is_empty() {
                return Ok(Vec::new());
            }
            events::table
                .filter(events::seq.eq_any(seqs))
                .order(events::seq)
                .select(Row::as_select())
                .load(connection)?
        }
    };
    if rows.len() >= most as usize {
        let rest = rest_of_the_transactions(tx, &rows)?;
        rows.extend(rest);
    }
    Ok(rows)
}

/// How far beyond the last event others of the same transaction are looked for.
const REACH: i64 = 20_000;

/// What the transactions of these events wrote after the last of them: who looks at a moment of the
/// past is to see all of a change, or nothing.
fn rest_of_the_transactions(tx: &mut Transaction<'_>, rows: &[Row]) -> Result<Vec<Row>, Error> {
    let Some(last) = rows.last() else { return Ok(Vec::new()) };
    let next = events::seq.gt(last.seq).and(events::seq.le(last.seq + REACH));
    let waits = exists(unsealed::table.filter(unsealed::seq.eq(events::seq)));
    let next = events::table.filter(next).filter(waits).order(events::seq);
    // SQLite's transactions come one after the other; those of PostgreSQL may be mixed.
    let found: Vec<Row> = match tx.connection() {
        AnyConnection::Sqlite(connection) => {
            next.filter(events::at.eq(last.at)).select(Row::as_select()).load(connection)?
        }
        AnyConnection::Postgres(connection) => {
            let moments: HashSet<NaiveDateTime> = rows.iter().map(|row| row.at).collect();
            // As a table, or PostgreSQL would go through the list for each event.
            let of_those = diesel::dsl::sql::<Bool>("events.at IN (SELECT unnest(")
                .bind::<Array<Timestamp>, _>(moments.into_iter().collect::<Vec<_>>())
                .sql("))");
            next.filter(of_those).select(Row::as_select()).load(connection)?
        }
    };
    let begun: HashSet<_> = rows.iter().map(transaction_of).collect();
    Ok(found.into_iter().filter(|row| begun.contains(&transaction_of(row))).collect())
}

/// What all events of a transaction have in common, and hardly those of two.
fn transaction_of(row: &Row) -> (NaiveDateTime, Option<i64>, Option<&str>) {
    (row.at, row.actor, row.request_id.as_deref())
}

fn write(
    connection: &mut AnyConnection,
    events: &[(i64, Row)],
    leaves: &[Hash],
    sealed_at: NaiveDateTime,
) -> Result<(), Error> {
    match connection {
        AnyConnection::Sqlite(connection) => {
            let rows: Vec<_> = events
                .iter()
                .zip(leaves)
                .map(|((position, row), leaf)| (position, row.seq, leaf.to_string()))
                .collect();
            diesel::sql_query(
                "INSERT INTO positions (position, seq, leaf, sealed_at)
                 SELECT value ->> 0, value ->> 1, unhex(value ->> 2), ?1 FROM json_each(?2)",
            )
            .bind::<Timestamp, _>(sealed_at)
            .bind::<Text, _>(versions::json(&rows)?)
            .execute(connection)?;
        }
        AnyConnection::Postgres(connection) => {
            let given: Vec<i64> = events.iter().map(|(position, _)| *position).collect();
            let seqs: Vec<i64> = events.iter().map(|(_, row)| row.seq).collect();
            let leaves: Vec<Vec<u8>> = leaves.iter().map(|leaf| leaf.as_ref().to_vec()).collect();
            diesel::sql_query(
                "INSERT INTO positions (position, seq, leaf, sealed_at)
                 SELECT position, seq, leaf, $4 FROM unnest($1, $2, $3) AS e (position, seq, leaf)",
            )
            .bind::<Array<BigInt>, _>(given)
            .bind::<Array<BigInt>, _>(seqs)
            .bind::<Array<Binary>, _>(leaves)
            .bind::<Timestamp, _>(sealed_at)
            .execute(connection)?;
        }
    }
    Ok(())
}

fn take_out(connection: &mut AnyConnection, seqs: Vec<i64>) -> Result<(), Error> {
    match connection {
        // No one else writes: all that are not after the last of them are those.
        AnyConnection::Sqlite(connection) => {
            let last = seqs.last().copied().unwrap_or_default();
            diesel::delete(unsealed::table.filter(unsealed::seq.le(last))).execute(connection)?;
        }
        // One with a smaller number may have been committed meanwhile.
        AnyConnection::Postgres(connection) => {
            let sealed = unsealed::table.filter(unsealed::seq.eq_any(seqs));
            diesel::delete(sealed).execute(connection)?;
        }
    }
    Ok(())
}
