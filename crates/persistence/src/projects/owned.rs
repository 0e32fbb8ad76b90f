//! The projects of many people at once: one statement, however many people.

use super::ProjectRow;
use crate::connection::AnyConnection;
use crate::{Error, View};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamp};
use omicron_domain::{Project, UserId, UserSummary, Viewer};
use std::collections::HashMap;

/// How many projects of each person; the count says how many there are.
const MOST: i64 = 100;

#[derive(QueryableByName)]
struct OwnedRow {
    #[diesel(sql_type = BigInt)]
    owner_id: i64,
    #[diesel(sql_type = BigInt)]
    owned: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Timestamp)]
    date_created: NaiveDateTime,
}

/// `$1`: the owners, `$2`: the viewer, or -1 for one who sees everything, `$3`: how many of each.
macro_rules! owned {
    ($owners:literal) => {
        concat!(
            "SELECT owner_id, owned, id, name, description, date_created FROM (
                 SELECT owner_id, id, name, description, date_created,
                        count(*) OVER (PARTITION BY owner_id) AS owned,
                        row_number() OVER (PARTITION BY owner_id ORDER BY id) AS place
                 FROM projects
                 WHERE owner_id ",
            $owners,
            " AND ($2 = -1 OR id IN (
                     SELECT project_id FROM project_members WHERE user_id = $2))
             ) AS numbered
             WHERE place <= $3 ORDER BY owner_id, id"
        )
    };
}

/// The first hundred visible projects of each of these people, and how many there are.
pub(crate) fn owned_by(
    view: &mut View<'_>,
    owners: &[UserSummary],
) -> Result<HashMap<UserId, (Vec<Project>, i64)>, Error> {
    let viewer = match view.viewer() {
        Viewer::Everything => -1,
        Viewer::User(id) => id.0,
        Viewer::Nobody => return Ok(HashMap::new()),
    };
    let ids: Vec<i64> = owners.iter().map(|owner| owner.id.0).collect();
    let rows: Vec<OwnedRow> = match view.connection {
        AnyConnection::Sqlite(connection) => {
            let ids = serde_json::json!(ids).to_string();
            diesel::sql_query(owned!("IN (SELECT value FROM json_each($1))"))
                .bind::<Text, _>(ids)
                .bind::<BigInt, _>(viewer)
                .bind::<BigInt, _>(MOST)
                .load(connection)?
        }
        AnyConnection::Postgres(connection) => diesel::sql_query(owned!("= ANY ($1)"))
            .bind::<Array<BigInt>, _>(ids)
            .bind::<BigInt, _>(viewer)
            .bind::<BigInt, _>(MOST)
            .load(connection)?,
    };
    let owners: HashMap<i64, &UserSummary> =
        owners.iter().map(|owner| (owner.id.0, owner)).collect();
    let mut found: HashMap<UserId, (Vec<Project>, i64)> = HashMap::new();
    for row in rows {
        let Some(&owner) = owners.get(&row.owner_id) else { continue };
        let (projects, count) = found.entry(owner.id).or_default();
        *count = row.owned;
        projects.push(row.into_project(owner)?);
    }
    Ok(found)
}

impl OwnedRow {
    fn into_project(self, owner: &UserSummary) -> Result<Project, Error> {
        let Self { id, name, description, date_created, .. } = self;
        ProjectRow { id, name, description, date_created }.with_owner(owner.clone())
    }
}
