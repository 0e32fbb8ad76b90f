//! Checking paths by RFC 9162, with nothing but hashes at hand.

use crate::Hash;

/// A path does not prove what it should.
///
/// ```
/// use omicron_tlog::{Hash, VerifyError, verify_inclusion};
///
/// let (a, b) = (Hash::leaf(b"a"), Hash::leaf(b"b"));
/// assert_eq!(verify_inclusion(a, 0, 1, &[], b), Err(VerifyError::Root));
/// assert_eq!(verify_inclusion(a, 0, 2, &[], b), Err(VerifyError::TooShort));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The tree has no such leaf.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    Outside {
        /// The leaf's number, from 0 on.
        index: u64,
        /// How many leaves there are.
        size: u64,
    },
    /// The tree that should continue another one is smaller.
    #[error("a tree of {second} leaves cannot continue one of {first}")]
    Backward {
        /// The size of the earlier tree.
        first: u64,
        /// The size of the later tree.
        second: u64,
    },
    /// The path ends below the root.
    #[error("the path has too few hashes")]
    TooShort,
    /// The path goes on above the root.
    #[error("the path has too many hashes")]
    TooLong,
    /// The path leads elsewhere.
    #[error("the path does not lead to the root")]
    Root,
}

/// Checks that the leaf has this index, from 0 on, in the tree of this size and root (RFC 9162,
/// section 2.1.3.2).
///
/// ```
/// use omicron_tlog::{Hash, verify_inclusion};
///
/// let (a, b) = (Hash::leaf(b"a"), Hash::leaf(b"b"));
/// assert!(verify_inclusion(a, 0, 2, &[b], Hash::node(a, b)).is_ok());
/// assert!(verify_inclusion(a, 1, 2, &[b], Hash::node(a, b)).is_err());
/// ```
///
/// # Errors
/// [`VerifyError`], which says what does not hold.
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: Hash,
) -> Result<(), VerifyError> {
    if index >= size {
        return Err(VerifyError::Outside { index, size });
    }
    let mut climb = Climb { node: index, last: size - 1 };
    let mut hash = leaf;
    for &beside in path {
        hash = match climb.up()? {
            Side::Left => Hash::node(beside, hash),
            Side::Right => Hash::node(hash, beside),
        };
    }
    climb.end()?;
    if hash == root { Ok(()) } else { Err(VerifyError::Root) }
}

/// Checks that the second tree begins with all the leaves of the first, in their order (RFC 9162,
/// section 2.1.4.2). Every tree begins with the empty one, and with itself: the path is empty then.
///
/// ```
/// use omicron_tlog::{Hash, verify_consistency};
///
/// let (a, b) = (Hash::leaf(b"a"), Hash::leaf(b"b"));
/// assert!(verify_consistency(1, a, 2, Hash::node(a, b), &[b]).is_ok());
/// assert!(verify_consistency(1, b, 2, Hash::node(a, b), &[b]).is_err());
/// ```
///
/// # Errors
/// [`VerifyError`], which says what does not hold.
pub fn verify_consistency(
    first_size: u64,
    first_root: Hash,
    second_size: u64,
    second_root: Hash,
    path: &[Hash],
) -> Result<(), VerifyError> {
    match (first_size, second_size) {
        (first, second) if first > second => Err(VerifyError::Backward { first, second }),
        (0, _) if first_root != Hash::EMPTY => Err(VerifyError::Root),
        (first, second) if first == second && first_root != second_root => Err(VerifyError::Root),
        (first, second) if first == 0 || first == second => match path {
            [] => Ok(()),
            _ => Err(VerifyError::TooLong),
        },
        _ => verify_growth(first_size, first_root, second_size, second_root, path),
    }
}

/// The rule for two trees of which the first is the smaller, and not empty.
fn verify_growth(
    first_size: u64,
    first_root: Hash,
    second_size: u64,
    second_root: Hash,
    path: &[Hash],
) -> Result<(), VerifyError> {
    // Both climb from the lowest complete subtree at the right edge of the first tree.
    let height = first_size.trailing_zeros();
    let mut climb = Climb { node: (first_size - 1) >> height, last: (second_size - 1) >> height };
    let (&start, path) = if first_size.is_power_of_two() {
        (&first_root, path) // it is the whole first tree
    } else {
        path.split_first().ok_or(VerifyError::TooShort)?
    };
    let (mut first, mut second) = (start, start);
    for &beside in path {
        match climb.up()? {
            Side::Left => {
                first = Hash::node(beside, first);
                second = Hash::node(beside, second);
            }
            Side::Right => second = Hash::node(second, beside),
        }
    }
    climb.end()?;
    if first == first_root && second == second_root { Ok(()) } else { Err(VerifyError::Root) }
}

/// On which side of the way up the next hash of the path stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: its number in its level, and that of the level's last node.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// To the next node that has two children, and on which side the other child stands.
    fn up(&mut self) -> Result<Side, VerifyError> {
        if self.last == 0 {
            return Err(VerifyError::TooLong);
        }
        let side = if self.node % 2 == 1 {
            Side::Left
        } else if self.node == self.last {
            // Nothing stands to the right: the node is passed up unchanged until it is a right child.
            let height = self.node.trailing_zeros();
            self.node >>= height;
            self.last >>= height;
            Side::Left
        } else {
            Side::Right
        };
        self.node >>= 1;
        self.last >>= 1;
        Ok(side)
    }

    /// That the way ends here.
    fn end(&self) -> Result<(), VerifyError> {
        if self.last == 0 { Ok(()) } else { Err(VerifyError::TooShort) }
    }
}
