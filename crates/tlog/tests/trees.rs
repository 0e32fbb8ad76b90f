//! Roots, frontiers and reads, compared with another implementation and with the definition.

use crate::kit::{LARGE, content, large, leaves};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use omicron_tlog::{
    Frontier, Hash, Leaves, Nodes, TreeError, consistency_path, inclusion_path, root,
};
use sha2::Sha256;
use std::convert::Infallible;
use std::ops::Range;

/// What RFC 6962 says that a root is.
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Hash::node(defined(left), defined(right))
        }
    }
}

#[test]
fn roots_of_all_sizes_are_those_of_another_implementation() {
    let mut reference = MemoryBackedTree::<Sha256, _>::new();
    let (mut tree, mut frontier) = (leaves(600), Frontier::default());
    for size in 0..=600 {
        let expected = Hash::try_from(reference.root().as_bytes().as_slice()).unwrap();
        assert_eq!(root(&mut tree, size).unwrap(), expected, "{size}");
        assert_eq!(frontier.root(), expected, "{size}");
        reference.push(content(size));
        frontier.push(Hash::leaf(&content(size)));
    }
}

#[test]
fn roots_are_as_defined_where_a_level_begins() {
    let mut tree = large();
    let all = tree.nodes(0, 0..LARGE).unwrap();
    for size in [255, 256, 257, 65_535, 65_536] {
        assert_eq!(root(&mut tree, size as u64).unwrap(), defined(&all[..size]), "{size}");
    }
    let complete = root(&mut tree, 65_536).unwrap();
    assert_eq!(root(&mut tree, 65_537).unwrap(), Hash::node(complete, all[65_536]));
}

#[test]
fn a_frontier_is_the_same_loaded_as_grown_and_completes_what_is_stored() {
    let (mut tree, mut grown) = (large(), Frontier::default());
    let mut completed = Vec::new();
    for size in 0..LARGE {
        if size % 997 == 0 || [255, 256, 257, 65_535, 65_536, 65_537].contains(&size) {
            let mut loaded = Frontier::load(&mut tree, size).unwrap();
            assert_eq!(loaded, grown, "{size}");
            let leaf = Hash::leaf(b"another");
            assert_eq!(loaded.push(leaf), grown.clone().push(leaf), "{size}");
        }
        let nodes = grown.push(Hash::leaf(&content(size)));
        completed.extend(nodes.iter().map(|node| (grown.size(), node.level, node.number)));
    }
    let mut expected: Vec<_> = (0..259).map(|number| ((number + 1) * 256, 1, number)).collect();
    expected.insert(256, (65_536, 2, 0));
    assert_eq!(completed, expected);
}

/// Counts what is read, and may keep some of it back.
struct Watched {
    leaves: Leaves,
    calls: usize,
    hashes: usize,
    kept_back: usize,
}

impl Watched {
    fn new(leaves: Leaves) -> Self {
        Self { leaves, calls: 0, hashes: 0, kept_back: 0 }
    }
}

impl Nodes for Watched {
    type Error = Infallible;

    fn nodes(&mut self, level: u8, numbers: Range<u64>) -> Result<Vec<Hash>, Infallible> {
        let mut hashes = self.leaves.nodes(level, numbers.clone())?;
        assert_eq!(hashes.len() as u64, numbers.end - numbers.start, "incomplete nodes are wanted");
        assert!(hashes.len() <= 256);
        self.calls += 1;
        self.hashes += hashes.len();
        hashes.truncate(hashes.len() - self.kept_back);
        Ok(hashes)
    }
}

#[test]
fn a_few_reads_of_256_hashes_are_enough() {
    let (mut tree, size) = (Watched::new(large()), LARGE);
    let mut reads = |read: &dyn Fn(&mut Watched)| {
        (tree.calls, tree.hashes) = (0, 0);
        read(&mut tree);
        (tree.calls, tree.hashes)
    };
    let frontier = reads(&|tree| assert_eq!(Frontier::load(tree, size).unwrap().size(), size));
    assert_eq!(frontier, (3, 200 + 3 + 1));
    assert_eq!(reads(&|tree| assert!(root(tree, size).is_ok())), frontier);
    for index in [0, 255, 256, 40_000, 65_535, 65_536, size - 1] {
        let (calls, hashes) = reads(&|tree| assert!(inclusion_path(tree, index, size).is_ok()));
        assert!(calls <= 5 && hashes <= 5 * 256, "{index}: {calls} reads of {hashes} hashes");
        let first = index + 1;
        let (calls, hashes) = reads(&|tree| assert!(consistency_path(tree, first, size).is_ok()));
        assert!(calls <= 5 && hashes <= 5 * 256, "{first}: {calls} reads of {hashes} hashes");
    }
}

#[test]
fn hashes_that_are_missing_are_an_error() {
    let mut tree = Watched::new(leaves(300));
    tree.kept_back = 1;
    let error = root(&mut tree, 300).unwrap_err();
    assert_eq!(error.to_string(), "of the nodes 0..1 of level 1 there are 0");
    assert!(matches!(inclusion_path(&mut tree, 0, 300), Err(TreeError::Missing { .. })));
    assert!(matches!(consistency_path(&mut tree, 299, 300), Err(TreeError::Missing { .. })));
    assert!(matches!(Frontier::load(&mut tree, 300), Err(TreeError::Missing { .. })));
    for size in [301, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
        assert!(matches!(root(&mut leaves(300), size), Err(TreeError::Missing { .. })), "{size}");
        let path = inclusion_path(&mut leaves(300), size - 1, size);
        assert!(matches!(path, Err(TreeError::Missing { .. })), "{size}");
        let path = consistency_path(&mut leaves(300), size - 1, size);
        assert!(matches!(path, Err(TreeError::Missing { .. })), "{size}");
    }
}

#[test]
fn what_a_tree_has_not_is_an_error() {
    let mut tree = leaves(3);
    for (index, size) in [(0, 0), (3, 3), (u64::MAX, 3)] {
        let error = inclusion_path(&mut tree, index, size).unwrap_err();
        assert_eq!(error.to_string(), format!("leaf {index} is not in a tree of {size} leaves"));
    }
    let error = consistency_path(&mut tree, 3, 2).unwrap_err();
    assert_eq!(error.to_string(), "a tree of 2 leaves cannot continue one of 3");
    for (first, second) in [(0, 0), (0, 3), (3, 3)] {
        assert_eq!(consistency_path(&mut tree, first, second).unwrap(), []);
    }
}
