//! Which records a list is asked for, and where it goes on.

use crate::listing::{cursor_link, number, truth};
use crate::problem::Problem;
use crate::views::RecordView;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use omicron_domain::{
    Invalid, Mark, Page, RecordFilter, RecordId, RecordOrder, RecordPage, SortKey, TemplateId,
};
use omicron_persistence::View;
use omicron_service::Error;
use omicron_service::records::in_charge;
use serde::Serialize;
use std::str::FromStr;
use utoipa::IntoParams;

/// Which records are wanted, in which order, and what of them. All filters that are given must hold; an
/// empty one is none.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordQuery {
    /// Of this status.
    status: Option<String>,
    /// With this tag, in any case; may be given several times.
    #[param(required = false)]
    tag: Vec<String>,
    /// Of the template with this id, in any version.
    #[param(value_type = Option<i64>, minimum = 1)]
    template: Option<String>,
    /// With this person in charge.
    person: Option<String>,
    /// With this text in the title, in any case.
    title: Option<String>,
    /// With a link to the record of this id.
    #[param(value_type = Option<i64>, minimum = 1)]
    linked_to: Option<String>,
    /// Changed at this time (RFC 3339) or after it.
    #[param(example = "2026-11-24T09:30:00Z")]
    changed_since: Option<String>,
    /// `true` for those in the trash, instead of those that are not.
    #[param(value_type = Option<bool>)]
    trashed: Option<String>,
    /// `id`, `title` or `changed`, with a `-` in front for the other way round. Default `id`.
    #[param(example = "-changed")]
    sort: Option<String>,
    /// Names of members, with commas between: only these of each record, and `id`, `kind`, `version` and
    /// `href`.
    #[param(example = "title,status")]
    fields: Option<String>,
    /// Where to go on, as the `Link` header of the part before says.
    cursor: Option<String>,
    /// How many records at most; more than 1000 gives 1000. Default 100.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<String>,
}

/// How many records a part holds if nothing is said.
const USUAL: i64 = 100;

impl RecordQuery {
    /// Reads the parameters; those that are not known mean nothing, of those that stand twice the last
    /// one counts.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, Problem> {
        let mut query = Self::default();
        for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            let place = match name.as_str() {
                "status" => &mut query.status,
                "template" => &mut query.template,
                "person" => &mut query.person,
                "title" => &mut query.title,
                "linked_to" => &mut query.linked_to,
                "changed_since" => &mut query.changed_since,
                "trashed" => &mut query.trashed,
                "sort" => &mut query.sort,
                "fields" => &mut query.fields,
                "cursor" => &mut query.cursor,
                "limit" => &mut query.limit,
                "tag" if query.tag.len() >= 20 => {
                    return Err(Problem::invalid("/tag", "must not be given more than 20 times"));
                }
                "tag" => {
                    query.tag.push(value.clone());
                    continue;
                }
                _ => continue,
            };
            *place = Some(value.clone());
        }
        Ok(query)
    }

    /// What makes the filter: the person has to be looked up.
    pub(super) fn search(
        &self,
    ) -> Result<impl Fn(&mut View<'_>) -> Result<RecordFilter, Error> + Send + use<>, Problem> {
        let (wanted, person) = (self.filter()?, self.person.clone());
        Ok(move |view: &mut View<'_>| {
            let person = person.as_deref().map(|name| in_charge(view, name)).transpose()?;
            Ok(RecordFilter { person, ..wanted.clone() })
        })
    }

    /// The filter, but for the person.
    fn filter(&self) -> Result<RecordFilter, Problem> {
        let trashed = truth("/trashed", self.trashed.as_deref())?.unwrap_or_default();
        let time = |text: &String| {
            let message = "must be a time such as 2026-11-24T09:30:00Z";
            let time = DateTime::parse_from_rfc3339(text);
            time.map(|time| time.to_utc()).map_err(|_| Problem::invalid("/changed_since", message))
        };
        Ok(RecordFilter {
            trashed,
            status: text("/status", self.status.as_ref())?,
            tags: self
                .tag
                .iter()
                .map(|tag| tag.parse().map_err(Problem::of_field("/tag")))
                .collect::<Result<_, _>>()?,
            template: id("/template", self.template.as_deref())?.map(TemplateId),
            person: None,
            title: self.title.clone(),
            linked_to: id("/linked_to", self.linked_to.as_deref())?.map(RecordId),
            changed_since: self.changed_since.as_ref().map(time).transpose()?,
        })
    }

    /// The order, and the part of the list.
    pub(crate) fn page(&self) -> Result<RecordPage, Problem> {
        let order = match self.sort.as_deref() {
            None => RecordOrder::default(),
            Some(text) => text.parse().map_err(|error: omicron_domain::UnknownOrder| {
                Problem::invalid("/sort", error.to_string())
            })?,
        };
        let foreign =
            || Problem::invalid("/cursor", "must be one that a Link header of this list gave");
        let after = match self.cursor.as_deref() {
            None => None,
            Some(cursor) => {
                Some(place(cursor).filter(|mark| mark.by() == order.by).ok_or_else(foreign)?)
            }
        };
        let limit = number("/limit", self.limit.as_deref(), USUAL)?;
        let limit = Page::after(0, limit).map_err(Problem::of_field("/limit"))?.limit();
        Ok(RecordPage { order, after, limit })
    }

    /// The members of each record that are asked for; all, if none are.
    pub(super) fn fields(&self) -> Result<Vec<String>, Problem> {
        let fields = self.fields.as_deref().unwrap_or_default().split(',').map(str::trim);
        let fields = fields.filter(|field| !field.is_empty()).map(str::to_owned);
        let fields: Vec<String> = fields.collect();
        RecordView::has(&fields)?;
        Ok(fields)
    }
}

