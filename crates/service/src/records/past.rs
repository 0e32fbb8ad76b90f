//! Records as they were.

use super::{Location, Shown, all_shown, located, one_shown_at};
use crate::past::look;
use crate::projects::Which;
use crate::{Error, Past};
use omicron_domain::{AsOf, Record, RecordFilter, RecordId, RecordKind};
use omicron_persistence::records::PastRecords;
use omicron_persistence::{View, projects, records};

/// A part of a list of records as they were.
#[derive(Debug, Clone)]
pub struct PastPart {
    /// The records, by id.
    pub records: Vec<Shown>,
    /// The id after which the list goes on, if it may.
    pub next: Option<RecordId>,
}

/// One record as it was: for who may see it now.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see it, and if there was no such record then;
/// [`Error::StillToCome`].
pub fn find_at(
    view: &mut View<'_>,
    location: &Location,
    as_of: AsOf,
) -> Result<Past<Shown>, Error> {
    let record = located(view, location)?;
    then(view, &record, as_of)
}

/// One record of any kind as it was, wherever it is.
///
/// # Errors
/// Those of [`find_at`].
pub fn find_anywhere_at(
    view: &mut View<'_>,
    id: RecordId,
    as_of: AsOf,
) -> Result<Past<Shown>, Error> {
    let record = records::find(view, id)?.ok_or(Error::NotFound("record"))?;
    then(view, &record, as_of)
}

fn then(view: &mut View<'_>, record: &Record, as_of: AsOf) -> Result<Past<Shown>, Error> {
    look(view, as_of, |view, position| {
        let then = records::find_at(view, record, position)?;
        one_shown_at(view, then.ok_or(Error::NotFound("record as of then"))?, Some(position))
    })
}

/// The records of one kind in a project as they were, by id: for who may see the project now.
///
/// # Errors
/// [`Error::NotFound`] of the project; [`Error::StillToCome`].
pub fn list_at(
    view: &mut View<'_>,
    (project, kind): (&Which, RecordKind),
    filter: &RecordFilter,
    (after, limit): (RecordId, usize),
    as_of: AsOf,
) -> Result<Past<PastPart>, Error> {
    let id = projects::find(view, project)?.ok_or(Error::NotFound("project"))?.id;
    look(view, as_of, |view, position| {
        let PastRecords { records, next } =
            records::list_at(view, (id, kind), filter, position, after, limit)?;
        Ok(PastPart { records: all_shown(view, records, Some(position))?, next })
    })
}
