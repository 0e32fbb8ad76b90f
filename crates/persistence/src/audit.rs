//! Whether the journal is what it was: each row against its leaf, the leaves against the tree, the
//! tree against what was signed, and the present against the journal.

mod fault;
mod part;
mod present;

use crate::checkpoints::parsed;
use crate::tables::checkpoints;
use crate::{Database, Error, View, positions};
use diesel::prelude::*;
use omicron_domain::Viewer;
use omicron_tlog::{Frontier, Hash, SignedCheckpoint, VerifierKey};

pub use fault::Fault;

/// How many positions are read at once.
const PART: i64 = 5_000;

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
    /// The keys to trust; none for those that the database itself names, which whoever changed the
    /// journal may have changed as well.
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
    /// Up to which position a checkpoint vouches.
    pub signed: i64,
    /// What is wrong, the first [`MOST_FAULTS`], in the order of their positions.
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
    while audit.report.positions < audit.last {
        let to = audit.last.min(audit.report.positions + PART);
        let part = db.read(Viewer::Nobody, |view| part::load(view, audit.report.positions, to))?;
        audit.look_at(part)?;
        progress(audit.report.positions, audit.last);
    }
    let (last, nodes, versions) = (audit.last, audit.nodes, audit.versions);
    let present = db.read(Viewer::Nobody, |view| present::load(view, last, nodes, versions))?;
    Ok(audit.end(present))
}

/// A checkpoint to be held against the tree when it is as large.
struct Due {
    size: u64,
    root: Hash,
    /// Where it is kept, for people.
    name: String,
}

struct Audit {
    last: i64,
    frontier: Frontier,
    /// By size, the largest first.
    due: Vec<Due>,
    nodes: i64,
    versions: i64,
    sealed_at: Option<chrono::NaiveDateTime>,
    report: Report,
}

impl Audit {
    fn begin(view: &mut View<'_>, expected: &Expected) -> Result<Self, Error> {
        // First what was signed: there are no fewer positions a moment later.
        let kept: Vec<(i64, String)> = checkpoints::table
            .order(checkpoints::id)
            .select((checkpoints::id, checkpoints::note))
            .load(view.connection)?;
        let last = positions::last_position(view)?;
        let keys = match expected.keys.as_slice() {
            [] => crate::checkpoints::keys(view)?,
            keys => keys.to_vec(),
        };
        let mut audit = Self {
            last,
            frontier: Frontier::default(),
            due: Vec::new(),
            nodes: 0,
            versions: 0,
            sealed_at: None,
            report: Report::default(),
        };
        for (id, note) in kept {
            let name = format!("checkpoint {id}");
            match parsed(&note) {
                Ok(signed) => audit.expect(&signed, &keys, name),
                Err(_) => audit.report.add(Fault::Unreadable { name }),
            }
        }
        for signed in &expected.checkpoints {
            audit.expect(signed, &keys, "the checkpoint that was given".to_owned());
        }
        audit.due.sort_by_key(|due| std::cmp::Reverse(due.size));
        audit.hold_against_checkpoints();
        Ok(audit)
    }

    fn expect(&mut self, signed: &SignedCheckpoint, keys: &[VerifierKey], name: String) {
        match signed.verify(keys) {
            Ok(checkpoint) => {
                self.due.push(Due { size: checkpoint.size, root: checkpoint.root, name });
            }
            Err(error) => self.report.add(Fault::Unsigned { name, because: error.to_string() }),
        }
    }

    fn look_at(&mut self, part: part::Part) -> Result<(), Error> {
        let (first, last) = (self.report.positions + 1, part.last);
        let mut stored = part.nodes;
        let mut rows = part.rows.into_iter().peekable();
        for position in first..=last {
            self.report.positions = position;
            let Some(row) = rows.next_if(|row| row.position == position) else {
                // What follows can't be held against anything: its number in the tree is lost.
                self.report.add(Fault::PositionMissing { position });
                self.report.positions = self.last;
                self.due.clear();
                return Ok(());
            };
            if self.sealed_at.is_some_and(|before| row.sealed_at < before) {
                self.report.add(Fault::TimeBackwards { position });
            }
            self.sealed_at = Some(row.sealed_at);
            self.versions += i64::from(row.is_version());
            self.report.erased += i64::from(row.erased);
            row.fault()?.into_iter().for_each(|fault| self.report.add(fault));
            for node in self.frontier.push(row.leaf) {
                self.nodes += 1;
                if stored.remove(&(node.level, node.number)) != Some(node.hash) {
                    self.report.add(Fault::NodeChanged { level: node.level, number: node.number });
                }
            }
            self.hold_against_checkpoints();
        }
        Ok(())
    }

    /// Those that are as large as the tree now.
    fn hold_against_checkpoints(&mut self) {
        while let Some(due) = self.due.pop_if(|due| due.size == self.frontier.size()) {
            self.report.checkpoints += 1;
            let since = self.report.signed;
            if due.root == self.frontier.root() {
                self.report.signed = self.report.positions;
            } else {
                self.report.add(Fault::RootChanged { name: due.name, size: due.size, since });
            }
        }
    }

    fn end(mut self, present: present::Present) -> Report {
        for due in std::mem::take(&mut self.due) {
            let fault = Fault::TailMissing { name: due.name, size: due.size, positions: self.last };
            self.report.add(fault);
        }
        self.report.waiting = present.waiting;
        present.faults.into_iter().for_each(|fault| self.report.add(fault));
        self.report
    }
}
