//! The Merkle tree over the leaves of all positions, as it is stored.

use crate::connection::AnyConnection;
use crate::tables::{positions, tree_nodes};
use crate::{Error, View};
use diesel::prelude::*;
use omicron_tlog::{Frontier, Hash, Node, Nodes, TreeError};
use std::ops::Range;

/// The tree behind a connection. Position 1 is leaf 0.
pub(crate) struct Tree<'a>(pub(crate) &'a mut AnyConnection);

impl Nodes for Tree<'_> {
    type Error = Error;

    fn nodes(&mut self, level: u8, numbers: Range<u64>) -> Result<Vec<Hash>, Error> {
        let (from, to) = (signed(numbers.start)?, signed(numbers.end)?);
        let hashes: Vec<Vec<u8>> = if level == 0 {
            positions::table
                .filter(positions::position.gt(from).and(positions::position.le(to)))
                .order(positions::position)
                .select(positions::leaf)
                .load(self.0)?
        } else {
            tree_nodes::table
                .filter(tree_nodes::level.eq(i16::from(level)))
                .filter(tree_nodes::number.ge(from).and(tree_nodes::number.lt(to)))
                .order(tree_nodes::number)
                .select(tree_nodes::hash)
                .load(self.0)?
        };
        hashes.iter().map(|hash| hash_of(hash)).collect()
    }
}

/// The root of the first so many positions.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, positions};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let root = db.read(Viewer::Everything, |view| positions::root(view, 0))?;
/// assert_eq!(root, omicron_tlog::Hash::EMPTY);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Corrupt`] if there are not so many; those of the database.
pub fn root(view: &mut View<'_>, size: i64) -> Result<Hash, Error> {
    omicron_tlog::root(&mut Tree(view.connection), unsigned(size)?).map_err(broken)
}

/// Lets the tree grow by the leaves that follow the first `size`.
pub(super) fn grow(
    connection: &mut AnyConnection,
    size: i64,
    leaves: &[Hash],
) -> Result<(), Error> {
    let mut frontier = Frontier::load(&mut Tree(connection), unsigned(size)?).map_err(broken)?;
    let nodes: Vec<Node> = leaves.iter().flat_map(|leaf| frontier.push(*leaf)).collect();
    for node in nodes {
        let row = (
            tree_nodes::level.eq(i16::from(node.level)),
            tree_nodes::number.eq(signed(node.number)?),
            tree_nodes::hash.eq(node.hash.as_ref().to_vec()),
        );
        diesel::insert_into(tree_nodes::table).values(row).execute(connection)?;
    }
    Ok(())
}

pub(crate) fn hash_of(bytes: &[u8]) -> Result<Hash, Error> {
    Hash::try_from(bytes).map_err(|error| Error::Corrupt("the journal's tree", Box::new(error)))
}

/// That the tree can't be read: it is not what it should be.
pub(crate) fn broken(error: TreeError<Error>) -> Error {
    match error {
        TreeError::Nodes(error) => error,
        other => Error::Corrupt("the journal's tree", Box::new(other)),
    }
}

/// A number of the tree as the tables keep it.
pub(crate) fn signed(number: u64) -> Result<i64, Error> {
    number.try_into().map_err(|error| Error::Corrupt("the journal's tree", Box::new(error)))
}

/// A number of the tables as the tree has it.
pub(crate) fn unsigned(number: i64) -> Result<u64, Error> {
    number.try_into().map_err(|error| Error::Corrupt("the journal's tree", Box::new(error)))
}
