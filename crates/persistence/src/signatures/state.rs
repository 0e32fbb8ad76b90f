//! What the journal keeps of a signature.

use omicron_domain::{CommentText, Meaning, RecordId, Signature, Timestamp, UserId};
use serde::{Deserialize, Serialize};

#[derive(PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    record: RecordId,
    version: i64,
    signer: UserId,
    meaning: Meaning,
    date_signed: Timestamp,
    event: i64,
    /// The hash of the version, in small hexadecimal digits.
    digest: String,
    pub(super) comment: Option<CommentText>,
}

impl State {
    pub(super) fn of(signature: &Signature, comment: Option<CommentText>) -> Self {
        let Signature { record, version, signer, meaning, date_signed, event, .. } = *signature;
        let digest = signature.digest();
        Self { record, version, signer, meaning, date_signed, event, digest, comment }
    }
}
