//! Where the hashes of a tree are kept.

use crate::{Frontier, Hash};
use std::convert::Infallible;
use std::ops::Range;

/// Where the hashes of a tree are kept: those of its leaves, which are its level 0, and for each
/// level above the roots of the complete subtrees of 256^level leaves.
///
/// [`Leaves`] is one in memory; a table of `(level, number, hash)` is another.
pub trait Nodes {
    /// Why hashes could not be read.
    type Error;

    /// The hashes of a level by number from the left. Only complete nodes are asked for, and at
    /// most 256 of them.
    ///
    /// ```
    /// use omicron_tlog::{Hash, Leaves, Nodes};
    ///
    /// let leaf = Hash::leaf(b"a");
    /// let mut leaves: Leaves = vec![leaf; 600].into_iter().collect();
    /// assert_eq!(leaves.nodes(0, 599..600)?, [leaf]);
    /// assert_eq!(leaves.nodes(1, 0..2)?.len(), 2); // of 256 leaves each
    /// # Ok::<(), std::convert::Infallible>(())
    /// ```
    ///
    /// # Errors
    /// What keeps them from being read; that some are not there is seen by their number.
    fn nodes(&mut self, level: u8, numbers: Range<u64>) -> Result<Vec<Hash>, Self::Error>;
}

/// Something cannot be read out of a tree.
///
/// ```
/// use omicron_tlog::{Leaves, TreeError, inclusion_path};
///
/// let error = inclusion_path(&mut Leaves::default(), 0, 0).unwrap_err();
/// assert!(matches!(error, TreeError::Outside { index: 0, size: 0 }));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError<E> {
    /// The hashes could not be read.
    #[error("the hashes of the tree cannot be read")]
    Nodes(#[source] E),
    /// There are fewer hashes, or more, than the tree has.
    #[error("of the nodes {numbers:?} of level {level} there are {found}")]
    Missing {
        /// The level that was asked for.
        level: u8,
        /// The numbers that were asked for.
        numbers: Range<u64>,
        /// How many came.
        found: usize,
    },
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
}

/// The hashes of some leaves, and of what is above them, in memory.
///
/// ```
/// use omicron_tlog::{Hash, Leaves, root};
///
/// let mut leaves: Leaves = [Hash::leaf(b"a")].into_iter().collect();
/// assert_eq!(root(&mut leaves, 1)?, Hash::leaf(b"a"));
/// # Ok::<(), omicron_tlog::TreeError<std::convert::Infallible>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Leaves {
    levels: Vec<Vec<Hash>>,
}

impl Leaves {
    fn store(&mut self, level: u8, hash: Hash) {
        let level = usize::from(level);
        if self.levels.len() == level {
            self.levels.push(Vec::new());
        }
        self.levels[level].push(hash);
    }
}

impl FromIterator<Hash> for Leaves {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let (mut all, mut frontier) = (Self::default(), Frontier::default());
        for leaf in leaves {
            all.store(0, leaf);
            for node in frontier.push(leaf) {
                all.store(node.level, node.hash);
            }
        }
        all
    }
}

impl Nodes for Leaves {
    type Error = Infallible;

    fn nodes(&mut self, level: u8, numbers: Range<u64>) -> Result<Vec<Hash>, Infallible> {
        let found = || {
            let numbers =
                usize::try_from(numbers.start).ok()?..usize::try_from(numbers.end).ok()?;
            self.levels.get(usize::from(level))?.get(numbers)
        };
        Ok(found().unwrap_or_default().to_vec())
    }
}
