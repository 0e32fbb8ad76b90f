//! How records hang together.

use super::list::PART;
use crate::sight::{Eyes, sees_record};
use crate::tables::{record_links, records};
use crate::{Error, View};
use diesel::prelude::*;
use omicron_domain::{RecordId, Relation, UnknownRelation};

/// A link, seen from outside.
///
/// ```
/// # fn show(edge: &omicron_persistence::records::Edge) {
/// println!("{} {} {}", edge.source, edge.relation, edge.target);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// The record that has the link.
    pub source: RecordId,
    /// What it has to do with the other.
    pub relation: Relation,
    /// The record that the link leads to.
    pub target: RecordId,
}

/// The links that leave these records, or those that lead to them, at most `limit`: only to and from
/// records that the viewer may see and that are not in the trash.
///
/// ```
/// # use omicron_domain::{RecordId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let towards = db.read(Viewer::Everything, |view| records::edges(view, &[RecordId(7)], false, 100))?;
/// assert!(towards.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn edges(
    view: &mut View<'_>,
    of: &[RecordId],
    outward: bool,
    limit: i64,
) -> Result<Vec<Edge>, Error> {
    let eyes = Eyes::from(view.viewer());
    let mut rows: Vec<(i64, String, i64)> = Vec::new();
    for part in of.chunks(PART) {
        let ids: Vec<i64> = part.iter().map(|id| id.0).collect();
        let all = record_links::all_columns;
        let order = (record_links::source_id, record_links::relation, record_links::target_id);
        let alive = records::date_trashed.is_null();
        let part: Vec<(i64, String, i64)> = if outward {
            record_links::table
                .inner_join(records::table.on(records::id.eq(record_links::target_id)))
                .filter(record_links::source_id.eq_any(ids))
                .filter(alive.and(sees_record(eyes)))
                .order(order)
                .limit(limit)
                .select(all)
                .load(view.connection)?
        } else {
            record_links::table
                .inner_join(records::table.on(records::id.eq(record_links::source_id)))
                .filter(record_links::target_id.eq_any(ids))
                .filter(alive.and(sees_record(eyes)))
                .order(order)
                .limit(limit)
                .select(all)
                .load(view.connection)?
        };
        rows.extend(part);
    }
    let edge = |(source, relation, target): (i64, String, i64)| {
        let relation = relation.parse().map_err(|error: UnknownRelation| {
            Error::Corrupt("record_links.relation", Box::new(error))
        })?;
        Ok(Edge { source: RecordId(source), relation, target: RecordId(target) })
    };
    rows.into_iter().map(edge).collect()
}
