//! How records hang together.

use crate::RecordId;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a record has to do with the one that a link leads to: read "this … that".
///
/// ```
/// use omicron_domain::Relation;
/// assert_eq!("derived_from".parse(), Ok(Relation::DerivedFrom));
/// assert_eq!(Relation::MeasuredBy.to_string(), "measured_by");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It was made out of that: a specimen out of an ingot.
    DerivedFrom,
    /// It is a part of that.
    PartOf,
    /// It was produced by that experiment.
    ProducedBy,
    /// It uses that: an experiment a sample.
    Uses,
    /// It was measured by that instrument.
    MeasuredBy,
    /// It follows that protocol.
    Follows,
    /// It comes after that: a second try, a new edition.
    Succeeds,
    /// It has something to do with that.
    RefersTo,
}

/// There is no relation of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be derived_from, part_of, produced_by, uses, measured_by, follows, succeeds or refers_to"
)]
pub struct UnknownRelation;

impl Relation {
    /// Every relation there is.
    pub const ALL: [Self; 8] = [
        Self::DerivedFrom,
        Self::PartOf,
        Self::ProducedBy,
        Self::Uses,
        Self::MeasuredBy,
        Self::Follows,
        Self::Succeeds,
        Self::RefersTo,
    ];

    /// Its name, as requests and the database have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DerivedFrom => "derived_from",
            Self::PartOf => "part_of",
            Self::ProducedBy => "produced_by",
            Self::Uses => "uses",
            Self::MeasuredBy => "measured_by",
            Self::Follows => "follows",
            Self::Succeeds => "succeeds",
            Self::RefersTo => "refers_to",
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Relation {
    type Err = UnknownRelation;

    fn from_str(text: &str) -> Result<Self, UnknownRelation> {
        Self::ALL.into_iter().find(|relation| relation.as_str() == text).ok_or(UnknownRelation)
    }
}

/// A link to another record.
///
/// ```
/// use omicron_domain::{Link, RecordId, Relation};
/// let link = Link { relation: Relation::DerivedFrom, target: RecordId(7) };
/// assert!(link < Link { target: RecordId(8), ..link });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Link {
    /// What this record has to do with it.
    pub relation: Relation,
    /// The other record.
    pub target: RecordId,
}
