//! What a viewer may see: the conditions that statements carry.

use crate::tables::{project_members, records, templates, webhooks};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use omicron_domain::{ProjectId, Viewer};

/// Someone's eyes, as statements take them.
#[derive(Clone, Copy)]
pub(crate) struct Eyes {
    pub(crate) everything: bool,
    /// A person, or -1 for none.
    pub(crate) user: i64,
    pub(crate) only: Option<i64>,
}

impl From<Viewer> for Eyes {
    fn from(viewer: Viewer) -> Self {
        let (everything, user, only) = match viewer {
            Viewer::Everything => (true, None, None),
            Viewer::Nobody => (false, None, None),
            Viewer::User(user) => (false, Some(user), None),
            Viewer::Within { project, user } => (user.is_none(), user, Some(project)),
        };
        // There is no person -1.
        Self { everything, user: user.map_or(-1, |user| user.0), only: only.map(|id| id.0) }
    }
}

impl Eyes {
    /// Whether they see a project to which its person belongs, or does not.
    pub(crate) fn see(self, project: ProjectId, belongs: bool) -> bool {
        self.reach(project) && (self.everything || belongs)
    }

    /// Whether no limit to another project is in the way.
    fn reach(self, project: ProjectId) -> bool {
        self.only.is_none_or(|only| only == project.0)
    }
}

/// Whether they see this project, asked once for a whole statement.
#[auto_type]
pub(crate) fn sees(eyes: Eyes, project: ProjectId) -> _ {
    let everything: bool = eyes.everything;
    let user: i64 = eyes.user;
    let id: i64 = project.0;
    let reach: bool = eyes.reach(project);
    let membership = project_members::table
        .filter(project_members::project_id.eq(id))
        .filter(project_members::user_id.eq(user))
        .select(project_members::user_id)
        .single_value();
    let limit = reach.into_sql::<Bool>();
    everything.into_sql::<Bool>().or(membership.is_not_null()).and(limit)
}

/// Whether a record is in a project that they see.
#[auto_type]
pub(crate) fn sees_record(eyes: Eyes) -> _ {
    let everything: bool = eyes.everything;
    let user: i64 = eyes.user;
    let anywhere: bool = eyes.only.is_none();
    let only: i64 = eyes.only.unwrap_or(-1);
    let membership = project_members::table
        .filter(project_members::project_id.eq(records::project_id))
        .filter(project_members::user_id.eq(user))
        .select(project_members::user_id)
        .single_value();
    let limit = anywhere.into_sql::<Bool>().or(records::project_id.eq(only));
    everything.into_sql::<Bool>().or(membership.is_not_null()).and(limit)
}

/// Whether a template is shared by all projects, or of one that they see.
#[auto_type]
pub(crate) fn sees_template(eyes: Eyes) -> _ {
    let everything: bool = eyes.everything;
    let user: i64 = eyes.user;
    let anywhere: bool = eyes.only.is_none();
    let only: i64 = eyes.only.unwrap_or(-1);
    let membership = project_members::table
        .filter(project_members::project_id.nullable().eq(templates::project_id))
        .filter(project_members::user_id.eq(user))
        .select(project_members::user_id)
        .single_value();
    let limit = anywhere.into_sql::<Bool>().or(templates::project_id.eq(only));
    let theirs = everything.into_sql::<Bool>().or(membership.is_not_null()).and(limit);
    templates::project_id.is_null().or(theirs)
}

/// Whether a webhook is of a project that they see, or of the whole laboratory and they see all of it.
#[auto_type]
pub(crate) fn sees_webhook(eyes: Eyes) -> _ {
    let everything: bool = eyes.everything;
    let user: i64 = eyes.user;
    let anywhere: bool = eyes.only.is_none();
    let only: i64 = eyes.only.unwrap_or(-1);
    let membership = project_members::table
        .filter(project_members::project_id.nullable().eq(webhooks::project_id))
        .filter(project_members::user_id.eq(user))
        .select(project_members::user_id)
        .single_value();
    let limit = anywhere.into_sql::<Bool>().or(webhooks::project_id.eq(only));
    everything.into_sql::<Bool>().or(membership.is_not_null()).and(limit)
}
