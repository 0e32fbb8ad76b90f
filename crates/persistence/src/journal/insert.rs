//! Writing an event, its payload, and that it has no position yet.

use super::NewEvent;
use crate::Error;
use crate::connection::AnyConnection;
use crate::tables::{event_payloads, events, unsealed};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Nullable, SmallInt, Text, Timestamp};

pub(super) fn insert(
    connection: &mut AnyConnection,
    event: NewEvent,
    salt: &[u8],
    payload: &str,
) -> Result<(), Error> {
    match connection {
        AnyConnection::Sqlite(connection) => one_by_one(connection, event, salt, payload)?,
        AnyConnection::Postgres(connection) => {
            AllAtOnce { event, salt, payload }.execute(connection)?;
        }
    }
    Ok(())
}

fn one_by_one(
    connection: &mut SqliteConnection,
    event: NewEvent,
    salt: &[u8],
    payload: &str,
) -> QueryResult<()> {
    let seq: i64 = diesel::insert_into(events::table)
        .values(event)
        .returning(events::seq)
        .get_result(connection)?;
    diesel::insert_into(event_payloads::table)
        .values((
            event_payloads::seq.eq(seq),
            event_payloads::salt.eq(salt),
            event_payloads::payload.eq(payload),
        ))
        .execute(connection)?;
    diesel::insert_into(unsealed::table).values(unsealed::seq.eq(seq)).execute(connection)?;
    Ok(())
}

/// One round trip instead of three: each change waits for it.
struct AllAtOnce<'a> {
    event: NewEvent,
    salt: &'a [u8],
    payload: &'a str,
}

impl QueryId for AllAtOnce<'_> {
    type QueryId = AllAtOnce<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for AllAtOnce<'_> {}

impl QueryFragment<Pg> for AllAtOnce<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let event = &self.event;
        out.push_sql(
            "WITH event AS (INSERT INTO events (at, actor, credential, request_id, action,
                 project, subject, payload_hash, format) VALUES (",
        );
        out.push_bind_param::<Timestamp, _>(&event.at)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&event.actor)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&event.credential)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&event.request_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(event.action)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&event.project)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&event.subject)?;
        out.push_sql(", ");
        out.push_bind_param::<Binary, _>(&event.payload_hash)?;
        out.push_sql(", ");
        out.push_bind_param::<SmallInt, _>(&event.format)?;
        out.push_sql(
            ") RETURNING seq),
             payload AS (INSERT INTO event_payloads (seq, salt, payload) SELECT seq, ",
        );
        out.push_bind_param::<Binary, _>(self.salt)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(self.payload)?;
        out.push_sql(" FROM event) INSERT INTO unsealed (seq) SELECT seq FROM event");
        Ok(())
    }
}
