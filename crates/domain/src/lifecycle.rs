//! How a record may come from one status to another.

use crate::{MemberRole, ProjectRole, RecordKind, Status};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The statuses of a record, and how it moves between them.
///
/// ```
/// use omicron_domain::{Lifecycle, MemberRole, MoveRefused, RecordKind};
///
/// let life = Lifecycle::of(RecordKind::Experiment);
/// assert_eq!(life.first().as_str(), "planned");
/// let (planned, running, done) = ("planned".parse()?, "running".parse()?, "done".parse()?);
/// assert!(life.step(&planned, &running, Some(MemberRole::Member.into()), false).is_ok());
/// assert!(matches!(
///     life.step(&planned, &done, Some(MemberRole::Member.into()), false),
///     Err(MoveRefused::NoSuchMove { .. })
/// ));
/// # Ok::<(), omicron_domain::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// The statuses there are; a new record has the first.
    pub statuses: Vec<Status>,
    /// The moves there are between them.
    pub moves: Vec<Move>,
}

/// One way from a status to another.
///
/// ```
/// # fn show(step: &omicron_domain::Move) {
/// println!("{} -> {}, by a {} at least", step.from, step.to, step.by.as_str());
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// From where.
    pub from: Status,
    /// To where.
    pub to: Status,
    /// What someone must be at least to make it; the owner and administrators always may.
    #[serde(default)]
    pub by: MemberRole,
    /// Pointers (RFC 6901) to what must be filled in the record before: `/data/yield`, `/end`.
    #[serde(default)]
    pub filled: Vec<String>,
}

/// Why something is no lifecycle: where in it, and what is wrong there.
///
/// ```
/// use omicron_domain::Lifecycle;
/// let empty = Lifecycle { statuses: vec![], moves: vec![] };
/// assert_eq!(empty.check().unwrap_err().pointer, "/statuses");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer} {message}")]
pub struct BadLifecycle {
    /// Where, as a pointer into the lifecycle.
    pub pointer: String,
    /// What is wrong there.
    pub message: &'static str,
}

/// Why a record does not move to a status.
///
/// ```
/// use omicron_domain::MoveRefused;
/// let refused = MoveRefused::Role(omicron_domain::MemberRole::Maintainer);
/// assert_eq!(refused.to_string(), "may be given by a maintainer or the owner alone");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoveRefused {
    /// The lifecycle does not have it.
    #[error("must be one of the statuses of its lifecycle: {0}")]
    NoSuchStatus(String),
    /// No move leads there from here.
    #[error("can't follow {from}: from there it is {to}")]
    NoSuchMove {
        /// The present status.
        from: Status,
        /// Where it could go.
        to: String,
    },
    /// Not everyone may make this move.
    #[error("may be given by a {} or the owner alone", .0.as_str())]
    Role(MemberRole),
}

const MOST: usize = 32;

impl Lifecycle {
    /// The lifecycle of a record whose template has none, or that has no template.
    #[must_use]
    pub fn of(kind: RecordKind) -> Self {
        let (statuses, moves): (&[&str], &[(&str, &str)]) = match kind {
            RecordKind::Experiment => (
                &["planned", "running", "done", "cancelled"],
                &[
                    ("planned", "running"),
                    ("running", "done"),
                    ("planned", "cancelled"),
                    ("running", "cancelled"),
                    ("done", "running"),
                    ("cancelled", "planned"),
                ],
            ),
            RecordKind::Sample => (
                &["available", "in use", "consumed"],
                &[
                    ("available", "in use"),
                    ("in use", "available"),
                    ("available", "consumed"),
                    ("in use", "consumed"),
                ],
            ),
            RecordKind::Protocol => (
                &["draft", "published", "retired"],
                &[("draft", "published"), ("published", "draft"), ("published", "retired")],
            ),
            RecordKind::Instrument => (
                &["operational", "in maintenance", "retired"],
                &[
                    ("operational", "in maintenance"),
                    ("in maintenance", "operational"),
                    ("operational", "retired"),
                    ("in maintenance", "retired"),
                ],
            ),
        };
        let status = |text: &&str| text.parse().ok();
        let step = |(from, to): &(&str, &str)| {
            let (from, to) = (from.parse().ok()?, to.parse().ok()?);
            Some(Move { from, to, by: MemberRole::Member, filled: Vec::new() })
        };
        Self {
            statuses: statuses.iter().filter_map(status).collect(),
            moves: moves.iter().filter_map(step).collect(),
        }
    }

