//! What can be wrong with a journal.

use std::fmt;

/// Something is not what it was.
///
/// ```
/// use omicron_persistence::audit::Fault;
///
/// let fault = Fault::PositionMissing { position: 7 };
/// assert_eq!(fault.to_string(), "position 7 is missing: it, or what stood there, was deleted");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// There is a gap. What follows is looked at row by row, and not held against the tree.
    PositionMissing {
        /// Where.
        position: i64,
    },
    /// There is one before the first.
    PositionOutside {
        /// Which one.
        position: i64,
    },
    /// The event of a position is gone.
    EventMissing {
        /// Where.
        position: i64,
        /// The event's number.
        seq: i64,
    },
    /// An event, its position or the time of its sealing was changed.
    EventChanged {
        /// Where.
        position: i64,
        /// The event's number.
        seq: i64,
    },
    /// The state that an event has left was changed.
    PayloadChanged {
        /// Where.
        position: i64,
        /// The event's number.
        seq: i64,
    },
    /// The state that an event has left is gone, and no event says that it was erased.
    PayloadMissing {
        /// Where.
        position: i64,
        /// The event's number.
        seq: i64,
    },
    /// A position was given before the one before it.
    TimeBackwards {
        /// Where.
        position: i64,
    },
    /// The tree over some positions is another one.
    NodeChanged {
        /// The node's level.
        level: u8,
        /// Its number in the level.
        number: u64,
    },
    /// A node of the tree stands over no positions.
    NodeUnplaced {
        /// The node's level.
        level: i16,
        /// Its number in the level.
        number: i64,
    },
    /// A checkpoint is not where its number says that it is.
    CheckpointMissing {
        /// Its number.
        id: i64,
    },
    /// A checkpoint's row does not say what the signed note in it does.
    CheckpointChanged {
        /// Its number.
        id: i64,
    },
    /// A checkpoint can't be read.
    Unreadable {
        /// Which one.
        name: String,
    },
    /// A checkpoint is not signed by a key that is trusted.
    Unsigned {
        /// Which one.
        name: String,
        /// Why.
        because: String,
    },
    /// What a checkpoint vouches for is something else.
    RootChanged {
        /// Which one.
        name: String,
        /// For how many positions.
        size: u64,
        /// Up to which position all is well.
        since: i64,
    },
    /// A checkpoint vouches for more than there is.
    TailMissing {
        /// Which one.
        name: String,
        /// For how many positions.
        size: u64,
        /// How many there are.
        positions: i64,
    },
    /// An event has no position, and does not wait for one.
    EventUnplaced {
        /// The event's number.
        seq: i64,
    },
    /// A payload belongs to no event.
    PayloadUnplaced {
        /// The number of the event that there should be.
        seq: i64,
    },
    /// A record is not what the journal says of it.
    RecordChanged {
        /// Of which kind.
        kind: String,
        /// Its id.
        id: i64,
    },
    /// The index of the past says something else of a subject than the journal.
    IndexChanged {
        /// Of which kind.
        kind: String,
        /// Its id.
        id: i64,
        /// From which position on.
        position: i64,
    },
    /// The index of the past has fewer states than the journal, or more.
    IndexMissing {
        /// How many there are in it.
        found: i64,
        /// How many there should be.
        expected: i64,
    },
}

impl Fault {
    /// The first position that is known to be concerned.
    ///
    /// ```
    /// use omicron_persistence::audit::Fault;
    /// assert_eq!(Fault::NodeChanged { level: 1, number: 2 }.position(), Some(513));
    /// ```
    #[must_use]
    pub fn position(&self) -> Option<i64> {
        match self {
            Self::PositionMissing { position }
            | Self::PositionOutside { position }
            | Self::IndexChanged { position, .. }
            | Self::EventMissing { position, .. }
            | Self::EventChanged { position, .. }
            | Self::PayloadChanged { position, .. }
            | Self::PayloadMissing { position, .. }
            | Self::TimeBackwards { position } => Some(*position),
            Self::NodeChanged { level, number } => Some(span(*level, *number).0),
            Self::RootChanged { since, .. } => Some(since + 1),
            Self::TailMissing { positions, .. } => Some(positions + 1),
            _ => None,
        }
    }
}

/// The positions under a node.
fn span(level: u8, number: u64) -> (i64, i64) {
    let leaves = 256_i64.saturating_pow(level.into());
    let first = leaves.saturating_mul(i64::try_from(number).unwrap_or(i64::MAX));
    (first.saturating_add(1), first.saturating_add(leaves))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PositionMissing { position } => {
                write!(f, "position {position} is missing: it, or what stood there, was deleted")
            }
            Self::PositionOutside { position } => {
                write!(f, "position {position} was put in: they begin at 1")
            }
            Self::EventMissing { position, seq } => {
                write!(f, "position {position}: event {seq} was deleted")
            }
            Self::EventChanged { position, seq } => {
                write!(f, "position {position}: event {seq} is not what was sealed there")
            }
            Self::PayloadChanged { position, seq } => {
                write!(f, "position {position}: the state that event {seq} left was changed")
            }
            Self::PayloadMissing { position, seq } => write!(
                f,
                "position {position}: the state that event {seq} left was deleted, and nothing says that it was erased"
            ),
            Self::TimeBackwards { position } => {
                write!(f, "position {position} was sealed before the one before it")
            }
            Self::NodeChanged { level, number } => {
                let (first, last) = span(*level, *number);
                write!(f, "positions {first} to {last} are not those that the tree was made of")
            }
            Self::NodeUnplaced { level, number } => {
                write!(
                    f,
                    "node {number} of level {level} was put into the tree: it has no positions"
                )
            }
            Self::CheckpointMissing { id } => {
                write!(f, "checkpoint {id} is missing, or not in its place")
            }
            Self::CheckpointChanged { id } => {
                write!(f, "checkpoint {id} is not what its signed note says")
            }
            Self::Unreadable { name } => write!(f, "{name} can't be read"),
            Self::Unsigned { name, because } => write!(f, "{name}: {because}"),
            Self::RootChanged { name, size, since } => write!(
                f,
                "{name} vouches for other events: something in positions {} to {size} was changed",
                since + 1
            ),
            Self::TailMissing { name, size, positions } => write!(
                f,
                "{name} vouches for {size} positions, and there are {positions}: the rest was cut off"
            ),
            Self::EventUnplaced { seq } => {
                write!(f, "event {seq} was put in beside the journal: it has no position")
            }
            Self::PayloadUnplaced { seq } => {
                write!(
                    f,
                    "a payload of event {seq} was put in beside the journal: there is no such event"
                )
            }
            Self::RecordChanged { kind, id } => {
                write!(f, "{kind} {id} is not what the journal says of it")
            }
            Self::IndexChanged { kind, id, position } => write!(
                f,
                "the index of the past says something else of {kind} {id} from position {position} on than the journal"
            ),
            Self::IndexMissing { found, expected } => {
                write!(f, "the index of the past has {found} states, and the journal {expected}")
            }
        }
    }
}
