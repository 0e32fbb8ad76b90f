//! Lists of records.

use super::state::RecordRow;
use crate::connection::MultiBackend;
use crate::sight::{Eyes, sees};
use crate::tables::{record_links, record_people, record_tags, records};
use crate::{Error, View, literal};
use diesel::prelude::*;
use omicron_domain::{
    Mark, ProjectId, Record, RecordFilter, RecordId, RecordKind, RecordOrder, RecordPage, SortKey,
    TemplateId, fold,
};

/// How many ids one statement names at most.
pub(super) const PART: usize = 1000;
/// Far beyond what a title holds. SQLite fails at a pattern of 50,000 bytes, PostgreSQL at a NUL:
/// what no title can hold is not asked for.
const LONGEST: usize = 1000;

type Query = diesel::helper_types::IntoBoxed<'static, records::table, MultiBackend>;

/// A part of the records of one kind in a project, if the viewer may see it: as quick at the millionth
/// record as at the first.
///
/// ```
/// # use omicron_domain::{ProjectId, RecordFilter, RecordKind, RecordPage, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let (all, page) = (RecordFilter::default(), RecordPage::default());
/// let samples = db.read(Viewer::Everything, |view| {
///     records::list(view, ProjectId(1), RecordKind::Sample, &all, &page)
/// })?;
/// assert!(samples.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list(
    view: &mut View<'_>,
    project: ProjectId,
    kind: RecordKind,
    filter: &RecordFilter,
    page: &RecordPage,
) -> Result<Vec<Record>, Error> {
    let eyes = Eyes::from(view.viewer());
    let mut query = matching(eyes, project, kind, filter);
    if let Some(mark) = &page.after {
        query = beyond(query, mark, page.order.down);
    }
    let rows: Vec<RecordRow> = ordered(query, page.order)
        .limit(page.limit)
        .select(RecordRow::as_select())
        .load(view.connection)?;
    rows.into_iter().map(Record::try_from).collect()
}

/// How many records that would list, counted up to `most`; `None` if there are more.
///
/// ```
/// # use omicron_domain::{ProjectId, RecordFilter, RecordKind, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let all = RecordFilter::default();
/// let count = db.read(Viewer::Everything, |view| {
///     records::count(view, ProjectId(1), RecordKind::Sample, &all, 10_000)
/// })?;
/// assert_eq!(count, Some(0));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn count(
    view: &mut View<'_>,
    project: ProjectId,
    kind: RecordKind,
    filter: &RecordFilter,
    most: i64,
) -> Result<Option<i64>, Error> {
    let eyes = Eyes::from(view.viewer());
    let matching = || matching(eyes, project, kind, filter);
    // Whether there are more is asked for in their order, so that no more is counted than that.
    let more: Option<i64> = matching()
        .order(records::id)
        .select(records::id)
        .offset(most)
        .limit(1)
        .get_result(view.connection)
        .optional()?;
    match more {
        Some(_) => Ok(None),
        None => Ok(Some(matching().count().get_result(view.connection)?)),
    }
}

/// The records that follow this line of a template, by id, after this one: for whoever checks them.
///
/// ```
/// # use omicron_domain::{RecordId, TemplateId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, records};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let first = db.read(Viewer::Everything, |view| {
///     records::of_template(view, TemplateId(1), 1, RecordId(0), 1000)
/// })?;
/// assert!(first.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn of_template(
    view: &mut View<'_>,
    template: TemplateId,
    line: i64,
    after: RecordId,
    limit: i64,
) -> Result<Vec<Record>, Error> {
    let rows: Vec<RecordRow> = records::table
        .filter(records::template_id.eq(template.0))
        .filter(records::template_line.eq(line))
        .filter(records::id.gt(after.0))
        .order(records::id)
        .limit(limit)
        .select(RecordRow::as_select())
        .load(view.connection)?;
    rows.into_iter().map(Record::try_from).collect()
}

