//! The stored tree and the proofs from it, against an implementation by others.

use crate::ledger::{key, public};
use crate::support::{Lab, lab as fixture};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use omicron_domain::{Subject, UserId, Viewer};
use omicron_persistence::{Error, positions, proofs};
use omicron_tests::on_both;
use omicron_tlog::{Checked, ConsistencyProof, InclusionProof, Proof};
use sha2::Sha256;

type Reference = MemoryBackedTree<Sha256, Vec<u8>>;

fn inclusion(lab: &Lab, position: i64) -> Option<InclusionProof> {
    lab.db.read(Viewer::Nobody, |view| proofs::inclusion(view, position)).unwrap()
}

fn consistency(lab: &Lab, first: i64, second: i64) -> Option<ConsistencyProof> {
    lab.db.read(Viewer::Nobody, |view| proofs::consistency(view, first, second)).unwrap()
}

fn root(lab: &Lab, size: i64) -> Vec<u8> {
    let root = lab.db.read(Viewer::Nobody, |view| positions::root(view, size)).unwrap();
    root.as_ref().to_vec()
}

/// The tree of all entries, made by others from what the proofs say that they are.
fn reference(lab: &Lab) -> Reference {
    let mut tree = Reference::new();
    for position in 1..=lab.latest().size {
        tree.push(inclusion(lab, position).unwrap().entry.canonical().unwrap());
    }
    tree
}

/// The hashes of a path, one after the other.
fn bytes(path: &[omicron_tlog::Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| hash.as_ref().to_vec()).collect()
}

/// What a proof says once it was written to a file and read again.
fn checked(proof: &Proof, keys: &[u8]) -> Checked {
    let file = serde_json::to_string(proof).unwrap();
    let keys: Vec<_> = keys.iter().map(|seed| public(*seed)).collect();
    Proof::parse(&file).unwrap().check(&keys).unwrap()
}

on_both! {
    fn sealing_fills_the_tree_as_others_compute_it(lab: &Lab) {
        lab.introduce(&key(1));
        // In parts that end before, at and after the end of a node.
        for (part, count) in [100, 155, 1, 1, 254, 1, 30].into_iter().enumerate() {
            lab.signed(&format!("p{part}"), count, &key(1));
        }
        let tree = reference(lab);
        assert_eq!(tree.len(), 542);
        let mut part = Reference::new();
        for position in 1..=542 {
            part.push(inclusion(lab, position).unwrap().entry.canonical().unwrap());
            if [1, 2, 99, 100, 255, 256, 257, 511, 512, 513, 541].contains(&position) {
                assert_eq!(root(lab, position), part.root().as_bytes().to_vec(), "{position}");
            }
        }
        assert_eq!(root(lab, 542), tree.root().as_bytes().to_vec());
        let nodes = "SELECT CAST(level AS TEXT) || ':' || CAST(number AS TEXT) AS value
                     FROM tree_nodes ORDER BY level, number";
        assert_eq!(lab.values(nodes), ["1:0", "1:1"]);
    }

    fn inclusion_is_proven_to_others(lab: &Lab) {
        lab.ledger();
        let (tree, size) = (reference(lab), lab.latest().size);
        for position in [1, 2, 255, 256, 257, 450, 512, 513, size - 1, size] {
            let proof = inclusion(lab, position).unwrap();
            let index = usize::try_from(position - 1).unwrap();
            let expected = tree.prove_inclusion(index);
            assert_eq!(bytes(&proof.path), expected.as_bytes(), "{position}");
            let Checked::Inclusion { entry, checkpoint, .. } = checked(&Proof::Inclusion(proof), &[2]) else {
                unreachable!()
            };
            assert_eq!((entry.position, checkpoint.size), (position, size.unsigned_abs()));
        }
        assert_eq!((inclusion(lab, 0), inclusion(lab, size + 1), inclusion(lab, -1)), (None, None, None));
        // Sealed, and not signed yet.
        lab.events("d", 1);
        positions::seal(&lab.db).unwrap();
        assert_eq!(inclusion(lab, size + 1), None);
    }

    fn consistency_is_proven_to_others(lab: &Lab) {
        lab.ledger();
        let (tree, size) = (reference(lab), lab.latest().size);
        for first in [250, 450] {
            let proof = consistency(lab, first, size).unwrap();
            assert_eq!(consistency(lab, size, first).as_ref(), Some(&proof), "in either order");
            let added = usize::try_from(size - first).unwrap();
            assert_eq!(bytes(&proof.path), tree.prove_consistency(added).as_bytes(), "{first}");
            let checked = checked(&Proof::Consistency(proof), &[1, 2]);
            assert!(matches!(checked, Checked::Consistency { second, .. } if second.size == size.unsigned_abs()));
        }
        assert_eq!(consistency(lab, 7, size), None, "there is no such checkpoint");
    }

    fn a_version_of_a_subject_is_found_and_proven_until_it_is_erased(lab: &Lab) {
        lab.ledger();
        let position = |id, version| {
            let subject = Subject::from(UserId(id));
            lab.db.read(Viewer::Nobody, |view| proofs::position_of(view, subject, version)).unwrap()
        };
        assert_eq!((position(1, 1), position(1, 2), position(1, 0)), (Some(1), None, None));
        assert_eq!((position(3, 1), position(3, 3), position(999, 1)), (Some(3), None, None));
        let payload = |position| inclusion(lab, position).unwrap().payload;
        assert!(payload(1).unwrap().text.contains("a-0"));
        assert_eq!(payload(3), None);
        checked(&Proof::Inclusion(inclusion(lab, 3).unwrap()), &[2]);
        let anonymised = position(3, 2).unwrap();
        assert!(payload(anonymised).is_some());
    }

    fn what_is_lost_is_not_proven(lab: &Lab) {
        lab.ledger();
        lab.owner().execute("DELETE FROM events WHERE seq = 5; DELETE FROM tree_nodes").unwrap();
        for position in [5, 6] {
            let lost = lab.db.read(Viewer::Nobody, |view| proofs::inclusion(view, position));
            assert!(matches!(lost, Err(Error::Corrupt(..))), "{lost:?}");
        }
    }
}
