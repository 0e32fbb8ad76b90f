//! Webhooks, and the events on their way to them: the verbs over `webhooks` and `webhook_deliveries`.
//!
//! What people decide about a webhook is in the journal; what becomes of each delivery is not, since it
//! is written often and follows from the journal.

use crate::connection::MultiBackend;
use crate::sight::sees_webhook;
use crate::tables::webhooks;
use crate::{Error, View, stored};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use omicron_domain::{Listing, Page, ProjectId, Webhook, WebhookDraft, WebhookId};

mod change;
mod delivery;
mod end;
mod limit;
mod source;
mod turn;
mod work;

pub use change::{create, lock, replay, rotate, store};
pub use delivery::{deliveries, remove_old, retry};
pub use end::{remove, remove_all_of, switch_off};
pub use turn::{Outcome, settle, turn};
pub use work::{Work, work};

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhooks, check_for_backend(MultiBackend))]
struct Row {
    id: i64,
    project_id: Option<i64>,
    url: String,
    description: String,
    filter: String,
    enabled: bool,
    salt: Vec<u8>,
    cursor: i64,
    version: i64,
    date_created: NaiveDateTime,
    date_changed: NaiveDateTime,
}

impl TryFrom<Row> for Webhook {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let filter = serde_json::from_str(&row.filter);
        let salt = row.salt.as_slice().try_into();
        Ok(Self {
            id: WebhookId(row.id),
            project: row.project_id.map(ProjectId),
            draft: WebhookDraft {
                url: row.url,
                description: stored("webhooks.description", row.description)?,
                filter: filter.map_err(|error| Error::Corrupt("webhooks.filter", error.into()))?,
                enabled: row.enabled,
            },
            salt: salt.map_err(|error| Error::Corrupt("webhooks.salt", Box::new(error)))?,
            cursor: row.cursor,
            version: row.version,
            date_created: row.date_created.and_utc(),
            date_changed: row.date_changed.and_utc(),
        })
    }
}

/// The webhook of this id, if the viewer sees its project; one of the whole laboratory, if they see
/// everything.
///
/// ```
/// # use omicron_domain::{Viewer, WebhookId};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Everything, |view| webhooks::find(view, WebhookId(3)))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find(view: &mut View<'_>, id: WebhookId) -> Result<Option<Webhook>, Error> {
    let row: Option<Row> = webhooks::table
        .filter(webhooks::id.eq(id.0))
        .filter(sees_webhook(view.viewer().into()))
        .select(Row::as_select())
        .get_result(view.connection)
        .optional()?;
    row.map(Webhook::try_from).transpose()
}

/// The webhooks of a project, or those of the whole laboratory, by id, as far as the viewer sees them.
///
/// ```
/// # use omicron_domain::{Page, Viewer};
/// # use omicron_persistence::{Database, Error, Options, webhooks};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let page = Page::default();
/// let all = db.read(Viewer::Everything, |view| webhooks::list(view, None, page))?;
/// assert_eq!(all.total, Some(0));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list(
    view: &mut View<'_>,
    project: Option<ProjectId>,
    page: Page,
) -> Result<Listing<Webhook>, Error> {
    let eyes = view.viewer().into();
    let of_laboratory = project.is_none().into_sql::<Bool>();
    let place = move || {
        let of_project = webhooks::project_id.eq(project.map_or(-1, |id| id.0));
        of_laboratory.and(webhooks::project_id.is_null()).or(of_project)
    };
    let all = || webhooks::table.filter(place()).filter(sees_webhook(eyes));
    let rows: Vec<Row> = all()
        .filter(webhooks::id.gt(page.after_id()))
        .order(webhooks::id)
        .limit(page.limit())
        .offset(page.offset())
        .select(Row::as_select())
        .load(view.connection)?;
    let count = || all().count().get_result(view.connection);
    let total = page.is_counted().then(count).transpose()?;
    Ok(Listing { items: rows.into_iter().map(Webhook::try_from).collect::<Result<_, _>>()?, total })
}
