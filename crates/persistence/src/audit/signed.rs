//! Checkpoints that the tree is held against as it grows.

use super::part::Kept;
use super::{Expected, Fault, Report};
use omicron_tlog::{CheckpointError, Frontier, Hash, SignedCheckpoint, VerifierKey};

/// A checkpoint to be held against the tree when it is as large.
struct Due {
    size: u64,
    root: Hash,
    /// Where it is kept, for people.
    name: String,
    /// Whether a key to trust signed it.
    trusted: bool,
}

pub(super) struct Signed {
    /// By size, the largest first.
    due: Vec<Due>,
    /// The number of the last one that was seen in the database.
    last_id: i64,
    /// When that was signed.
    last_time: String,
}

impl Signed {
    /// Begins with those that were kept elsewhere.
    pub(super) fn new(expected: &Expected, keys: &[VerifierKey], report: &mut Report) -> Self {
        let mut signed = Self { due: Vec::new(), last_id: 0, last_time: String::new() };
        let known = all(expected, keys);
        for note in &expected.checkpoints {
            let name = "the checkpoint that was given".to_owned();
            signed.expect(note, name, note.verify(&known).map(|_| true), report);
        }
        signed.sort();
        signed
    }

    /// That the last one is signed by a key to trust: it vouches for all that came before, whichever
    /// keys signed then.
    pub(super) fn trust_latest(expected: &Expected, latest: &Kept, report: &mut Report) {
        let note = latest.note.parse::<SignedCheckpoint>();
        if expected.keys.is_empty() {
            return;
        }
        // One that can't be read is told of in its place.
        if let Some(because) = note.ok().and_then(|note| note.verify(&expected.keys).err()) {
            report.add(Fault::Unsigned { name: name(latest.id), because: because.to_string() });
        }
    }

    /// Those that the database keeps of a part of the journal.
    pub(super) fn expect_kept(
        &mut self,
        kept: &[Kept],
        expected: &Expected,
        keys: &[VerifierKey],
        report: &mut Report,
    ) {
        let known = all(expected, keys);
        let is_trusted =
            |key: &&VerifierKey| expected.keys.is_empty() || expected.keys.contains(key);
        for row in kept {
            if row.id != self.last_id + 1 {
                report.add(Fault::CheckpointMissing { id: self.last_id + 1 });
            }
            self.last_id = row.id;
            let Ok(note) = row.note.parse::<SignedCheckpoint>() else {
                report.add(Fault::Unreadable { name: name(row.id) });
                continue;
            };
            let said = note.unverified();
            if said.size != number(row.size) || Some(&said.time) != row.signed_at.as_ref() {
                report.add(Fault::CheckpointChanged { id: row.id });
            }
            if said.time < self.last_time {
                report.add(Fault::CheckpointMissing { id: row.id });
            }
            self.last_time.clone_from(&said.time);
            let trusted = note.signers(&known).map(|keys| keys.iter().any(is_trusted));
            self.expect(&note, name(row.id), trusted, report);
        }
        self.sort();
    }

    fn sort(&mut self) {
        self.due.sort_by_key(|due| std::cmp::Reverse(due.size));
    }

    fn expect(
        &mut self,
        note: &SignedCheckpoint,
        name: String,
        trusted: Result<bool, CheckpointError>,
        report: &mut Report,
    ) {
        match trusted {
            Ok(trusted) => {
                let said = note.unverified();
                self.due.push(Due { size: said.size, root: said.root, name, trusted });
            }
            Err(error) => report.add(Fault::Unsigned { name, because: error.to_string() }),
        }
    }

    /// Those that are as large as the tree now.
    pub(super) fn hold_against(&mut self, tree: &Frontier, report: &mut Report) {
        while let Some(due) = self.due.pop_if(|due| due.size == tree.size()) {
            report.checkpoints += 1;
            if due.root != tree.root() {
                let since = report.signed;
                report.add(Fault::RootChanged { name: due.name, size: due.size, since });
            } else if due.trusted {
                report.signed = report.positions;
            }
        }
    }

    /// Those that vouch for more than there is.
    pub(super) fn beyond(&mut self, positions: i64, report: &mut Report) {
        self.due.retain(|due| due.size > number(positions));
        for Due { name, size, .. } in self.due.drain(..).rev() {
            report.add(Fault::TailMissing { name, size, positions });
        }
    }
}

/// The keys that may have signed: those to trust, and those that the database names.
fn all(expected: &Expected, keys: &[VerifierKey]) -> Vec<VerifierKey> {
    expected.keys.iter().chain(keys).cloned().collect()
}

fn name(id: i64) -> String {
    format!("checkpoint {id}")
}

/// A number that is not negative unless someone has made it so.
pub(super) fn number(number: i64) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}
