//! Where a record is checked before it is stored.

use super::document::data_of;
use super::patch::merged;
use super::{Change, Target, document_of};
use crate::Error;
use omicron_auth::Caller;
use omicron_domain::{
    Content, Lifecycle, Link, Move, MoveRefused, Permission, ProjectId, ProjectRole, Record,
    RecordId, RecordKind, Relation, Status, Template, TemplateId, UserId, Username, Version,
};
use omicron_persistence::projects::Place;
use omicron_persistence::{self as persistence, Transaction, projects, records, templates, users};
use omicron_schema::{Schema, Violation, compiled};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The longest data, as JSON: a patch adds to what is there, and so no limit on bodies limits a record.
const MAX_DATA: usize = 1024 * 1024;

/// What a record has to follow.
struct Rules {
    template: Option<Template>,
    schema: Option<Arc<Schema>>,
    lifecycle: Lifecycle,
}

/// Checks records of one project in one transaction; what it has looked up once, it knows.
pub(super) struct Desk<'a> {
    caller: &'a Caller,
    pub(super) place: Place,
    rules: HashMap<(RecordKind, Option<Version>), Rc<Rules>>,
    lines: HashMap<(RecordKind, TemplateId), Result<Version, String>>,
    members: HashMap<String, Option<UserId>>,
    /// The records that earlier items of the request have made, by the names that it gives them.
    pub(super) made: HashMap<String, RecordId>,
    /// Records as earlier items would have left them, had nothing been wrong with the request.
    pub(super) checked: HashMap<RecordId, Record>,
}

/// Either a content that may be stored, or everything that is wrong with it.
pub(super) type Settled = Result<Content, Vec<Violation>>;

impl<'a> Desk<'a> {
    /// A desk in a project whose records the caller may write.
    pub(super) fn open(
        tx: &mut Transaction<'_>,
        caller: &'a Caller,
        project: &crate::projects::Which,
    ) -> Result<Self, Error> {
        let place = crate::projects::held(tx, caller, project, Permission::WriteRecords)?;
        Ok(Self {
            caller,
            place,
            rules: HashMap::new(),
            lines: HashMap::new(),
            members: HashMap::new(),
            made: HashMap::new(),
            checked: HashMap::new(),
        })
    }

    /// What a record is to say, checked: a new one, or one that says something already.
    pub(super) fn settle(
        &mut self,
        tx: &mut Transaction<'_>,
        kind: RecordKind,
        before: Option<&Record>,
        change: &Change,
    ) -> Result<Settled, Error> {
        let mut wrong = Vec::new();
        let old = before.map(|record| &record.content);
        let template = match change.template {
            None => old.and_then(|content| content.template),
            Some(None) => None,
            Some(Some(id)) => self.line_of(tx, kind, id, &mut wrong)?,
        };
        let rules = self.rules(tx, kind, template)?;
        let data = match (old, &change.data) {
            (None, data) => Value::Object(data.clone().flatten().unwrap_or_default()),
            (Some(_), Some(None)) => Value::Object(Map::new()),
            (Some(old), None) => data_of(old)?,
            (Some(old), Some(Some(patch))) => merged(data_of(old)?, patch.clone()),
        };
        let text = data.to_string();
        if text.len() > MAX_DATA {
            let message =
                "must not be longer than 1 MiB as JSON: keep what is large in several records";
            return Ok(Err(vec![violation("/data", message)]));
        }
        if let Some(schema) = &rules.schema {
            let found = schema.violations(&data).into_iter();
            wrong.extend(found.map(|violation| violation.below("/data")));
        }
        let people = self.people(tx, old, change.people.as_deref(), &mut wrong)?;
        let links = self.links(tx, before, change.links.as_deref(), &mut wrong)?;
        let Some(title) = change.title.clone().or_else(|| old.map(|old| old.title.clone())) else {
            wrong.push(violation("/title", "is required"));
            return Ok(Err(wrong));
        };
        let usual_body = || rules.template.as_ref().map(|template| template.draft.body.clone());
        let body = change.body.clone().or_else(|| old.map(|old| old.body.clone()));
        let content = Content {
            title,
            status: old.map_or_else(|| rules.lifecycle.first(), |old| &old.status).clone(),
            template,
            data: text,
            body: body.or_else(usual_body).map_or_else(|| String::new().try_into(), Ok).map_err(
                |error| persistence::Error::Corrupt("template_versions.body", Box::new(error)),
            )?,
            tags: change
                .tags
                .clone()
                .or_else(|| old.map(|old| old.tags.clone()))
                .unwrap_or_default(),
            people,
            links,
            start: change.start.unwrap_or_else(|| old.and_then(|old| old.start)),
            end: change.end.unwrap_or_else(|| old.and_then(|old| old.end)),
        };
        if content.start.zip(content.end).is_some_and(|(start, end)| end < start) {
            wrong.push(violation("/end", "must not be before the start"));
        }
        let content = self.moved(tx, &rules, old.is_none(), content, change, &mut wrong)?;
        Ok(if wrong.is_empty() { Ok(content.in_order()) } else { Err(wrong) })
    }

