//! The Merkle tree of RFC 6962 over stored hashes: its root, and paths that prove things about it.

use crate::tiles::{Tiles, split};
use crate::{Hash, Nodes, TreeError};

/// The root of the first `size` leaves.
///
/// ```
/// use omicron_tlog::{Hash, Leaves, root};
///
/// let (a, b) = (Hash::leaf(b"a"), Hash::leaf(b"b"));
/// let mut leaves: Leaves = [a, b].into_iter().collect();
/// assert_eq!(root(&mut leaves, 0)?, Hash::EMPTY);
/// assert_eq!(root(&mut leaves, 2)?, Hash::node(a, b));
/// # Ok::<(), omicron_tlog::TreeError<std::convert::Infallible>>(())
/// ```
///
/// # Errors
/// [`TreeError::Nodes`] or [`TreeError::Missing`] if the hashes cannot be read.
pub fn root<N: Nodes>(nodes: &mut N, size: u64) -> Result<Hash, TreeError<N::Error>> {
    if size == 0 { Ok(Hash::EMPTY) } else { Tiles::new(nodes, size).root(0..size) }
}

/// The hashes that lead from a leaf to the root of the first `size` leaves, for
/// [`verify_inclusion`](crate::verify_inclusion).
///
/// ```
/// use omicron_tlog::{Hash, Leaves, inclusion_path};
///
/// let (a, b) = (Hash::leaf(b"a"), Hash::leaf(b"b"));
/// let mut leaves: Leaves = [a, b].into_iter().collect();
/// assert_eq!(inclusion_path(&mut leaves, 0, 2)?, [b]);
/// # Ok::<(), omicron_tlog::TreeError<std::convert::Infallible>>(())
/// ```
///
/// # Errors
/// [`TreeError::Outside`] if there is no such leaf; else as [`root`].
pub fn inclusion_path<N: Nodes>(
    nodes: &mut N,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, TreeError<N::Error>> {
    if index >= size {
        return Err(TreeError::Outside { index, size });
    }
    let mut tiles = Tiles::new(nodes, size);
    let (mut range, mut path) = (0..size, Vec::new());
    while range.end - range.start > 1 {
        let (left, right) = split(&range);
        let (around, beside) = if index < left.end { (left, right) } else { (right, left) };
        path.push(tiles.root(beside)?);
        range = around;
    }
    path.reverse();
    Ok(path)
}

/// The hashes that show that the first `second` leaves begin with the first `first` ones, for
/// [`verify_consistency`](crate::verify_consistency).
///
/// ```
/// use omicron_tlog::{Hash, Leaves, consistency_path};
///
/// let (a, b) = (Hash::leaf(b"a"), Hash::leaf(b"b"));
/// let mut leaves: Leaves = [a, b].into_iter().collect();
/// assert_eq!(consistency_path(&mut leaves, 1, 2)?, [b]);
/// # Ok::<(), omicron_tlog::TreeError<std::convert::Infallible>>(())
/// ```
///
/// # Errors
/// [`TreeError::Backward`] if `second` is less than `first`; else as [`root`].
pub fn consistency_path<N: Nodes>(
    nodes: &mut N,
    first: u64,
    second: u64,
) -> Result<Vec<Hash>, TreeError<N::Error>> {
    if first > second {
        return Err(TreeError::Backward { first, second });
    }
    if first == 0 {
        return Ok(Vec::new()); // every tree begins with the empty one
    }
    let mut tiles = Tiles::new(nodes, second);
    let (mut range, mut path) = (0..second, Vec::new());
    while range.end != first {
        let (left, right) = split(&range);
        let (around, beside) = if first <= left.end { (left, right) } else { (right, left) };
        path.push(tiles.root(beside)?);
        range = around;
    }
    if range.start != 0 {
        path.push(tiles.root(range)?); // else it is the first root, which the verifier has
    }
    path.reverse();
    Ok(path)
}
