//! How many webhooks there may be: each is looked after all the time.

use crate::connection::AnyConnection;
use crate::tables::webhooks;
use crate::{Error, Transaction};
use diesel::prelude::*;
use omicron_domain::ProjectId;

/// The most webhooks of a project, and the most of the whole laboratory.
const MOST: i64 = 20;

/// Refuses one more than there may be. Nobody else makes one until this transaction ends.
pub(super) fn check(tx: &mut Transaction<'_>, project: Option<ProjectId>) -> Result<(), Error> {
    if let AnyConnection::Postgres(connection) = tx.connection() {
        // The laboratory has no row that could be locked, and a project's is held by several at once.
        let lock = "SELECT pg_advisory_xact_lock(
                        hashtext('omicron webhooks'), hashtext(current_schema()))";
        diesel::sql_query(lock).execute(connection)?;
    }
    let count: i64 = match project {
        Some(id) => webhooks::table
            .filter(webhooks::project_id.eq(id.0))
            .count()
            .get_result(tx.connection())?,
        None => webhooks::table
            .filter(webhooks::project_id.is_null())
            .count()
            .get_result(tx.connection())?,
    };
    if count < MOST { Ok(()) } else { Err(Error::TooManyWebhooks(MOST)) }
}
