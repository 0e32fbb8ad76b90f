//! Records as they were, for those who see them now.

use super::of_event;
use crate::positions::{state_at, states_at};
use crate::{Error, View, projects};
use omicron_domain::{ProjectId, Record, RecordFilter, RecordId, RecordKind, Reference, Subject};

/// A record that the viewer has been shown, as it was at a position; `None` before it was begun.
///
/// ```
/// # use omicron_domain::{RecordId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.read(Viewer::Everything, |view| {
///     let Some(record) = records::find(view, RecordId(7))? else { return Ok(()) };
///     assert!(records::find_at(view, &record, 0)?.is_none());
///     Ok::<_, Error>(())
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find_at(
    view: &mut View<'_>,
    record: &Record,
    position: i64,
) -> Result<Option<Record>, Error> {
    match state_at(view, Subject::Record(record.kind, record.id), position)? {
        Some(event) => of_event(record.id, &event),
        None => Ok(None),
    }
}

/// A part of a list of records as they were.
///
/// ```
/// let all = omicron_persistence::records::PastRecords::default();
/// assert!(all.records.is_empty() && all.next.is_none());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastRecords {
    /// The records, by id.
    pub records: Vec<Record>,
    /// The id after which the list goes on, if it may.
    pub next: Option<RecordId>,
}

/// How many records are looked at in one statement.
const PART: i64 = 500;
/// How many are looked at for one part of a list that a filter makes short.
const MOST: usize = 20_000;

/// The records of one kind in a project that the viewer may see now, as they were at a position, by id:
/// those that a filter wants and that follow `after`, at most `limit`.
///
/// ```
/// # use omicron_domain::{ProjectId, RecordFilter, RecordId, RecordKind, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let all = RecordFilter::default();
/// let samples = (ProjectId(1), RecordKind::Sample);
/// let then = db.read(Viewer::Everything, |view| {
///     records::list_at(view, samples, &all, 0, RecordId(0), 100)
/// })?;
/// assert!(then.records.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list_at(
    view: &mut View<'_>,
    (project, kind): (ProjectId, RecordKind),
    filter: &RecordFilter,
    position: i64,
    after: RecordId,
    limit: usize,
) -> Result<PastRecords, Error> {
    let mut found = PastRecords::default();
    if projects::find(view, &Reference::Id(project))?.is_none() {
        return Ok(found);
    }
    let (mut last, mut seen) = (after.0, 0);
    loop {
        let part = states_at(view, kind.as_str(), Some(project), position, last, PART)?;
        let is_last = part.len() < usize::try_from(PART).unwrap_or_default();
        seen += part.len();
        for (id, event) in part {
            last = id;
            let record = of_event(RecordId(id), &event)?;
            found.records.extend(record.filter(|record| filter.wants(record)));
            if found.records.len() == limit {
                found.next = Some(RecordId(last));
                return Ok(found);
            }
        }
        if is_last {
            return Ok(found);
        }
        if seen >= MOST {
            found.next = Some(RecordId(last));
            return Ok(found);
        }
    }
}
