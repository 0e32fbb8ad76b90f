//! The journal made tamper-evident: a Merkle tree over its positions, signed checkpoints, and
//! proofs that anyone can check who has the public key.
//!
//! Everything here is computed from what is passed in: no database, no file, no clock, no
//! randomness. The tree is that of RFC 6962, paths are checked by RFC 9162, checkpoints are the
//! signed notes of C2SP.
//!
//! ```
//! use omicron_tlog::{
//!     Checked, Checkpoint, Entry, Frontier, InclusionProof, Leaves, Proof, SigningKey,
//!     inclusion_path,
//! };
//!
//! // A journal of three entries
//! let entry = |position: i64| Entry {
//!     position,
//!     sealed_at: "2026-11-24T12:00:00.170000Z".into(),
//!     seq: position,
//!     at: "2026-11-24T12:00:00.120000Z".into(),
//!     actor: Some(1),
//!     credential: Some("token:5".into()),
//!     request_id: None,
//!     action: "project.changed".into(),
//!     project: Some(12),
//!     subject: "project:12".into(),
//!     payload_hash: "ab".repeat(32),
//!     format: 1,
//! };
//! let leaves = (1..=3).map(|position| entry(position).leaf()).collect::<Result<Vec<_>, _>>()?;
//!
//! // is sealed: its tree grows at the right edge, and a key vouches for its root.
//! let mut frontier = Frontier::default();
//! for leaf in &leaves {
//!     frontier.push(*leaf); // gives the nodes to be stored
//! }
//! let key = SigningKey::new("lab.example.org/journal", [7; 32])?; // 32 random bytes in earnest
//! let checkpoint = Checkpoint {
//!     origin: "lab.example.org/journal".into(),
//!     size: frontier.size(),
//!     root: frontier.root(),
//!     time: "2026-11-24T12:00:00.170000Z".into(),
//! };
//!
//! // What is stored gives a proof,
//! let mut stored: Leaves = leaves.into_iter().collect();
//! let file = serde_json::to_string(&Proof::Inclusion(InclusionProof {
//!     checkpoint: checkpoint.sign(&[&key])?.to_string(),
//!     entry: entry(2),
//!     payload: None,
//!     path: inclusion_path(&mut stored, 1, 3)?,
//! }))?;
//!
//! // and whoever has the public key checks it.
//! let public = key.verifier().to_string().parse()?;
//! let checked = Proof::parse(&file)?.check(&[public])?;
//! assert!(matches!(checked, Checked::Inclusion { entry, .. } if entry.position == 2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to say | there is |
//! | --- | --- |
//! | what a leaf vouches for | [`Entry`], [`Payload`] |
//! | a leaf, a node, a root | [`Hash`](struct@Hash) |
//! | where hashes are kept | [`Nodes`], [`Leaves`] |
//! | how the tree grows | [`Frontier`], [`Node`] |
//! | what a tree is, and what it holds | [`root`], [`inclusion_path`], [`consistency_path`] |
//! | that a path is right | [`verify_inclusion`], [`verify_consistency`] |
//! | who vouches | [`SigningKey`], [`VerifierKey`] |
//! | for what they vouch | [`Checkpoint`], [`SignedCheckpoint`] |
//! | a proof to take away | [`Proof`], [`InclusionProof`], [`ConsistencyProof`], [`Checked`] |

mod checkpoint;
mod entry;
mod frontier;
mod hash;
mod hex;
mod key;
mod nodes;
mod proof;
mod signature;
mod tiles;
mod tree;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use entry::{Entry, EntryError, Payload};
pub use frontier::{Frontier, Node};
pub use hash::{Hash, HashError};
pub use hex::hex;
pub use key::{KeyError, SigningKey, VerifierKey};
pub use nodes::{Leaves, Nodes, TreeError};
pub use proof::{Checked, ConsistencyProof, InclusionProof, Proof, ProofError};
pub use tree::{consistency_path, inclusion_path, root};
pub use verify::{VerifyError, verify_consistency, verify_inclusion};
