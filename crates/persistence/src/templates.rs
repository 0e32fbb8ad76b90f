//! What records must look like: the verbs over `templates` and `template_versions`.

use crate::connection::MultiBackend;
use crate::sight::{Eyes, sees_template};
use crate::tables::{template_versions, templates};
use crate::{Error, View, stored};
use chrono::NaiveDateTime;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use omicron_domain::{
    Lifecycle, Listing, Page, ProjectId, RecordKind, Template, TemplateDraft, TemplateId,
    UnknownKind, Version,
};

mod change;

pub use change::{NewTemplate, create, hold, lock, set_retired, store};

#[derive(Queryable, Selectable)]
#[diesel(table_name = templates, check_for_backend(MultiBackend))]
struct TemplateRow {
    id: i64,
    project_id: Option<i64>,
    kind: String,
    name: String,
    date_created: NaiveDateTime,
    date_retired: Option<NaiveDateTime>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = template_versions, check_for_backend(MultiBackend))]
struct VersionRow {
    version: i64,
    line: i64,
    data_schema: String,
    body: String,
    lifecycle: String,
    date_created: NaiveDateTime,
}

type Row = (TemplateRow, VersionRow);

fn whole((row, version): Row) -> Result<Template, Error> {
    let kind = row.kind.parse::<RecordKind>();
    let lifecycle = serde_json::from_str::<Lifecycle>(&version.lifecycle);
    Ok(Template {
        id: TemplateId(row.id),
        project: row.project_id.map(ProjectId),
        kind: kind.map_err(|error: UnknownKind| Error::Corrupt("templates.kind", error.into()))?,
        version: version.version,
        line: version.line,
        draft: TemplateDraft {
            name: stored("templates.name", row.name)?,
            schema: version.data_schema,
            body: stored("template_versions.body", version.body)?,
            lifecycle: lifecycle
                .map_err(|error| Error::Corrupt("template_versions.lifecycle", error.into()))?,
        },
        date_created: row.date_created.and_utc(),
        date_changed: version.date_created.and_utc(),
        date_retired: row.date_retired.map(|date| date.and_utc()),
    })
}

/// All versions of all templates that someone sees: those that all projects share, and those of their
/// own projects.
#[auto_type]
fn all(eyes: Eyes) -> _ {
    let seen: sees_template = sees_template(eyes);
    template_versions::table.inner_join(templates::table).filter(seen)
}

/// The template of this id in its last version, if the viewer may see it.
///
/// ```
/// # use omicron_domain::{TemplateId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, templates};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Everything, |view| templates::find(view, TemplateId(3)))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find(view: &mut View<'_>, id: TemplateId) -> Result<Option<Template>, Error> {
    let row: Option<Row> = all(view.viewer().into())
        .filter(templates::id.eq(id.0))
        .filter(template_versions::version.eq(templates::version))
        .select((TemplateRow::as_select(), VersionRow::as_select()))
        .get_result(view.connection)
        .optional()?;
    row.map(whole).transpose()
}

/// As [`find`], in one of its versions.
///
/// ```
/// # use omicron_domain::{TemplateId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, templates};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let first = db.read(Viewer::Everything, |view| templates::version(view, TemplateId(3), 1))?;
/// assert!(first.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn version(
    view: &mut View<'_>,
    id: TemplateId,
    version: i64,
) -> Result<Option<Template>, Error> {
    let row: Option<Row> = all(view.viewer().into())
        .filter(templates::id.eq(id.0))
        .filter(template_versions::version.eq(version))
        .select((TemplateRow::as_select(), VersionRow::as_select()))
        .get_result(view.connection)
        .optional()?;
    row.map(whole).transpose()
}

/// The version that counts for the records of a line: the line's last. For whoever sees such a
/// record, and so may see what it must look like.
///
/// ```
/// # use omicron_domain::{TemplateId, Version, Viewer};
/// # use omicron_persistence::{Database, Error, Options, templates};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let line = Version { template: TemplateId(3), line: 1 };
/// assert!(db.read(Viewer::Everything, |view| templates::of_line(view, line))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn of_line(view: &mut View<'_>, line: Version) -> Result<Option<Template>, Error> {
    let row: Option<Row> = template_versions::table
        .inner_join(templates::table)
        .filter(template_versions::template_id.eq(line.template.0))
        .filter(template_versions::line.eq(line.line))
        .order(template_versions::version.desc())
        .select((TemplateRow::as_select(), VersionRow::as_select()))
        .first(view.connection)
        .optional()?;
    row.map(whole).transpose()
}

/// Which templates are wanted: those for which all that is given holds.
///
/// ```
/// use omicron_persistence::templates::Wanted;
/// assert_eq!(Wanted::default().project, None); // of all projects, and those that are shared
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those that records of this project may use: its own, and those that are shared.
    pub project: Option<ProjectId>,
    /// For records of this kind.
    pub kind: Option<RecordKind>,
    /// Retired ones alone, or the others.
    pub retired: bool,
}

/// The templates that the viewer may see in their last versions, by id.
///
/// ```
/// # use omicron_domain::{Page, Viewer};
/// # use omicron_persistence::{Database, Error, Options, templates};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let wanted = templates::Wanted::default();
/// let all = db.read(Viewer::Everything, |view| templates::list(view, wanted, Page::default()))?;
/// assert_eq!(all.total, Some(0));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list(view: &mut View<'_>, wanted: Wanted, page: Page) -> Result<Listing<Template>, Error> {
    let eyes: Eyes = view.viewer().into();
    let rows: Vec<Row> = last(eyes, wanted)
        .filter(templates::id.gt(page.after_id()))
        .order(templates::id)
        .limit(page.limit())
        .offset(page.offset())
        .select((TemplateRow::as_select(), VersionRow::as_select()))
        .load(view.connection)?;
    let count = || last(eyes, wanted).count().get_result(view.connection);
    let total = page.is_counted().then(count).transpose()?;
    Ok(Listing { items: rows.into_iter().map(whole).collect::<Result<_, _>>()?, total })
}

#[auto_type]
fn last(eyes: Eyes, wanted: Wanted) -> _ {
    let any_project: bool = wanted.project.is_none();
    let project: i64 = wanted.project.map_or(-1, |id| id.0);
    let any_kind: bool = wanted.kind.is_none();
    let kind: &'static str = wanted.kind.map_or("", RecordKind::as_str);
    let retired: bool = wanted.retired;
    let here = templates::project_id.is_null().or(templates::project_id.eq(project));
    let all: all = all(eyes);
    all.filter(template_versions::version.eq(templates::version))
        .filter(any_project.into_sql::<Bool>().or(here))
        .filter(any_kind.into_sql::<Bool>().or(templates::kind.eq(kind)))
        .filter(templates::date_retired.is_not_null().eq(retired))
}
