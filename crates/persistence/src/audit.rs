//! Whether the journal is what it was: each row against its leaf, the leaves against the tree, the
//! tree against what was signed, and the present against the journal.

mod fault;
mod part;
mod present;
mod row;
mod signed;
mod written;

use crate::{Database, Error, View, checkpoints, positions};
use omicron_domain::Viewer;
use omicron_tlog::{Frontier, Hash, Node, SignedCheckpoint, VerifierKey};
use part::Part;
use present::Present;
use signed::Signed;
use std::collections::HashMap;

pub use fault::Fault;

/// How many positions are read at once.
const PART: usize = 5_000;

/// The most faults that are named.
pub const MOST_FAULTS: usize = 100;

/// What a journal is held against.
///
/// ```
/// let expected = omicron_persistence::audit::Expected::default();
/// assert!(expected.keys.is_empty()); // those that the database itself knows
/// ```
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// The keys to trust: one of them must have signed the last checkpoint. None for those that the
    /// database itself names, which whoever changed the journal may have changed as well.
    pub keys: Vec<VerifierKey>,
    /// Checkpoints that were kept elsewhere: only they tell that a tail was cut off or made again.
    pub checkpoints: Vec<SignedCheckpoint>,
}

/// What was found.
///
/// ```
/// # fn show(report: &omicron_persistence::audit::Report) {
/// for fault in &report.faults {
///     println!("{fault}");
/// }
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Report {
    /// How many positions were looked at.
    pub positions: i64,
    /// How many of their payloads were erased, as an event says.
    pub erased: i64,
    /// How many events wait for their position; nothing vouches for them yet.
    pub waiting: i64,
    /// How many checkpoints were held against the tree, those from elsewhere included.
    pub checkpoints: usize,
    /// Up to which position a checkpoint vouches that is signed by a key to trust.
    pub signed: i64,
    /// What is wrong, the first [`MOST_FAULTS`] that were found.
    pub faults: Vec<Fault>,
}

impl Report {
    fn add(&mut self, fault: Fault) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }
}

/// Looks at the whole journal, as far as it goes now, and says how far it has come. It reads part by
/// part: others may go on to write.
///
/// ```
/// use omicron_persistence::{Database, Error, Options, audit};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let report = audit::verify(&db, &audit::Expected::default(), |_, _| ())?;
/// assert!(report.faults.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database. What is wrong with the journal is no error but a [`Fault`].
pub fn verify(
    db: &Database,
    expected: &Expected,
    progress: impl Fn(i64, i64),
) -> Result<Report, Error> {
    let mut audit = db.read(Viewer::Nobody, |view| Audit::begin(view, expected))?;
    let mut from = 0;
    loop {
        let part = db.read(Viewer::Nobody, |view| part::load(view, from, audit.last))?;
        let is_last = part.is_last;
        from = part.to;
        audit.look_at(part);
        progress(audit.report.positions, audit.last);
        if is_last {
            break;
        }
    }
    let (last, now) = (audit.last, db.clock().now());
    let (present, versions) = db.apart(|connection| {
        let mut view = View::new(connection, Viewer::Nobody, now);
        Ok((present::load(&mut view)?, present::versions(&mut view, last)?))
    })?;
    Ok(audit.end(present, versions))
}

struct Audit<'a> {
    expected: &'a Expected,
    /// The last position that is looked at.
    last: i64,
    /// The tree so far; none after a gap, since the numbers of what follows in it are not known.
    tree: Option<Frontier>,
    signed: Signed,
    versions: i64,
    sealed_at: String,
    report: Report,
}

impl<'a> Audit<'a> {
    fn begin(view: &mut View<'_>, expected: &'a Expected) -> Result<Self, Error> {
        // First what was signed: there are no fewer positions a moment later.
        let latest = part::latest(view)?;
        let last = positions::last_position(view)?;
        let keys = checkpoints::keys(view)?;
        let mut report = Report::default();
        let signed = Signed::new(expected, &keys, &mut report);
        if let Some(latest) = latest {
            Signed::trust_latest(expected, &latest, &mut report);
            for beyond in part::kept(view, last, latest.size)? {
                let name = format!("checkpoint {}", beyond.id);
                report.add(Fault::TailMissing {
                    name,
                    size: signed::number(beyond.size),
                    positions: last,
                });
            }
        }
        let (tree, sealed_at) = (Some(Frontier::default()), String::new());
        Ok(Self { expected, last, tree, signed, versions: 0, sealed_at, report })
    }

    fn look_at(&mut self, part: Part) {
        self.signed.expect_kept(&part.checkpoints, self.expected, &part.keys, &mut self.report);
        let mut stored = part.nodes;
        self.hold_against_checkpoints();
        for mut row in part.rows {
            self.report.positions += 1;
            if self
                .tree
                .as_ref()
                .is_some_and(|tree| tree.size() + 1 != signed::number(row.position))
            {
                self.report.add(Fault::PositionMissing { position: self.report.positions });
                self.tree = None;
            }
            if row.sealed_at < self.sealed_at {
                self.report.add(Fault::TimeBackwards { position: row.position });
            }
            self.versions += i64::from(row.is_version());
            self.report.erased += i64::from(row.erased);
            row.fault().into_iter().for_each(|fault| self.report.add(fault));
            self.grow(row.leaf, &mut stored);
            self.sealed_at = row.sealed_at;
            self.hold_against_checkpoints();
        }
    }

    fn grow(&mut self, leaf: Hash, stored: &mut HashMap<(u8, u64), Hash>) {
        let nodes = self.tree.as_mut().map(|tree| tree.push(leaf)).unwrap_or_default();
        for Node { level, number, hash } in nodes {
            if stored.remove(&(level, number)) != Some(hash) {
                self.report.add(Fault::NodeChanged { level, number });
            }
        }
    }

    fn hold_against_checkpoints(&mut self) {
        if let Some(tree) = &self.tree {
            self.signed.hold_against(tree, &mut self.report);
        }
    }

    fn end(mut self, present: Present, versions: i64) -> Report {
        self.signed.beyond(self.last, &mut self.report);
        self.report.waiting = present.waiting;
        // Else it is not known how many there should be.
        let is_sound = self.report.faults.is_empty();
        present.faults.into_iter().for_each(|fault| self.report.add(fault));
        if is_sound && versions != self.versions {
            let fault = Fault::IndexMissing { found: versions, expected: self.versions };
            self.report.add(fault);
        }
        self.report
    }
}
