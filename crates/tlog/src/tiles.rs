//! Reading the hashes of a tree: 256 neighbours at a time, and each only once.

use crate::{Hash, Nodes, TreeError};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

/// The heights of subtrees from one stored level to the next.
const HEIGHT: u32 = 8;
/// How many nodes of a level are below one of the next.
const WIDTH: u64 = 1 << HEIGHT;

/// The level at which a subtree of 2^height leaves is stored, or the one from which it is made.
#[expect(clippy::cast_possible_truncation, reason = "a tree is at most 64 high")]
pub(crate) const fn level(height: u32) -> u8 {
    (height / HEIGHT) as u8
}

/// Whether subtrees of 2^height leaves are stored, and not only made from others.
pub(crate) const fn is_stored(height: u32) -> bool {
    height.is_multiple_of(HEIGHT)
}

/// The hashes of a tree of one size, read as they are needed.
pub(crate) struct Tiles<'a, N> {
    nodes: &'a mut N,
    size: u64,
    read: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl<'a, N: Nodes> Tiles<'a, N> {
    pub(crate) const fn new(nodes: &'a mut N, size: u64) -> Self {
        Self { nodes, size, read: BTreeMap::new() }
    }

    /// The root of leaves that begin where a subtree of so many may begin; there is at least one.
    pub(crate) fn root(&mut self, leaves: Range<u64>) -> Result<Hash, TreeError<N::Error>> {
        let count = leaves.end - leaves.start;
        if count.is_power_of_two() {
            return self.subtree(leaves.start, count.ilog2());
        }
        let (left, right) = split(&leaves);
        Ok(Hash::node(self.root(left)?, self.root(right)?))
    }

    /// The root of the subtree of 2^height leaves that begins with the leaf `start`.
    pub(crate) fn subtree(&mut self, start: u64, height: u32) -> Result<Hash, TreeError<N::Error>> {
        let level = level(height);
        let first = start >> (HEIGHT * u32::from(level));
        let tile = self.tile(level, first / WIDTH)?;
        let offset = (first % WIDTH) as usize;
        Ok(complete(&tile[offset..offset + (1 << (height % HEIGHT))]))
    }

    /// The nodes below the node `number` of the next level, as far as they are complete.
    fn tile(&mut self, level: u8, number: u64) -> Result<&[Hash], TreeError<N::Error>> {
        let entry = match self.read.entry((level, number)) {
            Entry::Occupied(tile) => return Ok(tile.into_mut()),
            Entry::Vacant(entry) => entry,
        };
        let start = number * WIDTH;
        let complete = self.size >> (HEIGHT * u32::from(level));
        let numbers = start..complete.min(start.saturating_add(WIDTH));
        let hashes = self.nodes.nodes(level, numbers.clone()).map_err(TreeError::Nodes)?;
        if hashes.len() as u64 != numbers.end - numbers.start {
            return Err(TreeError::Missing { level, numbers, found: hashes.len() });
        }
        Ok(entry.insert(hashes))
    }
}

/// The root above nodes whose number is a power of two.
fn complete(nodes: &[Hash]) -> Hash {
    match nodes {
        [] => Hash::EMPTY,
        [node] => *node,
        _ => {
            let (left, right) = nodes.split_at(nodes.len() / 2);
            Hash::node(complete(left), complete(right))
        }
    }
}

/// The leaves below the two children of a node that has more than one: to the left stands the
/// largest complete subtree that leaves something to the right.
pub(crate) fn split(leaves: &Range<u64>) -> (Range<u64>, Range<u64>) {
    let middle = leaves.start + (1 << (leaves.end - leaves.start - 1).ilog2());
    (leaves.start..middle, middle..leaves.end)
}
