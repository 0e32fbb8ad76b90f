//! Proofs as small files of JSON, which are checked with public keys alone.

use crate::{
    Checkpoint, CheckpointError, Entry, EntryError, Hash, Payload, SignedCheckpoint, VerifierKey,
    VerifyError, verify_consistency, verify_inclusion,
};
use serde::{Deserialize, Serialize};

/// A proof that can be checked without the journal.
///
/// ```
/// use omicron_tlog::{Proof, ProofError};
///
/// let error = Proof::parse(r#"{"format":"omicron-inclusion-proof/2"}"#).unwrap_err();
/// assert!(matches!(error, ProofError::Json(_)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "format")]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "one at a time is read, checked and dropped")]
pub enum Proof {
    /// That the journal has an entry.
    #[serde(rename = "omicron-inclusion-proof/1")]
    Inclusion(InclusionProof),
    /// That a journal was only added to.
    #[serde(rename = "omicron-consistency-proof/1")]
    Consistency(ConsistencyProof),
}

/// That the journal has an entry at its position, and what its payload is.
///
/// ```
/// # use omicron_tlog::{Checkpoint, Entry, Frontier, InclusionProof, Payload, Proof, SigningKey};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let key = SigningKey::new("lab", [7; 32])?;
/// # let entry: Entry = serde_json::from_str(r#"{"position": 1, "sealed_at": "", "seq": 1, "at": "",
/// #     "actor": null, "credential": null, "request_id": null, "action": "", "project": null,
/// #     "subject": "", "payload_hash": "", "format": 1}"#)?;
/// # let (origin, time) = ("lab".into(), "2026-11-24T12:00:00Z".into());
/// # let checkpoint = Checkpoint { origin, size: 1, root: entry.leaf()?, time }.sign(&[&key])?;
/// let proof = Proof::Inclusion(InclusionProof {
///     checkpoint: checkpoint.to_string(),
///     entry,
///     payload: None, // erased by law
///     path: Vec::new(),
/// });
/// let file = serde_json::to_string(&proof)?;
/// assert!(Proof::parse(&file)?.check(&[key.verifier().clone()]).is_ok());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// The text of the signed checkpoint whose root is above the entry.
    pub checkpoint: String,
    /// The entry.
    pub entry: Entry,
    /// What the entry's `payload_hash` is of; `None` if it was erased by law.
    #[serde(deserialize_with = "Option::deserialize")]
    pub payload: Option<Payload>,
    /// What [`inclusion_path`](crate::inclusion_path) gives for the index `position - 1`.
    pub path: Vec<Hash>,
}

/// That a journal was only added to from one checkpoint to another.
///
/// ```
/// use omicron_tlog::{Checkpoint, ConsistencyProof, Hash, Proof, SigningKey};
///
/// let key = SigningKey::new("lab", [7; 32])?;
/// let (a, b) = (Hash::leaf(b"a"), Hash::leaf(b"b"));
/// let note = |size, root| {
///     let (origin, time) = ("lab".into(), "2026-11-24T12:00:00Z".into());
///     Checkpoint { origin, size, root, time }.sign(&[&key])
/// };
/// let proof = Proof::Consistency(ConsistencyProof {
///     first: note(1, a)?.to_string(),
///     second: note(2, Hash::node(a, b))?.to_string(),
///     path: vec![b],
/// });
/// assert!(proof.check(&[key.verifier().clone()]).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// The text of the earlier signed checkpoint.
    pub first: String,
    /// The text of the later signed checkpoint.
    pub second: String,
    /// What [`consistency_path`](crate::consistency_path) gives for their sizes.
    pub path: Vec<Hash>,
}

/// What a proof has proven.
///
/// ```
/// use omicron_tlog::Checked;
///
/// fn tell(checked: &Checked) -> String {
///     match checked {
///         Checked::Inclusion { entry, payload: None, .. } => {
///             format!("{} at position {}, erased since", entry.action, entry.position)
///         }
///         Checked::Inclusion { entry, .. } => {
///             format!("{} at position {}", entry.action, entry.position)
///         }
///         Checked::Consistency { first, second } => {
///             format!("{} positions, then {}", first.size, second.size)
///         }
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// The journal has this entry.
    Inclusion {
        /// The entry.
        entry: Entry,
        /// The state it left; `None` if the proof says that it was erased.
        payload: Option<Payload>,
        /// The checkpoint that it is under.
        checkpoint: Checkpoint,
    },
    /// The journal was only added to.
    Consistency {
        /// What it was before.
        first: Checkpoint,
        /// What it was afterwards.
        second: Checkpoint,
    },
}

