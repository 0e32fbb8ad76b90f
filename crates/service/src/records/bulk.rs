//! Many records at once: all of them, or none.

use super::desk::{Desk, violation};
use super::write::based;
use super::{Base, Change};
use crate::Error;
use crate::projects::Which;
use omicron_auth::Caller;
use omicron_domain::{Action, Record, RecordId, RecordKind};
use omicron_persistence::records::NewRecord;
use omicron_persistence::{Transaction, records, signatures};
use omicron_schema::Violation;

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Begin a record.
    Create {
        /// Of which kind.
        kind: RecordKind,
        /// What later items of the request call it.
        name: Option<String>,
        /// What it says.
        draft: Change,
    },
    /// Change a record.
    Change {
        /// Which one.
        id: RecordId,
        /// The version that the change is made on.
        version: i64,
        /// What it is to say.
        change: Change,
    },
}

/// What was done for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// To which record.
    pub id: RecordId,
    /// Of which kind.
    pub kind: RecordKind,
    /// The version that it now has.
    pub version: i64,
}

/// The most that is told of what is wrong.
const MOST: usize = 100;

/// Creates and changes records of a project: all that is asked for, or nothing. Of a rehearsal nothing
/// is kept.
///
/// # Errors
/// [`Error::NotFound`] of the project, [`Error::Forbidden`], [`Error::Archived`]; [`Error::Invalid`]
/// tells what is wrong with which items; [`Error::Rehearsed`] says what would have been done.
pub fn bulk(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    project: &Which,
    items: &[Item],
    rehearse: bool,
) -> Result<Vec<Done>, Error> {
    let mut desk = Desk::open(tx, caller, project)?;
    let mut wrong: Vec<Violation> = Vec::new();
    let mut done = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let found = match item {
            Item::Create { kind, name, draft } => {
                begin(tx, &mut desk, *kind, name.as_deref(), draft, wrong.is_empty())?
            }
            Item::Change { id, version, change } => {
                alter(tx, &mut desk, *id, *version, change, wrong.is_empty())?
            }
        };
        match found {
            Ok(one) => done.push(one),
            Err(violations) => {
                wrong.extend(below(&format!("/items/{index}"), violations));
                if wrong.len() >= MOST {
                    break;
                }
            }
        }
    }
    if !wrong.is_empty() {
        wrong.truncate(MOST);
        return Err(Error::Invalid(wrong));
    }
    if rehearse { Err(Error::Rehearsed(done)) } else { Ok(done) }
}

type Outcome = Result<Done, Vec<Violation>>;

/// Once something is wrong, the rest is only checked: nothing of it will be kept.
fn begin(
    tx: &mut Transaction<'_>,
    desk: &mut Desk<'_>,
    kind: RecordKind,
    name: Option<&str>,
    draft: &Change,
    all_is_well: bool,
) -> Result<Outcome, Error> {
    let settled = desk.settle(tx, kind, None, draft)?;
    let taken = name.is_some_and(|name| desk.made.contains_key(name));
    let outcome = match settled {
        Ok(_) if taken => Err(vec![violation("/ref", "names an earlier item already")]),
        Ok(content) if all_is_well => {
            let project = desk.place.id;
            let record = records::create(tx, &NewRecord { project, kind, content })?;
            Ok(Done { id: record.id, kind, version: record.version })
        }
        Ok(_) => Ok(Done { id: RecordId(0), kind, version: 1 }),
        Err(violations) => Err(below("/record", violations)),
    };
    if let Some(name) = name.filter(|_| !taken) {
        // What is wrong with it is told once, and not with each item that refers to it.
        let id = outcome.as_ref().map_or(RecordId(0), |done| done.id);
        desk.made.insert(name.to_owned(), id);
    }
    Ok(outcome)
}

fn alter(
    tx: &mut Transaction<'_>,
    desk: &mut Desk<'_>,
    id: RecordId,
    version: i64,
    change: &Change,
    all_is_well: bool,
) -> Result<Outcome, Error> {
    let here = |record: &Record| record.project == desk.place.id;
    let found = match desk.checked.get(&id) {
        Some(record) => Some(record.clone()),
        None => records::lock(tx, id)?.filter(here),
    };
    let Some(record) = found else {
        return Ok(Err(vec![violation("/id", "must be a record of this project")]));
    };
    match based(tx, &record, &Base::Versions(vec![version])) {
        Err(Error::Outdated { version, .. }) => {
            let message = format!("is outdated: the record is at version {version}");
            return Ok(Err(vec![violation("/version", message)]));
        }
        other => other?,
    }
    if record.date_trashed.is_some() {
        return Ok(Err(vec![violation("/id", "is in the trash: restore it first")]));
    }
    if signatures::is_signed(tx.view(), &record)? {
        return Ok(Err(vec![violation("/id", Error::Signed.to_string())]));
    }
    let content = match desk.settle(tx, record.kind, Some(&record), change)? {
        Ok(content) => content,
        Err(violations) => return Ok(Err(below("/change", violations))),
    };
    let (kind, version) = (record.kind, record.version);
    if content == record.content {
        return Ok(Ok(Done { id, kind, version }));
    }
    let next = if all_is_well {
        records::store(tx, &record, content, Action::RecordChanged)?
    } else {
        // A later item may be made on this version.
        let next = Record { version: version + 1, content, ..record };
        desk.checked.insert(id, next.clone());
        next
    };
    Ok(Ok(Done { id, kind, version: next.version }))
}

fn below(place: &str, violations: Vec<Violation>) -> Vec<Violation> {
    violations.into_iter().map(|violation| violation.below(place)).collect()
}