    /// That it makes sense: 1 to 32 statuses that differ, and moves between them.
    ///
    /// # Errors
    /// [`BadLifecycle`] names the first place that does not.
    pub fn check(&self) -> Result<(), BadLifecycle> {
        let bad = |pointer: String, message| Err(BadLifecycle { pointer, message });
        if !(1..=MOST).contains(&self.statuses.len()) {
            return bad("/statuses".to_owned(), "must be 1 to 32 statuses");
        }
        let mut seen = HashSet::new();
        for (index, status) in self.statuses.iter().enumerate() {
            if !seen.insert(crate::fold(status.as_str())) {
                return bad(format!("/statuses/{index}"), "stands there already");
            }
        }
        let mut moves = HashSet::new();
        for (index, step) in self.moves.iter().enumerate() {
            for (end, status) in [("from", &step.from), ("to", &step.to)] {
                if !self.has(status) {
                    let message = "must be one of the statuses, written in the same way";
                    return bad(format!("/moves/{index}/{end}"), message);
                }
            }
            if step.from == step.to || !moves.insert((&step.from, &step.to)) {
                return bad(
                    format!("/moves/{index}"),
                    "must lead to another status, and stand once",
                );
            }
            if step.by == MemberRole::Viewer {
                return bad(format!("/moves/{index}/by"), "must be member or maintainer");
            }
            if let Some(place) = step.filled.iter().position(|pointer| !is_pointer(pointer)) {
                let message = "must be a JSON pointer into the record, such as /data/yield";
                return bad(format!("/moves/{index}/filled/{place}"), message);
            }
        }
        Ok(())
    }

    /// The status of a new record.
    ///
    /// # Panics
    /// Not for a lifecycle that was [checked](Self::check).
    #[must_use]
    pub fn first(&self) -> &Status {
        &self.statuses[0]
    }

    /// Whether there is this status.
    #[must_use]
    pub fn has(&self, status: &Status) -> bool {
        self.statuses.contains(status)
    }

    /// The move from one status to another, if someone who is this in the project may make it.
    ///
    /// # Errors
    /// [`MoveRefused`] says what is possible instead.
    pub fn step(
        &self,
        from: &Status,
        to: &Status,
        role: Option<ProjectRole>,
        administrator: bool,
    ) -> Result<&Move, MoveRefused> {
        if !self.has(to) {
            return Err(MoveRefused::NoSuchStatus(listed(self.statuses.iter())));
        }
        let found = self.moves.iter().find(|step| step.from == *from && step.to == *to);
        let step = found.ok_or_else(|| {
            let next = self.moves.iter().filter(|step| step.from == *from);
            let to = listed(next.map(|step| &step.to));
            MoveRefused::NoSuchMove { from: from.clone(), to }
        })?;
        let may = administrator
            || match role {
                Some(ProjectRole::Owner) => true,
                Some(ProjectRole::Made(role)) => role == MemberRole::Maintainer || role == step.by,
                None => false,
            };
        if may { Ok(step) } else { Err(MoveRefused::Role(step.by)) }
    }
}

fn listed<'a>(statuses: impl Iterator<Item = &'a Status>) -> String {
    let names: Vec<&str> = statuses.map(Status::as_str).collect();
    if names.is_empty() { "the last one".to_owned() } else { names.join(", ") }
}

fn is_pointer(text: &str) -> bool {
    const PLACES: [&str; 7] = ["title", "data", "body", "tags", "people", "start", "end"];
    let Some(rest) = text.strip_prefix('/') else { return false };
    let (first, inner) = rest.split_once('/').map_or((rest, None), |(a, b)| (a, Some(b)));
    text.len() <= 256
        && (PLACES.contains(&first) || first == "links")
        && (inner.is_none() || first == "data")
}
