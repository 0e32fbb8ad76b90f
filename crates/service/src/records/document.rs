//! What a record says, as people write it.

use crate::Error;
use omicron_domain::{Content, Link, TemplateId, Timestamp, UserId, Username};
use omicron_persistence as persistence;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

/// What a record says, with people by name: what is sent, compared, and asked whether it is filled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// What it is called.
    pub title: String,
    /// How far it has come.
    pub status: String,
    /// The template that it follows.
    pub template: Option<Followed>,
    /// Structured data: an object.
    pub data: Value,
    /// Words about it, as Markdown.
    pub body: String,
    /// What it is found by.
    pub tags: Vec<String>,
    /// Who is in charge.
    pub people: Vec<String>,
    /// The records that it hangs together with.
    pub links: Vec<Link>,
    /// When it began, or is to.
    pub start: Option<Timestamp>,
    /// When it ended, or is to.
    pub end: Option<Timestamp>,
}

/// A template that is followed, in the last version of one of its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Followed {
    /// Its id.
    pub id: TemplateId,
    /// The first version of the line.
    pub line: i64,
}

impl Document {
    pub(crate) fn of(content: &Content, names: &HashMap<UserId, Username>) -> Result<Self, Error> {
        let name = |id: &UserId| {
            names.get(id).map_or_else(|| format!("user {id}"), |name| name.as_str().to_owned())
        };
        let followed = |version: omicron_domain::Version| Followed {
            id: version.template,
            line: version.line,
        };
        Ok(Self {
            title: content.title.as_str().to_owned(),
            status: content.status.as_str().to_owned(),
            template: content.template.map(followed),
            data: data_of(content)?,
            body: content.body.as_str().to_owned(),
            tags: content.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            people: content.people.iter().map(name).collect(),
            links: content.links.clone(),
            start: content.start,
            end: content.end,
        })
    }

    pub(crate) fn into_value(self) -> Result<Value, Error> {
        serde_json::to_value(self).map_err(corrupt)
    }
}

/// The data of a record as a value.
pub(crate) fn data_of(content: &Content) -> Result<Value, Error> {
    serde_json::from_str(&content.data).map_err(corrupt)
}

pub(super) fn corrupt(error: serde_json::Error) -> Error {
    persistence::Error::Corrupt("records.state", error.into()).into()
}
