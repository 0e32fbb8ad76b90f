//! Signed checkpoints: the notes of C2SP's `tlog-checkpoint`, with the time in a line of its own.

use crate::key::is_name;
use crate::signature::Signature;
use crate::{Hash, SigningKey, VerifierKey};
use std::fmt;
use std::str::FromStr;

/// What a journal was at a time: this many positions, under this root.
///
/// ```
/// use omicron_tlog::{Checkpoint, Hash, SigningKey};
///
/// let key = SigningKey::new("lab.example.org/journal", [7; 32])?;
/// let checkpoint = Checkpoint {
///     origin: "lab.example.org/journal".into(),
///     size: 1,
///     root: Hash::leaf(b"a"),
///     time: "2026-11-24T12:00:00.170000Z".into(),
/// };
/// let note = checkpoint.sign(&[&key])?;
/// assert_eq!(note.verify(&[key.verifier().clone()])?.size, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which journal it is of, such as `lab.example.org/journal`.
    pub origin: String,
    /// How many positions it had.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
    /// When it was made: RFC 3339 in UTC, such as `2026-11-24T12:00:00.170000Z`.
    pub time: String,
}

impl Checkpoint {
    /// Signs it with one key or more: where a key follows another, the first checkpoint carries the
    /// signatures of both.
    ///
    /// ```
    /// # use omicron_tlog::{Checkpoint, CheckpointError, SignedCheckpoint, SigningKey};
    /// fn change_key(
    ///     checkpoint: Checkpoint,
    ///     old: &SigningKey,
    ///     new: &SigningKey,
    /// ) -> Result<SignedCheckpoint, CheckpointError> {
    ///     checkpoint.sign(&[old, new])
    /// }
    /// ```
    ///
    /// # Errors
    /// [`CheckpointError`] if there is no key, or if the origin or the time could not be read again.
    pub fn sign(self, keys: &[&SigningKey]) -> Result<SignedCheckpoint, CheckpointError> {
        let text = self.to_string();
        let signatures = keys.iter().map(|key| Signature::new(key, &text)).collect();
        SignedCheckpoint::new(self, signatures)
    }

    fn parse(text: &str) -> Result<Self, CheckpointError> {
        let lines: Vec<&str> = text.split('\n').collect();
        let &[origin, size, root, time] = lines.as_slice() else {
            return Err(CheckpointError::Lines);
        };
        let time = time.strip_prefix("time ").ok_or(CheckpointError::Time)?;
        Ok(Self {
            origin: origin.to_owned(),
            size: parse_size(size).ok_or(CheckpointError::Size)?,
            root: Hash::from_base64(root).map_err(|_| CheckpointError::Root)?,
            time: time.to_owned(),
        })
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, root, time } = self;
        writeln!(f, "{origin}\n{size}\n{}\ntime {time}", root.to_base64())
    }
}

/// A checkpoint and who vouches for it, written as a signed note.
///
/// ```
/// use omicron_tlog::{SignedCheckpoint, VerifierKey};
///
/// let text = "\
/// lab.example.org/journal
/// 1
/// Aippeebat6pa5MPl5F9+l3ESp+Y1k4INvsHsc4ok+Tw=
/// time 2026-11-24T12:00:00.170000Z
///
/// — lab.example.org/journal Lj9bnaJQvJENcmautl9uK0OoCGEenJAjCpVFJ4Eu/QrmIaV52e7dnnUTX+IJRVOee62kjT30w4LeaiQOWcU3F4heeAg=
/// ";
/// let key: VerifierKey =
///     "lab.example.org/journal+2e3f5b9d+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs".parse()?;
/// let note: SignedCheckpoint = text.parse()?;
/// assert_eq!(note.verify(&[key])?.time, "2026-11-24T12:00:00.170000Z");
/// assert_eq!(note.to_string(), text);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    signatures: Vec<Signature>,
}

/// As many signatures as every reader of signed notes must accept.
const MAX_SIGNATURES: usize = 16;

impl SignedCheckpoint {
    fn new(checkpoint: Checkpoint, signatures: Vec<Signature>) -> Result<Self, CheckpointError> {
        if !is_name(&checkpoint.origin) {
            return Err(CheckpointError::Origin);
        }
        if !is_time(&checkpoint.time) {
            return Err(CheckpointError::Time);
        }
        if !(1..=MAX_SIGNATURES).contains(&signatures.len()) {
            return Err(CheckpointError::Signatures(signatures.len()));
        }
        Ok(Self { checkpoint, signatures })
    }

