//! The states of things as of a position.

use crate::journal::{Event, events_numbered};
use crate::tables::subject_versions as versions;
use crate::{Error, View};
use diesel::prelude::*;
use omicron_domain::{ProjectId, Subject};

/// The last event of a subject up to a position, with the state that it left; `None` before its
/// first.
///
/// The viewer is not asked: whoever calls this has to see the subject now. A subject that was deleted
/// by then is told by the event's action, a payload that was erased since is `None`.
///
/// ```
/// use omicron_domain::{Actor, NewUser, Viewer};
/// use omicron_persistence::{Database, Error, Options, positions, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// # let new = NewUser {
/// #     username: "ann".parse().unwrap(), email: "ann@example.org".parse().unwrap(),
/// #     password_hash: "!".to_owned(), administrator: false, approved: true,
/// # };
/// let ann = db.write(&Actor::command_line(), |tx| users::create(tx, &new))?;
/// positions::seal(&db)?;
/// let at = |position| {
///     db.read(Viewer::Everything, |view| positions::state_at(view, ann.id, position))
/// };
/// assert_eq!(at(0)?, None);
/// assert_eq!(at(1)?.unwrap().action, "user.registered");
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn state_at(
    view: &mut View<'_>,
    subject: impl Into<Subject>,
    position: i64,
) -> Result<Option<Event>, Error> {
    let subject = subject.into();
    let seq: Option<i64> = versions::table
        .filter(versions::kind.eq(subject.kind()).and(versions::id.eq(subject.id())))
        .filter(versions::from_position.le(position))
        .order(versions::from_position.desc())
        .select(versions::seq)
        .first(view.connection)
        .optional()?;
    let Some(seq) = seq else { return Ok(None) };
    Ok(events_numbered(view, &[seq])?.pop())
}

/// As [`state_at`], for the subjects of a kind, such as `project`: those of one project, or of all
/// of them. By id, those that follow `after_id`, at most `limit`.
///
/// Subjects that were deleted by then are among them: the event's action says so.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, positions};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let projects = db.read(Viewer::Everything, |view| {
///     positions::states_at(view, "project", None, 0, 0, 100)
/// })?;
/// assert!(projects.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn states_at(
    view: &mut View<'_>,
    kind: &str,
    project: Option<ProjectId>,
    position: i64,
    after_id: i64,
    limit: i64,
) -> Result<Vec<(i64, Event)>, Error> {
    let lasting = versions::to_position.is_null().or(versions::to_position.gt(position));
    let all = versions::table
        .filter(versions::kind.eq(kind).and(versions::id.gt(after_id)))
        .filter(versions::from_position.le(position))
        .filter(lasting)
        .order(versions::id)
        .limit(limit)
        .select((versions::id, versions::seq));
    // The page first, and then its events: joined, PostgreSQL may well read all events there are.
    let page: Vec<(i64, i64)> = match project {
        Some(project) => all.filter(versions::project.eq(project.0)).load(view.connection)?,
        None => all.load(view.connection)?,
    };
    let seqs: Vec<i64> = page.iter().map(|(_, seq)| *seq).collect();
    let mut events = events_numbered(view, &seqs)?;
    let event = |(id, seq): (i64, i64)| {
        let place = events.iter().position(|event| event.seq == seq)?;
        Some((id, events.swap_remove(place)))
    };
    Ok(page.into_iter().filter_map(event).collect())
}

/// The last events up to a position of the subjects of one kind that have these ids, in no order.
pub(crate) fn states_of(
    view: &mut View<'_>,
    kind: &str,
    ids: &[i64],
    position: i64,
) -> Result<Vec<Event>, Error> {
    let lasting = versions::to_position.is_null().or(versions::to_position.gt(position));
    let seqs: Vec<i64> = versions::table
        .filter(versions::kind.eq(kind).and(versions::id.eq_any(ids)))
        .filter(versions::from_position.le(position))
        .filter(lasting)
        .select(versions::seq)
        .load(view.connection)?;
    events_numbered(view, &seqs)
}
