//! Paths, compared with another implementation in both directions.

use crate::kit::{LARGE, content, large, leaves};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use omicron_tlog::{
    Hash, Leaves, VerifyError, consistency_path, inclusion_path, root, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;
use sha2::Sha256;
use std::cell::RefCell;

thread_local! {
    /// A tree that the cases of a property share: most of the time goes into its leaves.
    static TREE: RefCell<Leaves> = RefCell::new(large());
}

fn with_tree<T>(read: impl FnOnce(&mut Leaves) -> T) -> T {
    TREE.with_borrow_mut(read)
}

fn bytes(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| hash.as_ref().to_vec()).collect()
}

fn reference_root(root: Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new(<[u8; 32]>::try_from(root.as_ref()).unwrap().into(), size)
}

/// A size: any, one at which the shape of the tree changes, or one that is quickly made.
fn size() -> impl Strategy<Value = u64> {
    prop_oneof![
        1..=LARGE,
        1..=5000_u64,
        prop::sample::select(vec![1, 2, 255, 256, 257, 512, 65_535, 65_536, 65_537]),
    ]
}

/// A number, and another one up to it.
fn up_to_size() -> impl Strategy<Value = (u64, u64)> {
    size().prop_flat_map(|size| (1..=size, Just(size)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn others_accept_our_paths_of_inclusion((position, size) in up_to_size()) {
        let index = position - 1;
        let (path, root) = with_tree(|tree| {
            (inclusion_path(tree, index, size).unwrap(), root(tree, size).unwrap())
        });
        let theirs = InclusionProof::<Sha256>::from_bytes(bytes(&path));
        let verdict = reference_root(root, size).verify_inclusion(&content(index), index, &theirs);
        prop_assert!(verdict.is_ok(), "{verdict:?}");
        let leaf = Hash::leaf(&content(index));
        prop_assert_eq!(verify_inclusion(leaf, index, size, &path, root), Ok(()));
    }

    #[test]
    fn others_accept_our_paths_of_consistency((first, second) in up_to_size()) {
        let (path, from, to) = with_tree(|tree| {
            let path = consistency_path(tree, first, second).unwrap();
            (path, root(tree, first).unwrap(), root(tree, second).unwrap())
        });
        let theirs = ConsistencyProof::<Sha256>::try_from_bytes(bytes(&path)).unwrap();
        let (old, new) = (reference_root(from, first), reference_root(to, second));
        let verdict = new.verify_consistency(&old, &theirs);
        prop_assert!(verdict.is_ok(), "{verdict:?}");
        prop_assert_eq!(verify_consistency(first, from, second, to, &path), Ok(()));
    }

    #[test]
    fn a_path_proves_neither_another_index_nor_another_size(
        (position, size) in up_to_size(), other_index: u64, other_size: u64,
    ) {
        let index = position - 1;
        let (path, root) = with_tree(|tree| {
            (inclusion_path(tree, index, size).unwrap(), root(tree, size).unwrap())
        });
        let leaf = Hash::leaf(&content(index));
        for wrong in [other_index, other_index % size, index ^ 1] {
            let verdict = verify_inclusion(leaf, wrong, size, &path, root);
            prop_assert_eq!(verdict.is_ok(), wrong == index);
        }
        // Of another size than the right one it may look the same: the root is signed with its size.
        let _ = verify_inclusion(leaf, index, other_size, &path, root);
    }

    #[test]
    fn nonsense_is_refused_and_never_a_panic(
        index: u64, size: u64, first: u64, length in 0..130_usize,
    ) {
        let some = Hash::leaf(b"some");
        let path = vec![some; length];
        prop_assert!(verify_inclusion(some, index, size, &path, some).is_err());
        prop_assert!(verify_consistency(first, some, size, Hash::EMPTY, &path).is_err());
    }
}

#[test]
fn both_make_the_same_paths() {
    for size in [1, 2, 3, 7, 8, 100, 256, 257] {
        let mut reference = MemoryBackedTree::<Sha256, _>::new();
        (0..size).for_each(|index| reference.push(content(index)));
        let mut tree = leaves(size);
        for index in (0..size).step_by(if size < 100 { 1 } else { 7 }) {
            let ours = bytes(&inclusion_path(&mut tree, index, size).unwrap());
            let theirs = reference.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(ours, theirs.as_bytes(), "{index} in {size}");
            let first = index + 1;
            let ours = bytes(&consistency_path(&mut tree, first, size).unwrap());
            let theirs = reference.prove_consistency(usize::try_from(size - first).unwrap());
            assert_eq!(ours, theirs.as_bytes(), "{first} to {size}");
        }
    }
}

#[test]
fn paths_hold_where_a_level_begins() {
    let mut tree = large();
    for size in [255, 256, 257, 65_535, 65_536, 65_537] {
        let root_of = |tree: &mut Leaves, size| root(tree, size).unwrap();
        let all = root_of(&mut tree, size);
        for index in [0, 1, 254, 255, 256, 65_534, 65_535, 65_536] {
            if index < size {
                let path = inclusion_path(&mut tree, index, size).unwrap();
                let leaf = Hash::leaf(&content(index));
                assert_eq!(verify_inclusion(leaf, index, size, &path, all), Ok(()));
                let (first, part) = (index + 1, root_of(&mut tree, index + 1));
                let path = consistency_path(&mut tree, first, size).unwrap();
                assert_eq!(verify_consistency(first, part, size, all, &path), Ok(()));
            }
        }
    }
}

#[test]
fn trees_that_are_empty_or_the_same_need_no_path() {
    let (a, b) = (Hash::leaf(b"a"), Hash::leaf(b"b"));
    let both = Hash::node(a, b);
    assert_eq!(verify_consistency(0, Hash::EMPTY, 0, Hash::EMPTY, &[]), Ok(()));
    assert_eq!(verify_consistency(0, Hash::EMPTY, 2, both, &[]), Ok(()));
    assert_eq!(verify_consistency(2, both, 2, both, &[]), Ok(()));

    let refused = [
        (verify_consistency(0, a, 0, a, &[]), VerifyError::Root),
        (verify_consistency(0, Hash::EMPTY, 0, a, &[]), VerifyError::Root),
        (verify_consistency(0, a, 2, both, &[]), VerifyError::Root),
        (verify_consistency(0, Hash::EMPTY, 2, both, &[a]), VerifyError::TooLong),
        (verify_consistency(2, a, 2, both, &[]), VerifyError::Root),
        (verify_consistency(2, both, 2, both, &[a]), VerifyError::TooLong),
        (verify_consistency(1, a, 2, both, &[]), VerifyError::TooShort),
        (verify_consistency(3, a, 4, both, &[]), VerifyError::TooShort),
        (verify_consistency(1, b, 2, both, &[b]), VerifyError::Root),
        (verify_consistency(1, a, 2, both, &[a]), VerifyError::Root),
        (verify_consistency(1, a, 2, both, &[b, b]), VerifyError::TooLong),
        (verify_consistency(2, both, 1, a, &[b]), VerifyError::Backward { first: 2, second: 1 }),
        (verify_inclusion(a, 0, 0, &[], a), VerifyError::Outside { index: 0, size: 0 }),
        (verify_inclusion(a, 2, 2, &[b], both), VerifyError::Outside { index: 2, size: 2 }),
    ];
    for (verdict, error) in refused {
        assert_eq!(verdict, Err(error));
    }
}

#[test]
fn trees_as_large_as_a_number_can_say_are_no_trouble() {
    let some = Hash::leaf(b"some");
    let large = 1 << 63;
    for (index, size) in [(u64::MAX - 1, u64::MAX), (large, large + 1), (0, u64::MAX)] {
        for length in 0..130 {
            let path = vec![some; length];
            assert!(verify_inclusion(some, index, size, &path, some).is_err());
            assert!(verify_consistency(index, some, size, some, &path).is_err());
        }
    }
}