    /// The line of a template that a record begins to follow: that of its last version.
    fn line_of(
        &mut self,
        tx: &mut Transaction<'_>,
        kind: RecordKind,
        id: TemplateId,
        wrong: &mut Vec<Violation>,
    ) -> Result<Option<Version>, Error> {
        let found = if let Some(found) = self.lines.get(&(kind, id)) {
            found.clone()
        } else {
            templates::hold(tx, id)?;
            let found = usable(templates::find(tx.view(), id)?, self.place.id, kind);
            self.lines.insert((kind, id), found.clone());
            found
        };
        found.map(Some).or_else(|message| {
            wrong.push(violation("/template", message));
            Ok(None)
        })
    }

    fn rules(
        &mut self,
        tx: &mut Transaction<'_>,
        kind: RecordKind,
        line: Option<Version>,
    ) -> Result<Rc<Rules>, Error> {
        if let Some(rules) = self.rules.get(&(kind, line)) {
            return Ok(rules.clone());
        }
        let rules = match line {
            None => Rules { template: None, schema: None, lifecycle: Lifecycle::of(kind) },
            Some(version) => {
                templates::hold(tx, version.template)?;
                let template = templates::of_line(tx.view(), version)?;
                let template = template.ok_or(persistence::Error::Gone)?;
                let schema = compiled(&template.draft.schema).map_err(|refused| {
                    persistence::Error::Corrupt("template_versions.data_schema", refused.into())
                })?;
                let lifecycle = template.draft.lifecycle.clone();
                Rules { template: Some(template), schema: Some(schema), lifecycle }
            }
        };
        let rules = Rc::new(rules);
        self.rules.insert((kind, line), rules.clone());
        Ok(rules)
    }

    /// Everyone in charge: those who come new have to belong to the project.
    fn people(
        &mut self,
        tx: &mut Transaction<'_>,
        old: Option<&Content>,
        asked: Option<&[String]>,
        wrong: &mut Vec<Violation>,
    ) -> Result<Vec<UserId>, Error> {
        let before = old.map(|old| old.people.as_slice()).unwrap_or_default();
        let Some(asked) = asked else { return Ok(before.to_vec()) };
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        // A name that nobody has any more may stand for someone who was in charge before.
        let kept = users::names(tx.view(), before)?;
        let mut people = Vec::with_capacity(asked.len());
        for (index, name) in asked.iter().enumerate() {
            let Ok(name) = name.parse::<Username>() else {
                wrong.push(not_of_the_project(index));
                continue;
            };
            let same = |(id, kept): (&UserId, &Username)| (kept.key() == name.key()).then_some(*id);
            match kept.iter().find_map(same) {
                Some(id) => people.push(id),
                None => match self.member(tx, &name)? {
                    Some(id) => people.push(id),
                    None => wrong.push(not_of_the_project(index)),
                },
            }
        }
        Ok(people)
    }

    /// The person of this name, if they belong to the project.
    fn member(
        &mut self,
        tx: &mut Transaction<'_>,
        name: &Username,
    ) -> Result<Option<UserId>, Error> {
        if let Some(found) = self.members.get(&name.key()) {
            return Ok(*found);
        }
        let known = users::ids_by_key(tx.view(), std::slice::from_ref(name))?;
        let member = match known.into_values().next() {
            Some(id) => projects::members_among(tx.view(), self.place.id, &[id])?.pop(),
            None => None,
        };
        self.members.insert(name.key(), member);
        Ok(member)
    }

    /// All links: those that come new have to lead to records that the caller may see.
    fn links(
        &self,
        tx: &mut Transaction<'_>,
        before: Option<&Record>,
        asked: Option<&[(Relation, Target)]>,
        wrong: &mut Vec<Violation>,
    ) -> Result<Vec<Link>, Error> {
        let old = before.map(|record| record.content.links.as_slice()).unwrap_or_default();
        let Some(asked) = asked else { return Ok(old.to_vec()) };
        let mut links = Vec::with_capacity(asked.len());
        let mut unknown = Vec::new();
        for (index, (relation, target)) in asked.iter().enumerate() {
            let (target, known) = match target {
                Target::Record(id) => (*id, false),
                Target::Item(name) => {
                    let Some(id) = self.made.get(name) else {
                        let message = "must name an earlier item of this request by its ref";
                        wrong.push(violation(&format!("/links/{index}/target"), message));
                        continue;
                    };
                    (*id, true)
                }
            };
            let link = Link { relation: *relation, target };
            if before.is_some_and(|record| record.id == target) {
                let message = "must not be the record itself";
                wrong.push(violation(&format!("/links/{index}/target"), message));
            } else if !known && !old.contains(&link) {
                unknown.push((index, target));
            }
            links.push(link);
        }
        if unknown.is_empty() {
            return Ok(links);
        }
        let ids: Vec<RecordId> = unknown.iter().map(|(_, id)| *id).collect();
        let seen = records::find_all(tx.view(), &ids)?;
        for (index, id) in unknown {
            if !seen.iter().any(|record| record.id == id) {
                let message = "must be the id of a record that you may see";
                wrong.push(violation(&format!("/links/{index}/target"), message));
            }
        }
        Ok(links)
    }

