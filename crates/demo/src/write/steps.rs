//! The steps of one transaction.

use super::{Error, Lab, seal, template};
use crate::Filled;
use crate::form::Form;
use crate::story::{Act, Key, Planned, Role, Said, Step, Story};
use chrono::NaiveDate;
use omicron_domain::{
    Action, Content, Link, MemberRole, NewProject, ProjectId, Record, RecordId, TemplateId,
    Timestamp, Version,
};
use omicron_persistence::records::NewRecord;
use omicron_persistence::{Transaction, comments, projects, records};
use std::collections::HashMap;

/// What a transaction adds to it.
pub(super) struct New<'a> {
    lab: &'a Lab,
    projects: HashMap<usize, ProjectId>,
    templates: HashMap<(Option<usize>, &'static str), TemplateId>,
    records: HashMap<usize, RecordId>,
    /// What the records say that the transaction works on.
    present: HashMap<RecordId, Record>,
    filled: Filled,
}

/// That, without the lab.
pub(super) type Parts = (
    HashMap<usize, ProjectId>,
    HashMap<(Option<usize>, &'static str), TemplateId>,
    HashMap<usize, RecordId>,
    Filled,
);

impl<'a> New<'a> {
    pub(super) fn of(lab: &'a Lab) -> Self {
        Self {
            lab,
            projects: HashMap::new(),
            templates: HashMap::new(),
            records: HashMap::new(),
            present: HashMap::new(),
            filled: lab.filled,
        }
    }

    pub(super) fn into_parts(self) -> Parts {
        (self.projects, self.templates, self.records, self.filled)
    }

    /// Writes some steps. What happened on a day is sealed in its evening.
    pub(super) fn write(
        &mut self,
        tx: &mut Transaction<'_>,
        story: &Story,
        steps: &[Step],
    ) -> Result<(), Error> {
        self.look_up(tx, steps)?;
        let mut last: Option<(NaiveDate, Timestamp)> = None;
        for step in steps {
            let day = step.at.date_naive();
            if let Some((before, at)) = last
                && before != day
            {
                seal(tx, at)?;
            }
            last = Some((day, step.at));
            let actor = self.lab.actor(step.who);
            self.step(&mut tx.on_behalf(&actor, step.at), story, step)?;
        }
        last.map_or(Ok(()), |(_, at)| seal(tx, at))
    }

    /// All records that will be worked on, in one look: one for each step would take most of the time
    /// on a server. Who else would change a record of a lab that is just being made?
    fn look_up(&mut self, tx: &mut Transaction<'_>, steps: &[Step]) -> Result<(), Error> {
        let older = |step: &Step| match &step.act {
            Act::Change(key, _) | Act::Comment(key, _) | Act::Trash(key, _) => {
                self.lab.records.get(key.0).copied().flatten()
            }
            Act::Found | Act::Create(_) | Act::Archive => None,
        };
        let mut ids: Vec<RecordId> = steps.iter().filter_map(older).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = records::find_all(tx.view(), &ids)?;
        self.present = found.into_iter().map(|record| (record.id, record)).collect();
        Ok(())
    }

    fn step(&mut self, tx: &mut Transaction<'_>, story: &Story, step: &Step) -> Result<(), Error> {
        match &step.act {
            Act::Found => self.found(tx, story, step.project),
            Act::Create(planned) => self.create(tx, step.project, planned),
            Act::Change(key, said) => {
                let content = self.content(step.project, said)?;
                let record =
                    records::store(tx, self.present(*key)?, content, Action::RecordChanged)?;
                self.present.insert(record.id, record);
                self.filled.changes += 1;
                Ok(())
            }
            Act::Comment(key, text) => {
                comments::add(tx, self.present(*key)?, &text.parse()?)?;
                self.filled.comments += 1;
                Ok(())
            }
            Act::Trash(key, trashed) => {
                let record = records::set_trashed(tx, self.present(*key)?, *trashed)?;
                self.present.insert(record.id, record);
                self.filled.changes += 1;
                Ok(())
            }
            Act::Archive => {
                projects::set_archived(tx, self.project(step.project)?, true)?;
                Ok(())
            }
        }
    }

    fn found(
        &mut self,
        tx: &mut Transaction<'_>,
        story: &Story,
        number: usize,
    ) -> Result<(), Error> {
        let project = &story.projects[number];
        let id = projects::create(
            tx,
            &NewProject {
                name: project.name.parse()?,
                description: project.description.parse()?,
                owner: self.lab.people[project.owner()],
                members: Vec::new(),
            },
        )?;
        let id = id.project.id;
        for (who, role) in &project.team {
            if let Role::Made(role) = role {
                projects::add_member(tx, id, self.lab.people[*who], *role)?;
            }
        }
        if let Some(visitor) = self.lab.visitor {
            projects::add_member(tx, id, visitor, MemberRole::Maintainer)?;
        }
        for test in project.field.tests {
            let template = template(tx, Some(id), test.form)?;
            self.templates.insert((Some(number), test.form.name), template);
            self.filled.templates += 1;
        }
        self.projects.insert(number, id);
        self.filled.projects += 1;
        Ok(())
    }

    /// All of one session, by one person.
    fn create(
        &mut self,
        tx: &mut Transaction<'_>,
        project: usize,
        planned: &[Planned],
    ) -> Result<(), Error> {
        for Planned { key, kind, said } in planned {
            let content = self.content(project, said)?;
            let new = NewRecord { project: self.project(project)?, kind: *kind, content };
            let record = records::create(tx, &new)?;
            self.records.insert(key.0, record.id);
            self.present.insert(record.id, record);
            self.filled.records += 1;
        }
        Ok(())
    }

    fn content(&self, project: usize, said: &Said) -> Result<Content, Error> {
        let link = |(relation, key): &(_, Key)| {
            Ok::<_, Error>(Link { relation: *relation, target: self.record(*key)? })
        };
        Ok(Content {
            title: said.title.parse()?,
            status: said.status.parse()?,
            template: Some(self.template(project, said.form)?),
            data: serde_json::Value::Object(said.data.clone()).to_string(),
            body: said.body.parse()?,
            tags: said.tags.iter().map(|tag| tag.parse()).collect::<Result<_, _>>()?,
            people: said.people.iter().map(|who| self.lab.people[*who]).collect(),
            links: said.links.iter().map(link).collect::<Result<_, _>>()?,
            start: said.start,
            end: said.end,
        })
    }

    fn template(&self, project: usize, form: &Form) -> Result<Version, Error> {
        let find = |place| {
            let key = &(place, form.name);
            self.templates.get(key).or_else(|| self.lab.templates.get(key))
        };
        let found = find(Some(project)).or_else(|| find(None)).copied();
        Ok(Version { template: found.ok_or(omicron_persistence::Error::Gone)?, line: 1 })
    }

    fn project(&self, number: usize) -> Result<ProjectId, Error> {
        let found = self.projects.get(&number).or_else(|| self.lab.projects.get(&number));
        Ok(found.copied().ok_or(omicron_persistence::Error::Gone)?)
    }

    fn record(&self, key: Key) -> Result<RecordId, Error> {
        let before = || self.lab.records.get(key.0).copied().flatten();
        let found = self.records.get(&key.0).copied().or_else(before);
        Ok(found.ok_or(omicron_persistence::Error::Gone)?)
    }

    fn present(&self, key: Key) -> Result<&Record, Error> {
        let id = self.record(key)?;
        Ok(self.present.get(&id).ok_or(omicron_persistence::Error::Gone)?)
    }
}
