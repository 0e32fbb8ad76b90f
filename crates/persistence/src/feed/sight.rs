//! Which events someone may see, and which they want to.

use super::Entry;
use crate::sight::Eyes;
use crate::tables::project_members;
use crate::{Error, View};
use diesel::prelude::*;
use omicron_domain::{EventFilter, ProjectId, UserId, Viewer};
use std::collections::HashSet;

/// What someone may see of the feed at this moment.
///
/// Events of a project are seen by whoever may see the project now. Of what belongs to none, a shared
/// template is seen by all; what happens to people and their tokens by administrators, and by those
/// whom it happens to, or who do it.
///
/// ```
/// use omicron_domain::{EventFilter, ProjectId, UserId, Viewer};
/// use omicron_persistence::feed::Sight;
/// # use omicron_persistence::{Database, Error, Options};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let ann = Viewer::User(UserId(1));
/// let sight = db.read(Viewer::Nobody, |view| Sight::of(view, ann))?;
/// assert!(!sight.sees_project(ProjectId(1))); // they do not belong to it
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    everything: bool,
    user: Option<UserId>,
    /// The project that a token is limited to.
    only: Option<ProjectId>,
    projects: HashSet<i64>,
}

impl Sight {
    /// What someone may see at this moment.
    ///
    /// # Errors
    /// Those of the database.
    pub fn of(view: &mut View<'_>, viewer: Viewer) -> Result<Self, Error> {
        let eyes = Eyes::from(viewer);
        let projects = if eyes.everything {
            Vec::new()
        } else {
            project_members::table
                .filter(project_members::user_id.eq(eyes.user))
                .select(project_members::project_id)
                .load(view.connection)?
        };
        Ok(Self {
            everything: eyes.everything,
            user: (eyes.user >= 0).then_some(UserId(eyes.user)),
            only: eyes.only.map(ProjectId),
            projects: projects.into_iter().collect(),
        })
    }

    /// Whether they may see this project.
    #[must_use]
    pub fn sees_project(&self, project: ProjectId) -> bool {
        let reach = self.only.is_none_or(|only| only == project);
        reach && (self.everything || self.projects.contains(&project.0))
    }

    /// Whether they may see this event.
    #[must_use]
    pub fn sees(&self, entry: &Entry) -> bool {
        if let Some(project) = entry.project {
            return self.sees_project(project);
        }
        if entry.kind == "template" {
            return true;
        }
        let theirs = self.user.is_some()
            && match entry.kind.as_str() {
                "user" => self.user == Some(UserId(entry.id)),
                "token" => self.user == entry.actor,
                _ => false,
            };
        self.only.is_none() && (self.everything || theirs)
    }
}

/// Which events someone wants to see: all of what is said must hold.
///
/// ```
/// use omicron_domain::ProjectId;
/// use omicron_persistence::feed::Filter;
/// let filter = Filter { project: Some(ProjectId(1)), ..Filter::default() };
/// assert!(filter.events.kinds.is_empty()); // of any kind
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this project.
    pub project: Option<ProjectId>,
    /// What is done, and to what.
    pub events: EventFilter,
}

impl Filter {
    /// Whether it takes this event.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        self.project.is_none_or(|project| entry.project == Some(project))
            && self.events.takes(&entry.kind, &entry.action)
    }
}