    /// The content in the status that is asked for, if its lifecycle allows it.
    fn moved(
        &self,
        tx: &mut Transaction<'_>,
        rules: &Rules,
        is_new: bool,
        content: Content,
        change: &Change,
        wrong: &mut Vec<Violation>,
    ) -> Result<Content, Error> {
        let lifecycle = &rules.lifecycle;
        let (role, administrator) = (self.place.role, self.caller.user.administrator);
        let to = match &change.status {
            Some(status) if *status != content.status => status,
            _ if lifecycle.has(&content.status) => return Ok(content),
            // Another template has other statuses.
            _ => {
                let message = format!("must be one of {}: give it one of them", listed(lifecycle));
                wrong.push(violation("/status", message));
                return Ok(content);
            }
        };
        let from_elsewhere = is_new || !lifecycle.has(&content.status);
        let ways: Vec<&Move> = if from_elsewhere {
            match entries(lifecycle, to, role, administrator) {
                Ok(ways) => ways,
                Err(message) => {
                    wrong.push(violation("/status", message));
                    return Ok(content);
                }
            }
        } else {
            match lifecycle.step(&content.status, to, role, administrator) {
                Ok(way) => vec![way],
                Err(refused) => {
                    wrong.push(violation("/status", refused.to_string()));
                    return Ok(content);
                }
            }
        };
        let document = document_of(tx.view(), &content)?;
        let missing = |way: &&Move| -> Vec<String> {
            let empty = |pointer: &&String| !is_filled(document.pointer(pointer));
            way.filled.iter().filter(empty).cloned().collect()
        };
        let missing = ways.iter().map(missing).min_by_key(Vec::len);
        wrong.extend(missing.into_iter().flatten().map(|pointer| {
            violation(&pointer, format!("must be filled before the status is {to}"))
        }));
        Ok(Content { status: to.clone(), ..content })
    }
}

/// The ways to a status for a record that comes from elsewhere: whatever status it leads from, the
/// caller has to be able to take one. Where a record begins, it may always be.
fn entries<'a>(
    lifecycle: &'a Lifecycle,
    to: &Status,
    role: Option<ProjectRole>,
    administrator: bool,
) -> Result<Vec<&'a Move>, String> {
    if lifecycle.first() == to {
        return Ok(Vec::new());
    }
    let mut ways = Vec::new();
    let mut refusal = None;
    for from in &lifecycle.statuses {
        match lifecycle.step(from, to, role, administrator) {
            Ok(way) => ways.push(way),
            Err(MoveRefused::NoSuchMove { .. }) => {}
            Err(refused) => refusal = Some(refused),
        }
    }
    match refusal {
        _ if !ways.is_empty() => Ok(ways),
        Some(refused) => Err(refused.to_string()),
        None => Err(format!("can't be reached: no move of its lifecycle leads to {to}")),
    }
}

/// The line that a new record of this kind in this project would follow, or why it can't.
fn usable(
    template: Option<Template>,
    project: ProjectId,
    kind: RecordKind,
) -> Result<Version, String> {
    let here = |template: &Template| template.project.is_none_or(|its| its == project);
    let Some(template) = template.filter(here) else {
        return Err("must be a template of this project or a shared one".to_owned());
    };
    if template.kind != kind {
        return Err(format!("must be a template for a {kind}: it is one for a {}", template.kind));
    }
    if template.date_retired.is_some() {
        return Err("is retired: take another one".to_owned());
    }
    Ok(Version { template: template.id, line: template.line })
}

fn listed(lifecycle: &Lifecycle) -> String {
    let names: Vec<&str> = lifecycle.statuses.iter().map(Status::as_str).collect();
    names.join(", ")
}

fn is_filled(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
        Some(Value::Bool(_) | Value::Number(_)) => true,
    }
}

fn not_of_the_project(index: usize) -> Violation {
    violation(&format!("/people/{index}"), "must be someone who belongs to the project")
}

pub(super) fn violation(pointer: &str, message: impl Into<String>) -> Violation {
    Violation { pointer: pointer.to_owned(), message: message.into() }
}
