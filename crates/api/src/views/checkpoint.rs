//! What clients are shown of checkpoints.

use chrono::SecondsFormat;
use omicron_persistence::checkpoints::KeptCheckpoint;
use serde::Serialize;
use utoipa::ToSchema;

/// A part of the checkpoints.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckpointsView {
    checkpoints: Vec<CheckpointView>,
}

/// What the journal was at a time, signed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckpointView {
    /// Its number; there may be gaps.
    id: i64,
    /// For how many positions it vouches.
    #[schema(example = 1204)]
    size: i64,
    /// When it was signed.
    #[schema(format = DateTime, example = "2026-11-24T12:00:00.170000Z")]
    signed_at: String,
    /// The signed note (C2SP), to be kept as it is.
    note: String,
}

impl From<Vec<KeptCheckpoint>> for CheckpointsView {
    fn from(kept: Vec<KeptCheckpoint>) -> Self {
        Self { checkpoints: kept.into_iter().map(CheckpointView::from).collect() }
    }
}

impl From<KeptCheckpoint> for CheckpointView {
    fn from(KeptCheckpoint { id, size, signed_at, note }: KeptCheckpoint) -> Self {
        let signed_at = signed_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        Self { id, size, signed_at, note }
    }
}
