//! Changes of templates: each makes a version.

use super::find;
use crate::connection::AnyConnection;
use crate::error::OrTaken;
use crate::tables::{template_versions, templates};
use crate::{Error, Transaction};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{
    Action, Lifecycle, ProjectId, RecordKind, Template, TemplateDraft, TemplateId, TemplateName,
    Timestamp,
};
use serde::Serialize;

/// A template that is about to be made.
///
/// ```
/// # fn show(new: &omicron_persistence::templates::NewTemplate) {
/// println!("a template for a {}: {}", new.kind, new.draft.name);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTemplate {
    /// For which project; `None` if all shall share it.
    pub project: Option<ProjectId>,
    /// For which kind of records.
    pub kind: RecordKind,
    /// What it says.
    pub draft: TemplateDraft,
}

#[derive(Insertable)]
#[diesel(table_name = templates, treat_none_as_default_value = false)]
struct NewRow<'a> {
    project_id: Option<i64>,
    kind: &'static str,
    name: &'a str,
    name_key: String,
    version: i64,
    date_created: NaiveDateTime,
    date_retired: Option<NaiveDateTime>,
}

#[derive(Insertable)]
#[diesel(table_name = template_versions, treat_none_as_default_value = false)]
struct NewVersion<'a> {
    template_id: i64,
    version: i64,
    line: i64,
    data_schema: &'a str,
    body: &'a str,
    lifecycle: String,
    date_created: NaiveDateTime,
}

/// What the journal keeps of a template.
#[derive(Serialize)]
struct State<'a> {
    project: Option<ProjectId>,
    kind: RecordKind,
    version: i64,
    line: i64,
    name: &'a TemplateName,
    schema: &'a str,
    body: &'a str,
    lifecycle: &'a Lifecycle,
    date_created: Timestamp,
    date_changed: Timestamp,
    date_retired: Option<Timestamp>,
}

/// Makes a template.
///
/// ```
/// use omicron_domain::{Actor, Lifecycle, RecordKind, TemplateDraft};
/// use omicron_persistence::{Database, Error, Options, templates};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let kind = RecordKind::Sample;
/// let draft = TemplateDraft {
///     name: "Melt".parse().unwrap(),
///     schema: r#"{"required":["mass"]}"#.to_owned(),
///     body: "".parse().unwrap(),
///     lifecycle: Lifecycle::of(kind),
/// };
/// let new = templates::NewTemplate { project: None, kind, draft };
/// let melt = db.write(&Actor::command_line(), |tx| templates::create(tx, &new))?;
/// assert_eq!((melt.version, melt.line), (1, 1));
/// let again = db.write(&Actor::command_line(), |tx| templates::create(tx, &new));
/// assert!(matches!(again, Err(Error::TemplateNameTaken)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::TemplateNameTaken`] by another one of the kind in the same place; [`Error::Gone`] if there
/// is no such project.
pub fn create(tx: &mut Transaction<'_>, new: &NewTemplate) -> Result<Template, Error> {
    let now = tx.now();
    let row = NewRow {
        project_id: new.project.map(|id| id.0),
        kind: new.kind.as_str(),
        name: new.draft.name.as_str(),
        name_key: new.draft.name.key(),
        version: 1,
        date_created: now.naive_utc(),
        date_retired: None,
    };
    let id: i64 = diesel::insert_into(templates::table)
        .values(row)
        .returning(templates::id)
        .get_result(tx.connection())
        .or_taken(Error::TemplateNameTaken)?;
    let template = Template {
        id: TemplateId(id),
        project: new.project,
        kind: new.kind,
        version: 1,
        line: 1,
        draft: new.draft.clone(),
        date_created: now,
        date_changed: now,
        date_retired: None,
    };
    insert_version(tx, &template)?;
    recorded(tx, &template, Action::TemplateCreated)?;
    Ok(template)
}

/// The template in its last version, if the actor may see it; nobody else changes it until this
/// transaction ends.
///
/// ```
/// # use omicron_domain::{Actor, TemplateId};
/// # use omicron_persistence::{Database, Error, Options, templates};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let nothing = db.write(&Actor::command_line(), |tx| templates::lock(tx, TemplateId(3)))?;
/// assert!(nothing.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn lock(tx: &mut Transaction<'_>, id: TemplateId) -> Result<Option<Template>, Error> {
    if let AnyConnection::Postgres(connection) = tx.connection() {
        let row = templates::table.filter(templates::id.eq(id.0)).select(templates::id);
        let _: Option<i64> = row.for_no_key_update().get_result(connection).optional()?;
    }
    find(tx.view(), id)
}