fn matching(eyes: Eyes, project: ProjectId, kind: RecordKind, filter: &RecordFilter) -> Query {
    let mut query = records::table
        .filter(records::project_id.eq(project.0))
        .filter(records::kind.eq(kind.as_str()))
        .filter(sees(eyes, project))
        .into_boxed();
    query = if filter.trashed {
        query.filter(records::date_trashed.is_not_null())
    } else {
        query.filter(records::date_trashed.is_null())
    };
    if let Some(status) = &filter.status {
        query = query.filter(records::status.eq(status.as_str().to_owned()));
    }
    for tag in &filter.tags {
        let tagged = record_tags::table.filter(record_tags::tag_key.eq(tag.key()));
        query = query.filter(records::id.eq_any(tagged.select(record_tags::record_id)));
    }
    if let Some(template) = filter.template {
        query = query.filter(records::template_id.eq(template.0));
    }
    if let Some(person) = filter.person {
        let theirs = record_people::table.filter(record_people::user_id.eq(person.0));
        query = query.filter(records::id.eq_any(theirs.select(record_people::record_id)));
    }
    if let Some(target) = filter.linked_to {
        let linked = record_links::table.filter(record_links::target_id.eq(target.0));
        query = query.filter(records::id.eq_any(linked.select(record_links::source_id)));
    }
    if let Some(time) = filter.changed_since {
        query = query.filter(records::date_changed.ge(time.naive_utc()));
    }
    match filter.title.as_deref() {
        Some(text) if text.len() > LONGEST || text.contains('\0') => {
            query.filter(records::id.lt(0))
        }
        Some(text) => {
            let pattern = ["%", &literal(&fold(text)), "%"].concat();
            query.filter(records::title_key.like(pattern).escape('\\'))
        }
        None => query,
    }
}

/// What follows a place. The first comparison says nothing new, and is the one that PostgreSQL begins
/// at.
fn beyond(query: Query, mark: &Mark, down: bool) -> Query {
    match (mark, down) {
        (Mark::Id(id), false) => query.filter(records::id.gt(id.0)),
        (Mark::Id(id), true) => query.filter(records::id.lt(id.0)),
        (Mark::Title(key, id), false) => {
            let same = records::title_key.eq(key.clone()).and(records::id.gt(id.0));
            let query = query.filter(records::title_key.ge(key.clone()));
            query.filter(records::title_key.gt(key.clone()).or(same))
        }
        (Mark::Title(key, id), true) => {
            let same = records::title_key.eq(key.clone()).and(records::id.lt(id.0));
            let query = query.filter(records::title_key.le(key.clone()));
            query.filter(records::title_key.lt(key.clone()).or(same))
        }
        (Mark::Changed(time, id), false) => {
            let time = time.naive_utc();
            let same = records::date_changed.eq(time).and(records::id.gt(id.0));
            let query = query.filter(records::date_changed.ge(time));
            query.filter(records::date_changed.gt(time).or(same))
        }
        (Mark::Changed(time, id), true) => {
            let time = time.naive_utc();
            let same = records::date_changed.eq(time).and(records::id.lt(id.0));
            let query = query.filter(records::date_changed.le(time));
            query.filter(records::date_changed.lt(time).or(same))
        }
    }
}

fn ordered(query: Query, order: RecordOrder) -> Query {
    match (order.by, order.down) {
        (SortKey::Id, false) => query.order(records::id.asc()),
        (SortKey::Id, true) => query.order(records::id.desc()),
        (SortKey::Title, false) => query.order((records::title_key.asc(), records::id.asc())),
        (SortKey::Title, true) => query.order((records::title_key.desc(), records::id.desc())),
        (SortKey::Changed, false) => query.order((records::date_changed.asc(), records::id.asc())),
        (SortKey::Changed, true) => query.order((records::date_changed.desc(), records::id.desc())),
    }
}
