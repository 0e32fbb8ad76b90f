//! What can be done with templates.

use crate::projects::{Which, held};
use crate::records::{Base, data_of};
use crate::since::changes_between;
use crate::{Error, require};
use omicron_auth::Caller;
use omicron_domain::{
    BadLifecycle, Listing, Page, Permission, Record, RecordId, RecordKind, Template, TemplateDraft,
    TemplateId,
};
use omicron_persistence::templates::{NewTemplate, Wanted};
use omicron_persistence::{Transaction, View, projects, records, templates};
use omicron_schema::{Schema, Violation, compiled};

/// What becomes of the records that follow a template which changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Existing {
    /// They follow the new version, and so have to satisfy it.
    #[default]
    Follow,
    /// They keep to the version that they have; the new one is for new records.
    Keep,
}

/// How many records of a template are looked at in one statement.
const PART: i64 = 1000;
/// The most records that are told of.
const MOST: usize = 100;

/// The templates that the caller may see.
///
/// # Errors
/// [`Error::NotFound`] of the project.
pub fn list(
    view: &mut View<'_>,
    project: Option<&Which>,
    kind: Option<RecordKind>,
    retired: bool,
    page: Page,
) -> Result<Listing<Template>, Error> {
    let project = match project {
        None => None,
        Some(which) => Some(projects::find(view, which)?.ok_or(Error::NotFound("project"))?.id),
    };
    Ok(templates::list(view, Wanted { project, kind, retired }, page)?)
}

/// One template, in its last version or another one.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see it.
pub fn find(view: &mut View<'_>, id: TemplateId, version: Option<i64>) -> Result<Template, Error> {
    let found = match version {
        None => templates::find(view, id)?,
        Some(version) => templates::version(view, id, version)?,
    };
    found.ok_or(Error::NotFound("template"))
}

/// Makes a template: for one project, or for all.
///
/// # Errors
/// [`Error::NotFound`] of the project, [`Error::Forbidden`], [`Error::Archived`]; [`Error::Invalid`] if
/// its schema or its lifecycle is refused; the name is taken.
pub fn create(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    project: Option<&Which>,
    kind: RecordKind,
    draft: &TemplateDraft,
) -> Result<Template, Error> {
    let project = match project {
        None => {
            require(caller, Permission::ManageSharedTemplates, omicron_domain::Target::Laboratory)?;
            None
        }
        Some(which) => Some(held(tx, caller, which, Permission::ManageTemplates)?.id),
    };
    check(draft)?;
    Ok(templates::create(tx, &NewTemplate { project, kind, draft: draft.clone() })?)
}

/// Gives a template a new version. If it says already what it is to say, it stays as it is.
///
/// # Errors
/// Those of [`create`]; [`Error::NotFound`], [`Error::Outdated`]; [`Error::Unsatisfied`] if records
/// that are to follow it would not satisfy it.
pub fn change(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    id: TemplateId,
    base: &Base,
    change: &dyn Fn(TemplateDraft) -> TemplateDraft,
    existing: Existing,
) -> Result<Template, Error> {
    let template = permitted(tx, caller, id, base)?;
    let draft = change(template.draft.clone());
    if draft == template.draft {
        return Ok(template);
    }
    let schema = check(&draft)?;
    let asks_more = draft.schema != template.draft.schema
        || draft.lifecycle.statuses != template.draft.lifecycle.statuses;
    if existing == Existing::Follow && asks_more {
        satisfied(tx, &template, &draft, &schema)?;
    }
    Ok(templates::store(tx, &template, draft, existing == Existing::Keep)?)
}

/// Takes a template out of use for new records, or into it again; what is so already stays so.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Archived`], [`Error::Outdated`].
pub fn set_retired(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    id: TemplateId,
    base: &Base,
    retired: bool,
) -> Result<Template, Error> {
    let template = permitted(tx, caller, id, base)?;
    Ok(templates::set_retired(tx, &template, retired)?)
}

/// The template, as nobody else changes it, if the caller may and has seen its present version.
fn permitted(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    id: TemplateId,
    base: &Base,
) -> Result<Template, Error> {
    let missing = || Error::NotFound("template");
    let project = templates::find(tx.view(), id)?.ok_or_else(missing)?.project;
    match project {
        None => {
            require(caller, Permission::ManageSharedTemplates, omicron_domain::Target::Laboratory)?;
        }
        // Projects are held before what is in them.
        Some(project) => {
            held(tx, caller, &Which::Id(project), Permission::ManageTemplates)?;
        }
    }
    let template = templates::lock(tx, id)?.ok_or_else(missing)?;
    let version = template.version;
    let members = ["name", "schema", "body", "lifecycle", "date_retired"];
    base.check_since(version, |seen| {
        changes_between(tx.view(), id.into(), (seen, version), &members)
    })?;
    Ok(template)
}

/// That its schema is harmless and its lifecycle makes sense.
fn check(draft: &TemplateDraft) -> Result<std::sync::Arc<Schema>, Error> {
    let wrong =
        |pointer: String, message: String| Error::Invalid(vec![Violation { pointer, message }]);
    draft.lifecycle.check().map_err(|BadLifecycle { pointer, message }| {
        wrong(format!("/lifecycle{pointer}"), message.to_owned())
    })?;
    compiled(&draft.schema).map_err(|refused| wrong("/schema".to_owned(), refused.to_string()))
}

/// That all records of the line would satisfy what the template is to say.
fn satisfied(
    tx: &mut Transaction<'_>,
    template: &Template,
    draft: &TemplateDraft,
    schema: &Schema,
) -> Result<(), Error> {
    let mut after = RecordId(0);
    let mut bad = Vec::new();
    loop {
        let part = records::of_template(tx.view(), template.id, template.line, after, PART)?;
        let Some(last) = part.last() else { break };
        after = last.id;
        for record in &part {
            let wrong = violations(record, draft, schema)?;
            if !wrong.is_empty() {
                bad.push((record.id, wrong));
            }
        }
        if bad.len() > MOST {
            bad.truncate(MOST);
            return Err(Error::Unsatisfied { records: bad, more: true });
        }
    }
    if bad.is_empty() { Ok(()) } else { Err(Error::Unsatisfied { records: bad, more: false }) }
}

fn violations(
    record: &Record,
    draft: &TemplateDraft,
    schema: &Schema,
) -> Result<Vec<Violation>, Error> {
    let mut wrong: Vec<Violation> = schema
        .violations(&data_of(&record.content)?)
        .into_iter()
        .map(|violation| violation.below("/data"))
        .collect();
    if !draft.lifecycle.has(&record.content.status) {
        let message = "is no status of the lifecycle any more".to_owned();
        wrong.push(Violation { pointer: "/status".to_owned(), message });
    }
    Ok(wrong)
}