/// As [`lock`], for whoever makes or changes a record of it: several may hold it, and it does not change
/// under any of them.
///
/// ```
/// # use omicron_domain::{Actor, TemplateId};
/// # use omicron_persistence::{Database, Error, Options, templates};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| templates::hold(tx, TemplateId(3)))?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn hold(tx: &mut Transaction<'_>, id: TemplateId) -> Result<(), Error> {
    if let AnyConnection::Postgres(connection) = tx.connection() {
        let row = templates::table.filter(templates::id.eq(id.0)).select(templates::id);
        let _: Option<i64> = row.for_share().get_result(connection).optional()?;
    }
    Ok(())
}

/// Gives a template that was [locked](lock) its next version; on its line, or as the first of a new
/// one.
///
/// ```
/// # use omicron_domain::{Actor, TemplateId};
/// # use omicron_persistence::{Database, Error, Options, templates};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(melt) = templates::lock(tx, TemplateId(3))? else { return Ok(()) };
///     let mut draft = melt.draft.clone();
///     draft.name = "Melt, large".parse().unwrap();
///     templates::store(tx, &melt, draft, false).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::TemplateNameTaken`].
pub fn store(
    tx: &mut Transaction<'_>,
    before: &Template,
    draft: TemplateDraft,
    new_line: bool,
) -> Result<Template, Error> {
    let version = before.version + 1;
    let line = if new_line { version } else { before.line };
    let date_changed = tx.now().max(before.date_changed);
    let template = Template { version, line, draft, date_changed, ..before.clone() };
    diesel::update(templates::table.find(before.id.0))
        .set((
            templates::name.eq(template.draft.name.as_str()),
            templates::name_key.eq(template.draft.name.key()),
            templates::version.eq(version),
        ))
        .execute(tx.connection())
        .or_taken(Error::TemplateNameTaken)?;
    insert_version(tx, &template)?;
    recorded(tx, &template, Action::TemplateChanged)?;
    Ok(template)
}

/// Takes a template that was [locked](lock) out of use for new records, or into it again; what is so
/// already stays so, and nothing is recorded.
///
/// ```
/// # use omicron_domain::{Actor, TemplateId};
/// # use omicron_persistence::{Database, Error, Options, templates};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(melt) = templates::lock(tx, TemplateId(3))? else { return Ok(()) };
///     templates::set_retired(tx, &melt, true).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn set_retired(
    tx: &mut Transaction<'_>,
    before: &Template,
    retired: bool,
) -> Result<Template, Error> {
    if before.date_retired.is_some() == retired {
        return Ok(before.clone());
    }
    let now = tx.now();
    let template = Template {
        version: before.version + 1,
        date_changed: now.max(before.date_changed),
        date_retired: retired.then_some(now),
        ..before.clone()
    };
    diesel::update(templates::table.find(before.id.0))
        .set((
            templates::date_retired.eq(template.date_retired.map(|date| date.naive_utc())),
            templates::version.eq(template.version),
        ))
        .execute(tx.connection())?;
    insert_version(tx, &template)?;
    let action = if retired { Action::TemplateRetired } else { Action::TemplateRestored };
    recorded(tx, &template, action)?;
    Ok(template)
}

fn insert_version(tx: &mut Transaction<'_>, template: &Template) -> Result<(), Error> {
    let row = NewVersion {
        template_id: template.id.0,
        version: template.version,
        line: template.line,
        data_schema: &template.draft.schema,
        body: template.draft.body.as_str(),
        lifecycle: serde_json::to_string(&template.draft.lifecycle)
            .map_err(|error| Error::Corrupt("template_versions.lifecycle", error.into()))?,
        date_created: template.date_changed.naive_utc(),
    };
    diesel::insert_into(template_versions::table).values(row).execute(tx.connection())?;
    Ok(())
}

fn recorded(tx: &mut Transaction<'_>, template: &Template, action: Action) -> Result<(), Error> {
    let draft = &template.draft;
    let state = State {
        project: template.project,
        kind: template.kind,
        version: template.version,
        line: template.line,
        name: &draft.name,
        schema: &draft.schema,
        body: draft.body.as_str(),
        lifecycle: &draft.lifecycle,
        date_created: template.date_created,
        date_changed: template.date_changed,
        date_retired: template.date_retired,
    };
    tx.record(action, template.id, template.project, &state)
}
