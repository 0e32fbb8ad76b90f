//! Where a record comes from, and what came of it.

use super::{Location, located};
use crate::Error;
use omicron_domain::{Record, RecordId};
use omicron_persistence::View;
use omicron_persistence::records::{Edge, edges, find_all};
use std::collections::BTreeSet;

/// Which way links are followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// As they point: to what it comes from and uses.
    Outward,
    /// Against it: to what came of it.
    Inward,
    /// Both.
    #[default]
    Both,
}

/// Records and the links between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    /// The records, by id; the one that was asked for is among them.
    pub nodes: Vec<Record>,
    /// The links between them.
    pub edges: Vec<Edge>,
    /// Whether there is more than was followed.
    pub truncated: bool,
}

/// The most records of a graph, and the most links.
const MOST: usize = 1000;

/// The records that hang together with one, up to `depth` links away, as far as the caller may see
/// them. What is in the trash is not followed.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see the record.
pub fn graph(
    view: &mut View<'_>,
    location: &Location,
    direction: Direction,
    depth: u32,
) -> Result<Graph, Error> {
    let root = located(view, location)?;
    let mut known = BTreeSet::from([root.id]);
    let mut found: BTreeSet<Edge> = BTreeSet::new();
    let mut front = vec![root.id];
    let mut truncated = false;
    for _ in 0..depth {
        let mut next: BTreeSet<RecordId> = BTreeSet::new();
        for (outward, follow) in
            [(true, direction != Direction::Inward), (false, direction != Direction::Outward)]
        {
            if !follow || front.is_empty() {
                continue;
            }
            let limit = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
            for edge in edges(view, &front, outward, limit)? {
                let end = if outward { edge.target } else { edge.source };
                let is_new = !known.contains(&end) && !next.contains(&end);
                if found.len() >= MOST || (is_new && known.len() + next.len() >= MOST) {
                    truncated = true;
                    continue;
                }
                if is_new {
                    next.insert(end);
                }
                found.insert(edge);
            }
        }
        known.extend(&next);
        front = next.into_iter().collect();
    }
    if !front.is_empty() && !truncated {
        truncated = leads_on(view, &front, direction, &known)?;
    }
    let ids: Vec<RecordId> = known.into_iter().collect();
    let nodes = find_all(view, &ids)?;
    Ok(Graph { nodes, edges: found.into_iter().collect(), truncated })
}

/// Whether the links of the last records lead to others.
fn leads_on(
    view: &mut View<'_>,
    front: &[RecordId],
    direction: Direction,
    known: &BTreeSet<RecordId>,
) -> Result<bool, Error> {
    let limit = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let mut beyond = false;
    // Of more links than are looked at, it is not known where all of them lead.
    if direction != Direction::Inward {
        let edges = edges(view, front, true, limit)?;
        beyond |= edges.len() > MOST || edges.iter().any(|edge| !known.contains(&edge.target));
    }
    if direction != Direction::Outward {
        let edges = edges(view, front, false, limit)?;
        beyond |= edges.len() > MOST || edges.iter().any(|edge| !known.contains(&edge.source));
    }
    Ok(beyond)
}
