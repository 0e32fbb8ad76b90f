//! What a record was, and how it came to be what it is.

use super::{Difference, Location, Shown, compared, differences, located, one_shown};
use crate::Error;
use omicron_domain::{CommentText, Record, Timestamp, UserId, Username};
use omicron_persistence::{Event, View, records, users};

/// One version of a record, without what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which one, from 1 on.
    pub version: i64,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it, if it was a person.
    pub by: Option<Username>,
    /// What they did: the text of an [`Action`](omicron_domain::Action).
    pub action: String,
    /// Where it differs from the version before; everywhere, for the first.
    pub changed: Vec<String>,
    /// Why, where that had to be said: a record that was signed is unlocked for a reason.
    pub reason: Option<CommentText>,
    /// Whether it is what was written then.
    pub intact: bool,
}

/// How many versions of a record are told of at once.
const MOST: i64 = 100;

/// The versions of a record that follow one, oldest first, at most `limit` of them, and never more
/// than 100.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see the record.
pub fn history(
    view: &mut View<'_>,
    location: &Location,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    let record = located(view, location)?;
    let after = after.max(0);
    let last = after.saturating_add(limit.clamp(1, MOST)).min(record.version);
    let mut before = None;
    let mut told = Vec::new();
    // What a version changed is seen by the one before it.
    for version in after.max(1)..=last {
        // One at a time: each is as long as a record may be.
        let events = records::history(view, record.kind, record.id, version - 1, 1)?;
        let Some(event) = events.into_iter().next() else { break };
        let said = match records::of_event(record.id, &event)? {
            Some(record) => Some(compared(view, &record)?),
            None => None,
        };
        if version > after {
            let changed = match (&before, &said) {
                (Some(before), Some(said)) => {
                    differences(before, said).into_iter().map(|found| found.pointer).collect()
                }
                _ => vec![String::new()],
            };
            let reason = records::reason_of(&event)?;
            let Event { actor, at, action, intact, .. } = event;
            told.push((actor, Entry { version, at, by: None, action, changed, reason, intact }));
        }
        before = said;
    }
    named(view, told)
}

/// The entries, with those who made them by name.
fn named(view: &mut View<'_>, told: Vec<(Option<UserId>, Entry)>) -> Result<Vec<Entry>, Error> {
    let authors: Vec<UserId> = told.iter().filter_map(|(author, _)| *author).collect();
    let names = users::names(view, &authors)?;
    let entry = |(author, entry): (Option<UserId>, Entry)| {
        let by = author.and_then(|id| names.get(&id).cloned());
        Entry { by, ..entry }
    };
    Ok(told.into_iter().map(entry).collect())
}

/// One version of a record.
///
/// # Errors
/// [`Error::NotFound`] of the record or the version.
pub fn version(view: &mut View<'_>, location: &Location, version: i64) -> Result<Shown, Error> {
    let record = located(view, location)?;
    let old = at_version(view, &record, version)?;
    one_shown(view, old)
}

/// Where two versions of a record differ.
///
/// # Errors
/// [`Error::NotFound`] of the record or a version.
pub fn difference(
    view: &mut View<'_>,
    location: &Location,
    from: i64,
    to: i64,
) -> Result<Vec<Difference>, Error> {
    let record = located(view, location)?;
    let from = at_version(view, &record, from)?;
    let to = at_version(view, &record, to)?;
    Ok(differences(&compared(view, &from)?, &compared(view, &to)?))
}

/// What has changed in a record since one of its versions.
pub(super) fn changes_since(
    view: &mut View<'_>,
    record: &Record,
    version: i64,
) -> Result<Vec<Difference>, Error> {
    let old = match at_version(view, record, version) {
        // The caller names a version that there never was.
        Err(Error::NotFound(_)) => return Ok(Vec::new()),
        old => old?,
    };
    Ok(differences(&compared(view, &old)?, &compared(view, record)?))
}

/// A record as one of its versions.
pub(super) fn at_version(
    view: &mut View<'_>,
    record: &Record,
    version: i64,
) -> Result<Record, Error> {
    let missing = || Error::NotFound("version");
    if version < 1 || version > record.version {
        return Err(missing());
    }
    let events = records::history(view, record.kind, record.id, version - 1, 1)?;
    let event = events.first().ok_or_else(missing)?;
    records::of_event(record.id, event)?.ok_or_else(missing)
}
