//! What each call of the matrix leaves in the journal.

use crate::Lab;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, SqliteConnection};
use std::collections::HashMap;

/// A call, and what became of it.
pub struct Told {
    pub method: &'static str,
    pub path: String,
    pub caller: &'static str,
    pub status: u16,
    pub request: String,
}

impl Told {
    /// How many events it is to leave: one for each thing that it has changed.
    fn expected(&self) -> i64 {
        if self.method == "GET" || self.status >= 400 {
            return 0;
        }
        match (self.method, self.path.as_str()) {
            ("POST", "/api/v1/schemas/validate") => 0,
            // The person, and the project that they were in.
            ("DELETE", "/api/v1/users/{username_or_id}") => 2,
            // The account, and the project that it is in now.
            ("POST", path) if path.ends_with("/service-accounts") => 2,
            // The project, its service account, and the token of that.
            ("DELETE", "/api/v1/projects/{project_name_or_id}") => 3,
            _ => 1,
        }
    }
}

#[derive(QueryableByName)]
struct Left {
    #[diesel(sql_type = Text)]
    request: String,
    #[diesel(sql_type = BigInt)]
    events: i64,
    #[diesel(sql_type = BigInt)]
    signed: i64,
}

/// How many events each request has left, and how many of them say who did it.
fn left(lab: &Lab) -> HashMap<String, (i64, i64)> {
    let query = diesel::sql_query(
        "SELECT request_id AS request, count(*) AS events, count(actor) AS signed FROM events
         WHERE request_id IS NOT NULL GROUP BY request_id",
    );
    let url = lab.database.url();
    let rows: Vec<Left> = match url.strip_prefix("sqlite:///") {
        Some(path) => query.load(&mut SqliteConnection::establish(path).unwrap()).unwrap(),
        None => query.load(&mut PgConnection::establish(url).unwrap()).unwrap(),
    };
    rows.into_iter().map(|row| (row.request, (row.events, row.signed))).collect()
}

/// Those whose events are not what they should be.
pub fn wrong(lab: &Lab, told: &[Told]) -> Vec<String> {
    let left = left(lab);
    let mut wrong = Vec::new();
    for call in told {
        let (events, signed) = left.get(&call.request).copied().unwrap_or_default();
        let nobody = call.caller == "anonymous";
        if events != call.expected() || (signed == events) == (nobody && events > 0) {
            let Told { method, path, caller, status, .. } = call;
            wrong.push(format!(
                "{method} {path} as {caller}: {status}, {events} events, {signed} with a name"
            ));
        }
    }
    wrong
}
