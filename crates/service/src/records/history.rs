//! What a record was, and how it came to be what it is.

use super::{Difference, Location, Shown, differences, document_of, located, one_shown};
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
    // What a version changed is seen by the one before it.
    let skipped = (after - 1).max(0);
    let ahead = after - skipped;
    let limit = limit.clamp(1, MOST);
    let events = records::history(view, record.kind, record.id, skipped, limit + ahead)?;
    let authors: Vec<UserId> = events.iter().filter_map(|event| event.actor).collect();
    let names = users::names(view, &authors)?;
    let mut before = None;
    let mut entries = Vec::with_capacity(events.len());
    for (version, event) in (skipped + 1..).zip(events) {
        let said = match records::of_event(record.id, &event)? {
            Some(record) => Some(document_of(view, &record.content)?),
            None => None,
        };
        if version > after {
            let changed = match (&before, &said) {
                (Some(before), Some(said)) => {
                    differences(before, said).into_iter().map(|found| found.pointer).collect()
                }
                _ => vec![String::new()],
            };
            let by = event.actor.and_then(|id| names.get(&id).cloned());
            let reason = records::reason_of(&event)?;
            let Event { at, action, intact, .. } = event;
            let changed = if version == 1 { vec![String::new()] } else { changed };
            entries.push(Entry { version, at, by, action, changed, reason, intact });
        }
        before = said;
    }
    Ok(entries)
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
    Ok(differences(&document_of(view, &from.content)?, &document_of(view, &to.content)?))
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
    Ok(differences(&document_of(view, &old.content)?, &document_of(view, &record.content)?))
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
