//! Answers that name people who are made unknown.

use crate::connection::AnyConnection;
use crate::tables::idempotency_keys;
use crate::{Error, Transaction};
use diesel::prelude::*;
use diesel::sql_types::Binary;
use omicron_domain::User;

/// Empties the answers that name a person who is made unknown; that they were given stands, so that
/// nothing is done twice.
pub(crate) fn forget(tx: &mut Transaction<'_>, user: &User) -> Result<(), Error> {
    diesel::delete(idempotency_keys::table)
        .filter(idempotency_keys::user_id.eq(user.id.0))
        .execute(tx.connection())?;
    for (name, value) in [("username", user.username.as_str()), ("email", user.email.as_str())] {
        // As it stands in the JSON of an answer.
        let word = format!("\"{name}\":{}", serde_json::Value::from(value)).into_bytes();
        let empty = (
            idempotency_keys::body.eq(b"{}".as_slice()),
            idempotency_keys::etag.eq(None::<String>),
        );
        match tx.connection() {
            AnyConnection::Sqlite(connection) => diesel::update(idempotency_keys::table)
                .filter(instr(idempotency_keys::body, word).gt(0))
                .set(empty)
                .execute(connection)?,
            AnyConnection::Postgres(connection) => diesel::update(idempotency_keys::table)
                .filter(position(idempotency_keys::body, word).gt(0))
                .set(empty)
                .execute(connection)?,
        };
    }
    Ok(())
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// Where one blob stands in another, from 1 on; 0 if nowhere.
    fn instr(whole: Binary, part: Binary) -> Integer;
    /// As `instr`, on PostgreSQL.
    #[sql_name = "pg_catalog.position"]
    fn position(whole: Binary, part: Binary) -> Integer;
}