    /// The checkpoint, if one of these keys signed it. Signatures of other keys are passed over.
    ///
    /// ```
    /// # use omicron_tlog::{CheckpointError, SignedCheckpoint};
    /// # fn check(note: &SignedCheckpoint) {
    /// assert!(matches!(note.verify(&[]), Err(CheckpointError::Unknown)));
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`CheckpointError::Forged`] if what is said to be the signature of one of the keys is not;
    /// [`CheckpointError::Unknown`] if none of them signed it.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<&Checkpoint, CheckpointError> {
        let text = self.checkpoint.to_string();
        let mut known = false;
        for signature in &self.signatures {
            if let Some(key) = keys.iter().find(|key| signature.claims(key)) {
                if !signature.holds(key, &text) {
                    return Err(CheckpointError::Forged(key.to_string()));
                }
                known = true;
            }
        }
        if known { Ok(&self.checkpoint) } else { Err(CheckpointError::Unknown) }
    }

    /// Which of these keys signed it: for whoever knows all the keys that there may be, and wants no
    /// signature that nobody answers for.
    ///
    /// ```
    /// # use omicron_tlog::{CheckpointError, SignedCheckpoint};
    /// # fn check(note: &SignedCheckpoint) {
    /// assert!(matches!(note.signers(&[]), Err(CheckpointError::Unknown)));
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`verify`](Self::verify), of any of its signatures.
    pub fn signers<'a>(
        &self,
        keys: &'a [VerifierKey],
    ) -> Result<Vec<&'a VerifierKey>, CheckpointError> {
        let text = self.checkpoint.to_string();
        let signer = |signature: &Signature| {
            let mut claimed = keys.iter().filter(|key| signature.claims(key)).peekable();
            let first = *claimed.peek().ok_or(CheckpointError::Unknown)?;
            claimed
                .find(|key| signature.holds(key, &text))
                .ok_or_else(|| CheckpointError::Forged(first.to_string()))
        };
        self.signatures.iter().map(signer).collect()
    }

    /// What it says, whoever signed it.
    ///
    /// ```
    /// # fn show(note: &omicron_tlog::SignedCheckpoint) {
    /// println!("said to be of {} positions", note.unverified().size);
    /// # }
    /// ```
    #[must_use]
    pub const fn unverified(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

impl FromStr for SignedCheckpoint {
    type Err = CheckpointError;

    fn from_str(note: &str) -> Result<Self, CheckpointError> {
        let (text, signatures) = note.split_once("\n\n").ok_or(CheckpointError::Lines)?;
        let lines = signatures.strip_suffix('\n').ok_or(CheckpointError::Signature)?.split('\n');
        let signatures = lines.map(|line| Signature::parse(line).ok_or(CheckpointError::Signature));
        Self::new(Checkpoint::parse(text)?, signatures.collect::<Result<_, _>>()?)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checkpoint)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// A text is no checkpoint, or nobody vouches for it.
///
/// ```
/// use omicron_tlog::{CheckpointError, SignedCheckpoint};
///
/// let error = "lab\n1\n".parse::<SignedCheckpoint>().unwrap_err();
/// assert!(matches!(error, CheckpointError::Lines));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// More lines, or fewer.
    #[error("a checkpoint has four lines (origin, size, root, time), an empty one and signatures")]
    Lines,
    /// No name of a journal.
    #[error("the origin must not be empty, and must not hold white space or a +")]
    Origin,
    /// No number of positions.
    #[error("the size must be a whole number without zeros before it")]
    Size,
    /// No hash.
    #[error("the root must be a hash in base64")]
    Root,
    /// No time, or not in UTC.
    #[error("the time must be written like: time 2026-11-24T12:00:00Z")]
    Time,
    /// A line that should be a signature.
    #[error("a signature must be written: — name base64")]
    Signature,
    /// No signature, or too many.
    #[error("there must be 1 to {MAX_SIGNATURES} signatures, not {0}")]
    Signatures(usize),
    /// A signature that is not of the key that it names.
    #[error("the signature of {0} is wrong: the checkpoint was changed, or never signed by it")]
    Forged(String),
    /// Signed by others, if by anybody.
    #[error("none of the known keys signed it")]
    Unknown,
}

/// A decimal number as it is written, and in no other way.
fn parse_size(text: &str) -> Option<u64> {
    text.parse().ok().filter(|size: &u64| size.to_string() == text)
}

/// Whether it has the form of RFC 3339 in UTC: `2026-11-24T12:00:00Z`, with a fraction or without.
fn is_time(text: &str) -> bool {
    let Some(text) = text.strip_suffix('Z') else { return false };
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let form = seconds.replace(|c: char| c.is_ascii_digit(), "0");
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    form == "0000-00-00T00:00:00" && is_fraction
}