impl Proof {
    /// Reads either kind of proof; members that are unknown, missing or there twice are refused.
    ///
    /// ```
    /// # use omicron_tlog::{Checked, Proof, VerifierKey};
    /// fn check(file: &str, key: VerifierKey) -> Result<Checked, Box<dyn std::error::Error>> {
    ///     Ok(Proof::parse(file)?.check(&[key])?)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ProofError::Json`]
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        serde_json::from_str(text).map_err(ProofError::Json)
    }

    /// Checks all that the proof says, trusting nothing but the keys.
    ///
    /// ```
    /// # use omicron_tlog::{Proof, ProofError};
    /// # fn check(proof: &Proof) {
    /// assert!(matches!(proof.check(&[]), Err(ProofError::Checkpoint(..))));
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ProofError`], which says what does not hold.
    pub fn check(&self, keys: &[VerifierKey]) -> Result<Checked, ProofError> {
        match self {
            Self::Inclusion(proof) => proof.check(keys),
            Self::Consistency(proof) => proof.check(keys),
        }
    }
}

impl InclusionProof {
    fn check(&self, keys: &[VerifierKey]) -> Result<Checked, ProofError> {
        let Self { entry, payload, path, .. } = self;
        let checkpoint = verify("checkpoint", &self.checkpoint, keys)?;
        let index = index(entry.position).ok_or(ProofError::Position(entry.position))?;
        verify_inclusion(entry.leaf()?, index, checkpoint.size, path, checkpoint.root)
            .map_err(ProofError::Inclusion)?;
        if let Some(payload) = payload
            && payload.hash()? != entry.payload_hash
        {
            return Err(ProofError::Payload);
        }
        Ok(Checked::Inclusion { entry: entry.clone(), payload: payload.clone(), checkpoint })
    }
}

impl ConsistencyProof {
    fn check(&self, keys: &[VerifierKey]) -> Result<Checked, ProofError> {
        let first = verify("first checkpoint", &self.first, keys)?;
        let second = verify("second checkpoint", &self.second, keys)?;
        if first.origin != second.origin {
            return Err(ProofError::Origins(first.origin, second.origin));
        }
        verify_consistency(first.size, first.root, second.size, second.root, &self.path)
            .map_err(ProofError::Consistency)?;
        Ok(Checked::Consistency { first, second })
    }
}

fn verify(which: &'static str, note: &str, keys: &[VerifierKey]) -> Result<Checkpoint, ProofError> {
    let signed = note.parse::<SignedCheckpoint>();
    let checkpoint = signed.and_then(|signed| signed.verify(keys).cloned());
    checkpoint.map_err(|error| ProofError::Checkpoint(which, error))
}

/// The number of the leaf at a position.
fn index(position: i64) -> Option<u64> {
    u64::try_from(position).ok()?.checked_sub(1)
}

/// A file is no proof, or does not prove what it says.
///
/// ```
/// use omicron_tlog::ProofError;
/// assert_eq!(ProofError::Position(0).to_string(), "there is no position 0: they begin at 1");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// Not JSON, of a format that is not known, or with other members than a proof has.
    #[error("the file is not a proof of a known format")]
    Json(#[source] serde_json::Error),
    /// A checkpoint cannot be read, or none of the keys signed it rightly.
    #[error("the {0} does not hold")]
    Checkpoint(&'static str, #[source] CheckpointError),
    /// No position of any journal.
    #[error("there is no position {0}: they begin at 1")]
    Position(i64),
    /// The entry or its payload cannot be hashed.
    #[error("the entry or its payload cannot be hashed")]
    Entry(#[from] EntryError),
    /// The entry was changed, or stands elsewhere.
    #[error("the entry is not under the root of the checkpoint")]
    Inclusion(#[source] VerifyError),
    /// The payload was changed.
    #[error("the payload is not the one that the entry vouches for")]
    Payload,
    /// Two journals, and not one at two times.
    #[error("the checkpoints are of two journals: {0} and {1}")]
    Origins(String, String),
    /// The journal was not only added to.
    #[error("the second checkpoint does not continue the first")]
    Consistency(#[source] VerifyError),
}
