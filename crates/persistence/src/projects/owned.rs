//! The projects of many people at once: one statement, however many people.

use super::ProjectRow;
use crate::connection::AnyConnection;
use crate::{Error, View};
use chrono::NaiveDateTime;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamp};
use diesel::sqlite::Sqlite;
use omicron_domain::{Project, UserId, UserSummary, Viewer};
use std::collections::HashMap;

/// How many projects of each person; the count says how many there are.
const MOST: i64 = 100;

#[derive(Queryable)]
struct OwnedRow {
    owner_id: i64,
    owned: i64,
    id: i64,
    name: String,
    description: String,
    date_created: NaiveDateTime,
    date_archived: Option<NaiveDateTime>,
}

/// A query of its own, since diesel keeps no statement of `sql_query` prepared.
struct Owned<Owners> {
    owners: Owners,
    /// -1 for one who sees everything.
    viewer: i64,
}

impl<Owners: 'static> QueryId for Owned<Owners> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Owners> Query for Owned<Owners> {
    type SqlType = (BigInt, BigInt, BigInt, Text, Text, Timestamp, Nullable<Timestamp>);
}

impl RunQueryDsl<SqliteConnection> for Owned<String> {}
impl RunQueryDsl<PgConnection> for Owned<Vec<i64>> {}

impl QueryFragment<Sqlite> for Owned<String> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(OWNED_BY);
        out.push_sql("IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.owners)?;
        out.push_sql("))");
        self.visible_and_first(out)
    }
}

impl QueryFragment<Pg> for Owned<Vec<i64>> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(OWNED_BY);
        out.push_sql("= ANY (");
        out.push_bind_param::<Array<BigInt>, _>(&self.owners)?;
        out.push_sql(")");
        self.visible_and_first(out)
    }
}

const OWNED_BY: &str =
    "SELECT owner_id, owned, id, name, description, date_created, date_archived FROM (
    SELECT owner_id, id, name, description, date_created, date_archived,
           count(*) OVER (PARTITION BY owner_id) AS owned,
           row_number() OVER (PARTITION BY owner_id ORDER BY id) AS place
    FROM projects WHERE owner_id ";

impl<Owners> Owned<Owners> {
    fn visible_and_first<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<BigInt>,
        i64: diesel::serialize::ToSql<BigInt, DB>,
    {
        out.push_sql(" AND (");
        out.push_bind_param::<BigInt, _>(&self.viewer)?;
        out.push_sql(" = -1 OR id IN (SELECT project_id FROM project_members WHERE user_id = ");
        out.push_bind_param::<BigInt, _>(&self.viewer)?;
        out.push_sql("))) AS numbered WHERE place <= ");
        out.push_bind_param::<BigInt, _>(&MOST)?;
        out.push_sql(" ORDER BY owner_id, id");
        Ok(())
    }
}

/// The first hundred visible projects of each of these people, and how many there are.
pub(crate) fn owned_by(
    view: &mut View<'_>,
    owners: &[UserSummary],
) -> Result<HashMap<UserId, (Vec<Project>, i64)>, Error> {
    let viewer = match view.viewer() {
        Viewer::Everything => -1,
        Viewer::User(id) => id.0,
        // A token that is good for one project alone shows no people.
        Viewer::Nobody | Viewer::Within { .. } => return Ok(HashMap::new()),
    };
    let ids: Vec<i64> = owners.iter().map(|owner| owner.id.0).collect();
    let rows: Vec<OwnedRow> = match view.connection {
        AnyConnection::Sqlite(connection) => {
            Owned { owners: serde_json::json!(ids).to_string(), viewer }.load(connection)?
        }
        AnyConnection::Postgres(connection) => Owned { owners: ids, viewer }.load(connection)?,
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
        let Self { id, name, description, date_created, date_archived, .. } = self;
        ProjectRow { id, name, description, date_created, date_archived }.with_owner(owner.clone())
    }
}