fn text<T: FromStr<Err = Invalid>>(
    pointer: &'static str,
    text: Option<&String>,
) -> Result<Option<T>, Problem> {
    text.map(|text| text.parse().map_err(Problem::of_field(pointer))).transpose()
}

fn id(pointer: &'static str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let read = |text: &str| text.parse().ok().filter(|id: &i64| *id > 0);
    let known = |text: &str| read(text).ok_or_else(|| Problem::invalid(pointer, "must be an id"));
    text.map(known).transpose()
}

/// A cursor is the place that it follows, written so that nobody counts on that.
fn place(cursor: &str) -> Option<Mark> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (by, key, id): (String, String, i64) = serde_json::from_slice(&bytes).ok()?;
    let id = Some(RecordId(id)).filter(|id| id.0 > 0)?;
    match by.parse::<RecordOrder>().ok()? {
        RecordOrder { by: SortKey::Id, down: false } => Some(Mark::Id(id)),
        RecordOrder { by: SortKey::Title, down: false } if !key.contains('\0') => {
            Some(Mark::Title(key, id))
        }
        RecordOrder { by: SortKey::Changed, down: false } => {
            let micros = key.parse().ok()?;
            let time = DateTime::from_timestamp_micros(micros)?;
            // What SQLite can compare as text.
            (0..=9999).contains(&chrono::Datelike::year(&time)).then_some(Mark::Changed(time, id))
        }
        _ => None,
    }
}

pub(super) fn cursor(mark: &Mark) -> String {
    let parts = match mark {
        Mark::Id(id) => ("id", String::new(), id.0),
        Mark::Title(key, id) => ("title", key.clone(), id.0),
        Mark::Changed(time, id) => ("changed", time.timestamp_micros().to_string(), id.0),
    };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&parts).unwrap_or_default())
}

/// The link to the part that follows this place.
pub(super) fn next(request: &HttpRequest, limit: i64, last: &Mark) -> String {
    cursor_link(request, &cursor(last), limit, "")
}

/// A part of a list, and the link to the next.
pub(super) fn answer(next: Option<String>, view: &impl Serialize) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        response.insert_header((LINK, next));
    }
    response.json(view)
}

#[cfg(test)]
mod tests {
    use super::{URL_SAFE_NO_PAD, cursor, place};
    use base64::Engine as _;
    use chrono::DateTime;
    use omicron_domain::{Mark, RecordId};

    #[test]
    fn a_cursor_is_read_as_it_was_given() {
        let time = DateTime::from_timestamp_micros(1_795_000_000_123_456).unwrap();
        for mark in [
            Mark::Id(RecordId(i64::MAX)),
            Mark::Title("ingot \"7\"".to_owned(), RecordId(7)),
            Mark::Changed(time, RecordId(7)),
        ] {
            assert_eq!(place(&cursor(&mark)), Some(mark));
        }
    }

    #[test]
    fn what_no_link_gave_is_no_place() {
        let made = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for text in [
            "%%%".to_owned(),
            made("7"),
            made(r#"["id","",0]"#),
            made(r#"["-id","",7]"#),
            made(r#"["changed","x",7]"#),
            made(r#"["changed","9223372036854775807",7]"#),
            made(r#"["title","\u0000",7]"#),
        ] {
            assert_eq!(place(&text), None, "{text}");
        }
    }
}
