//! What requests about records say.
#![expect(clippy::option_option, reason = "a merge patch tells what is null from what is missing")]

use crate::body::Document;
use crate::problem::Problem;
use chrono::{DateTime, Datelike, SubsecRound as _, Utc};
use omicron_domain::{Invalid, RecordId, Relation, Status, TemplateId, Timestamp};
use omicron_service::records::{Change, Target};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fields {
    title: Option<String>,
    status: Option<String>,
    #[serde(deserialize_with = "told")]
    template: Option<Option<i64>>,
    #[serde(deserialize_with = "told")]
    data: Option<Option<Map<String, Value>>>,
    #[serde(deserialize_with = "told")]
    body: Option<Option<String>>,
    #[serde(deserialize_with = "told")]
    tags: Option<Option<Vec<String>>>,
    #[serde(deserialize_with = "told")]
    people: Option<Option<Vec<String>>>,
    #[serde(deserialize_with = "told")]
    links: Option<Option<Vec<LinkBody>>>,
    #[serde(deserialize_with = "told")]
    start: Option<Option<DateTime<Utc>>>,
    #[serde(deserialize_with = "told")]
    end: Option<Option<DateTime<Utc>>>,
}

#[derive(Deserialize)]
struct LinkBody {
    relation: Relation,
    target: TargetBody,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TargetBody {
    Id(i64),
    Item(String),
}

/// A member that is there, be it `null`.
fn told<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Fields {
    /// What the fields say, if the domain takes each of them.
    fn change(self) -> Result<Change, Problem> {
        let tags = self.tags.map(Option::unwrap_or_default).map(all("/tags")).transpose()?;
        let links = self.links.map(Option::unwrap_or_default);
        let body = self.body.map(Option::unwrap_or_default);
        Ok(Change {
            title: one("/title", self.title)?,
            status: one("/status", self.status)?,
            template: self.template.map(|id| id.map(TemplateId)),
            data: self.data,
            body: one("/body", body)?,
            tags,
            people: self.people.map(Option::unwrap_or_default),
            links: links.map(|links| links.into_iter().map(LinkBody::link).collect()),
            start: time("/start", self.start)?,
            end: time("/end", self.end)?,
        })
    }
}

impl LinkBody {
    fn link(self) -> (Relation, Target) {
        let target = match self.target {
            TargetBody::Id(id) => Target::Record(RecordId(id)),
            TargetBody::Item(mut name) => Target::Item(name.split_off(name.len().min(1))),
        };
        (self.relation, target)
    }
}

/// A time as it is kept: both databases keep microseconds, and a year of four digits is what can be
/// written as RFC 3339 again, which an offset may have left.
fn time(
    pointer: &'static str,
    time: Option<Option<Timestamp>>,
) -> Result<Option<Option<Timestamp>>, Problem> {
    if time.flatten().is_some_and(|time| !(0..=9999).contains(&time.year())) {
        return Err(Problem::invalid(pointer, "must be in the years 0000 to 9999 in UTC"));
    }
    Ok(time.map(|time| time.map(|time| time.trunc_subsecs(6))))
}

fn one<T: std::str::FromStr<Err = Invalid>>(
    pointer: &'static str,
    text: Option<String>,
) -> Result<Option<T>, Problem> {
    text.map(|text| text.parse()).transpose().map_err(Problem::of_field(pointer))
}

fn all<T: std::str::FromStr<Err = Invalid>>(
    pointer: &'static str,
) -> impl Fn(Vec<String>) -> Result<Vec<T>, Problem> {
    move |texts| {
        let each = texts.iter().enumerate().map(|(index, text)| {
            let place = |invalid: Invalid| {
                Problem::invalid(format!("{pointer}/{index}"), invalid.to_string())
            };
            text.parse().map_err(place)
        });
        each.collect()
    }
}

/// The body of a new record.
#[derive(Deserialize)]
pub(crate) struct NewRecordBody(Fields);

/// A merge patch (RFC 7396) of a record.
#[derive(Deserialize)]
pub(crate) struct ChangeRecordBody(Fields);

/// The version that a record is to become again.
#[derive(Deserialize)]
pub(crate) struct RevertBody {
    pub(super) version: i64,
    status: Option<String>,
}

impl RevertBody {
    /// The status that it is to have then, if it is not to stay.
    pub(super) fn status(self) -> Result<Option<Status>, Problem> {
        one("/status", self.status)
    }
}

impl Document for NewRecordBody {
    const SCHEMA: &'static str = "new-record";
    const AS_WRITTEN: &'static [&'static str] = &["data"];
}

impl Document for ChangeRecordBody {
    const SCHEMA: &'static str = "change-record";
    const AS_WRITTEN: &'static [&'static str] = &["data"];
}

impl Document for RevertBody {
    const SCHEMA: &'static str = "revert-record";
}

impl NewRecordBody {
    pub(super) fn draft(self) -> Result<Change, Problem> {
        self.0.change()
    }
}

impl ChangeRecordBody {
    pub(super) fn change(self) -> Result<Change, Problem> {
        self.0.change()
    }
}
