//! What clients are shown of signatures.

use omicron_domain::{Meaning, Timestamp};
use omicron_service::signatures::Signed;
use serde::Serialize;
use utoipa::ToSchema;

/// That someone stands for one version of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignatureView {
    id: i64,
    /// Who signed, by username.
    signer: String,
    #[schema(value_type = String, example = "approved")]
    meaning: Meaning,
    /// When, in UTC.
    #[schema(value_type = String, format = DateTime)]
    date_signed: Timestamp,
    /// What the signer said with it.
    comment: Option<String>,
    /// The version that was signed.
    version: i64,
    /// Whether the record still is in that version.
    current: bool,
    /// The SHA-256 by which the journal knows that version, with a salt.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    hash: String,
    /// Whether what is stored of that version, and of this signature, still is what was signed.
    intact: bool,
}

impl From<Signed> for SignatureView {
    fn from(Signed { verified, signer }: Signed) -> Self {
        let signature = verified.signature;
        Self {
            id: signature.id.0,
            signer: signer.into(),
            meaning: signature.meaning,
            date_signed: signature.date_signed,
            comment: verified.comment.map(String::from),
            version: signature.version,
            current: verified.current,
            hash: signature.digest(),
            intact: verified.intact,
        }
    }
}

/// A part of the signatures of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignaturesView {
    pub(crate) signatures: Vec<SignatureView>,
}
