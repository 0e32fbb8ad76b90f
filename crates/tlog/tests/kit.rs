//! What several tests need.

use omicron_tlog::{
    Checkpoint, ConsistencyProof, Entry, Hash, InclusionProof, Leaves, Payload, Proof, SigningKey,
    VerifierKey, consistency_path, inclusion_path, root,
};
use std::sync::LazyLock;

pub const ORIGIN: &str = "lab.example.org/journal";
pub const TIME: &str = "2026-11-24T12:00:00.170000Z";

pub fn key(seed: u8) -> SigningKey {
    SigningKey::new(ORIGIN, [seed; 32]).unwrap()
}

pub fn public(seed: u8) -> VerifierKey {
    key(seed).verifier().clone()
}

/// What the leaf of an index holds, where only its hash matters.
pub fn content(index: u64) -> [u8; 8] {
    index.to_be_bytes()
}

/// A tree of as many leaves as are wanted.
pub fn leaves(size: u64) -> Leaves {
    (0..size).map(|index| Hash::leaf(&content(index))).collect()
}

/// How many leaves the tree has that takes longest to make: two complete levels, and some more.
pub const LARGE: u64 = 65_536 + 3 * 256 + 200;

static LARGE_TREE: LazyLock<Leaves> = LazyLock::new(|| leaves(LARGE));

pub fn large() -> Leaves {
    LARGE_TREE.clone()
}

pub fn checkpoint(tree: &mut Leaves, size: u64) -> Checkpoint {
    let (origin, time) = (ORIGIN.to_owned(), TIME.to_owned());
    Checkpoint { origin, size, root: root(tree, size).unwrap(), time }
}

pub fn payload(position: i64) -> Payload {
    Payload {
        salt: format!("{position:032x}"),
        text: format!(r#"{{"name":"Alloy {position} \"\u001f\" é"}}"#),
    }
}

pub fn entry(position: i64) -> Entry {
    Entry {
        position,
        sealed_at: TIME.to_owned(),
        seq: position + 10,
        at: "2026-11-24T12:00:00.120000Z".to_owned(),
        actor: Some(10),
        credential: Some("token:5".to_owned()),
        request_id: None,
        action: "project.changed".to_owned(),
        project: Some(12),
        subject: "project:12".to_owned(),
        payload_hash: payload(position).hash().unwrap(),
        format: 1,
    }
}

/// A journal of entries.
pub fn journal(size: i64) -> Leaves {
    (1..=size).map(|position| entry(position).leaf().unwrap()).collect()
}

pub fn inclusion(position: i64, size: i64) -> InclusionProof {
    let (index, leaves) = ((position - 1).unsigned_abs(), size.unsigned_abs());
    let mut tree = journal(size);
    InclusionProof {
        checkpoint: checkpoint(&mut tree, leaves).sign(&[&key(1)]).unwrap().to_string(),
        entry: entry(position),
        payload: Some(payload(position)),
        path: inclusion_path(&mut tree, index, leaves).unwrap(),
    }
}

pub fn consistency(first: u64, second: u64) -> ConsistencyProof {
    let mut tree = leaves(second);
    ConsistencyProof {
        first: checkpoint(&mut tree, first).sign(&[&key(1)]).unwrap().to_string(),
        second: checkpoint(&mut tree, second).sign(&[&key(1)]).unwrap().to_string(),
        path: consistency_path(&mut tree, first, second).unwrap(),
    }
}

/// A proof as a file.
pub fn file(proof: &Proof) -> String {
    serde_json::to_string(proof).unwrap()
}

/// An error and all its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
