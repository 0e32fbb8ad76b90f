//! The right edge of the tree, which is all that is needed to let it grow.

use crate::tiles::{Tiles, is_stored, level};
use crate::{Hash, Nodes, TreeError};

/// The right edge of a tree: how many leaves there are, and the roots of the complete subtrees that
/// they form, the largest first.
///
/// It takes up to 64 hashes, however many leaves there are. So who seals the journal goes on from
/// it, and who checks the whole journal needs nothing else: each leaf is pushed, and each node that
/// this completes is compared with the stored one.
///
/// ```
/// use omicron_tlog::{Frontier, Hash};
///
/// let mut frontier = Frontier::default();
/// for _ in 0..255 {
///     assert_eq!(frontier.push(Hash::leaf(b"")), []);
/// }
/// let completed = frontier.push(Hash::leaf(b""));
/// assert_eq!((completed[0].level, completed[0].number), (1, 0));
/// assert_eq!(completed[0].hash, frontier.root());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// The root of a complete subtree of 256^level leaves, to be stored.
///
/// ```
/// use omicron_tlog::{Hash, Node};
/// let second = Node { level: 1, number: 1, hash: Hash::leaf(b"") }; // above leaves 256 to 511
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Its level, from 1 on: leaves are stored with what they are leaves of.
    pub level: u8,
    /// Its number in that level, from the left.
    pub number: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Frontier {
    /// The right edge of the first `size` leaves.
    ///
    /// ```
    /// use omicron_tlog::{Frontier, Hash, Leaves};
    ///
    /// let mut leaves: Leaves = vec![Hash::leaf(b"a"); 300].into_iter().collect();
    /// assert_eq!(Frontier::load(&mut leaves, 300)?.size(), 300);
    /// # Ok::<(), omicron_tlog::TreeError<std::convert::Infallible>>(())
    /// ```
    ///
    /// # Errors
    /// [`TreeError::Nodes`] or [`TreeError::Missing`] if the hashes cannot be read.
    pub fn load<N: Nodes>(nodes: &mut N, size: u64) -> Result<Self, TreeError<N::Error>> {
        let mut tiles = Tiles::new(nodes, size);
        let (mut start, mut peaks) = (0, Vec::new());
        while start < size {
            let height = (size - start).ilog2();
            peaks.push(tiles.subtree(start, height)?);
            start += 1 << height;
        }
        Ok(Self { size, peaks })
    }

    /// Adds a leaf, and gives the nodes to be stored that are complete now: the lowest first, and
    /// most often none.
    ///
    /// ```
    /// use omicron_tlog::{Frontier, Hash};
    ///
    /// let mut frontier = Frontier::default();
    /// frontier.push(Hash::leaf(b"a"));
    /// assert_eq!(frontier.root(), Hash::leaf(b"a"));
    /// ```
    pub fn push(&mut self, leaf: Hash) -> Vec<Node> {
        self.size += 1;
        // The new leaf completes a subtree of every height up to this; the left halves are peaks.
        let top = self.size.trailing_zeros();
        let lefts = self.peaks.len() - top as usize;
        let (mut root, mut completed) = (leaf, Vec::new());
        for (height, left) in (1..=top).zip(self.peaks.drain(lefts..).rev()) {
            root = Hash::node(left, root);
            if is_stored(height) {
                let number = (self.size >> height) - 1;
                completed.push(Node { level: level(height), number, hash: root });
            }
        }
        self.peaks.push(root);
        completed
    }

    /// How many leaves there are.
    ///
    /// ```
    /// assert_eq!(omicron_tlog::Frontier::default().size(), 0);
    /// ```
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of all leaves.
    ///
    /// ```
    /// use omicron_tlog::{Frontier, Hash};
    /// assert_eq!(Frontier::default().root(), Hash::EMPTY);
    /// ```
    #[must_use]
    pub fn root(&self) -> Hash {
        let peaks = self.peaks.iter().rev().copied();
        peaks.reduce(|right, left| Hash::node(left, right)).unwrap_or(Hash::EMPTY)
    }
}
