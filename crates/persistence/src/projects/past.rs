//! Projects as they were, for those who see them now.

use super::state::{State, people};
use super::{find, list};
use crate::positions::{state_at, states_of};
use crate::{Error, View};
use omicron_domain::{
    Listing, Member, Page, Project, ProjectDetails, ProjectId, ProjectName, Reference,
};

/// The project with this id or, by now, this name, as it was at a position, if the viewer may see it
/// now: its people are called what they are called now.
///
/// `None` where there is no such project now, or was none then.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let alloys = "Alloys".parse().unwrap();
/// let then = db.read(Viewer::Everything, |view| projects::details_at(view, &alloys, 0))?;
/// assert!(then.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn details_at(
    view: &mut View<'_>,
    which: &Reference<ProjectId, ProjectName>,
    position: i64,
) -> Result<Option<ProjectDetails>, Error> {
    let Some(state) = state_of(view, which, position)? else { return Ok(None) };
    let people = people(view, state.people())?;
    let (project, members) = (state.project(&people)?, state.members(&people)?);
    Ok(Some(ProjectDetails { project, members }))
}

/// As [`members`](super::members), of a position: those who belonged to the project then, its owner
/// too, by id. `None` as in [`details_at`].
///
/// ```
/// # use omicron_domain::{Page, Viewer};
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let (alloys, page) = ("Alloys".parse().unwrap(), Page::after(0, 50).unwrap());
/// let then = db.read(Viewer::Everything, |view| projects::members_at(view, &alloys, 0, page))?;
/// assert!(then.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn members_at(
    view: &mut View<'_>,
    which: &Reference<ProjectId, ProjectName>,
    position: i64,
    page: Page,
) -> Result<Option<Listing<Member>>, Error> {
    let Some(state) = state_of(view, which, position)? else { return Ok(None) };
    let people = people(view, state.people())?;
    let everyone = state.everyone(&people)?;
    let total = page.is_counted().then(|| i64::try_from(everyone.len()).unwrap_or(i64::MAX));
    let items = everyone
        .into_iter()
        .filter(|member| member.user.id.0 > page.after_id())
        .skip(usize::try_from(page.offset()).unwrap_or(usize::MAX))
        .take(usize::try_from(page.limit()).unwrap_or(usize::MAX))
        .collect();
    Ok(Some(Listing { items, total }))
}

fn state_of(
    view: &mut View<'_>,
    which: &Reference<ProjectId, ProjectName>,
    position: i64,
) -> Result<Option<State>, Error> {
    let Some(now) = find(view, which)? else { return Ok(None) };
    let event = state_at(view, now.id, position)?;
    Ok(event.map(State::left_by).transpose()?.flatten())
}

/// A part of the list of projects as they were.
///
/// ```
/// # fn show(part: &omicron_persistence::projects::PastProjects) {
/// println!("{} projects, then those after {:?}", part.projects.len(), part.next);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastProjects {
    /// Those that were there, by id.
    pub projects: Vec<Project>,
    /// The id after which the list goes on; `None` at its end.
    pub next: Option<i64>,
}

/// Of the first `limit` projects after `after_id` that the viewer may see now, those that were there
/// at a position, as they were: only those that were archived then, or only those that were not, if
/// that is asked for. So a part may be short, or empty, though others follow.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, projects};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let part = db.read(Viewer::Everything, |view| projects::list_at(view, None, 0, 0, 50))?;
/// assert_eq!((part.projects, part.next), (vec![], None));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list_at(
    view: &mut View<'_>,
    archived: Option<bool>,
    position: i64,
    after_id: i64,
    limit: i64,
) -> Result<PastProjects, Error> {
    let limit = limit.clamp(1, Page::MOST);
    let now = list(view, None, Page::After { id: after_id, limit })?.items;
    let ids: Vec<i64> = now.iter().map(|project| project.id.0).collect();
    let is_full = i64::try_from(ids.len()).is_ok_and(|length| length == limit);
    let next = ids.last().copied().filter(|_| is_full);
    let mut states = Vec::with_capacity(ids.len());
    for event in states_of(view, "project", &ids, position)? {
        states.extend(State::left_by(event)?);
    }
    let owners = people(view, states.iter().map(State::owner))?;
    let mut projects: Vec<Project> =
        states.iter().map(|state| state.project(&owners)).collect::<Result<_, _>>()?;
    let asked =
        |project: &Project| archived.is_none_or(|asked| project.date_archived.is_some() == asked);
    projects.retain(asked);
    projects.sort_by_key(|project| project.id);
    Ok(PastProjects { projects, next })
}
