//! Projects as they were.

use super::Which;
use crate::past::look;
use crate::{Error, Past};
use omicron_domain::{AsOf, Page, ProjectDetails};
use omicron_persistence::View;
use omicron_persistence::projects::{self, PastProjects};

/// One project, with its members, as it was: for who may see it now.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see it, and if there was no such project then;
/// [`Error::StillToCome`].
pub fn find_at(
    view: &mut View<'_>,
    which: &Which,
    as_of: AsOf,
) -> Result<Past<ProjectDetails>, Error> {
    look(view, as_of, |view, position| {
        projects::details_at(view, which, position)?.ok_or(Error::NotFound("project as of then"))
    })
}

/// Some of the projects that the caller may see now, as they were.
///
/// # Errors
/// [`Error::StillToCome`].
pub fn list_at(
    view: &mut View<'_>,
    archived: Option<bool>,
    page: Page,
    as_of: AsOf,
) -> Result<Past<PastProjects>, Error> {
    look(view, as_of, |view, position| {
        Ok(projects::list_at(view, archived, position, page.after_id(), page.limit())?)
    })
}
