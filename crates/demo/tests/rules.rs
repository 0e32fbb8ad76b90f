//! The lab keeps the rules that the API would have kept it to.

use crate::support::{Lab, lab as fixture};
use omicron_domain::{
    MemberRole, ProjectId, ProjectRole, Record, Template, TemplateId, UserId, Viewer,
};
use omicron_persistence::{View, records, templates};
use omicron_schema::compiled;
use omicron_tests::on_both;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The templates and teams that were looked up.
struct Rules<'a> {
    lab: &'a Lab,
    templates: HashMap<TemplateId, Template>,
    roles: HashMap<(ProjectId, UserId), ProjectRole>,
}

impl<'a> Rules<'a> {
    fn of(lab: &'a Lab) -> Self {
        let mut roles = HashMap::new();
        for project in lab.projects() {
            for (user, role) in lab.team(project.id) {
                let role = match role.parse::<MemberRole>() {
                    Ok(role) => role.into(),
                    Err(_) => ProjectRole::Owner,
                };
                roles.insert((project.id, user.id), role);
            }
        }
        Self { lab, templates: HashMap::new(), roles }
    }

    fn template(&mut self, record: &Record) -> Template {
        let id = record.content.template.expect("every record has a template").template;
        let find = |view: &mut View<'_>| templates::find(view, id);
        let found = || self.lab.db.read(Viewer::Everything, find).unwrap().unwrap();
        self.templates.entry(id).or_insert_with(found).clone()
    }

    /// What a record says, and how it came to say it.
    fn check(&mut self, now: &Record) {
        let template = self.template(now);
        let schema = compiled(&template.draft.schema).unwrap();
        assert!(template.kind == now.kind && template.project.is_none_or(|id| id == now.project));
        let mut before: Option<Record> = None;
        let history = self.lab.history(now);
        assert_eq!(i64::try_from(history.len()).unwrap(), now.version);
        for event in history {
            let version = records::of_event(now.id, &event).unwrap().unwrap();
            let content = &version.content;
            let data: Value = serde_json::from_str(&content.data).unwrap();
            assert_eq!(schema.violations(&data), [], "{}", content.title);
            assert_eq!(data.to_string(), content.data, "compact, with its keys in order");
            assert!(content.start.zip(content.end).is_none_or(|(start, end)| start <= end));
            assert_eq!(version.date_changed, event.at);
            let actor = event.actor.expect("someone of the project");
            let role = self.roles[&(now.project, actor)];
            assert_ne!(role, MemberRole::Viewer.into());
            let life = &template.draft.lifecycle;
            match &before {
                None => assert_eq!(&content.status, life.first(), "{}", content.title),
                Some(before) => {
                    assert!(before.date_changed <= version.date_changed);
                    if before.content.status != content.status {
                        let step =
                            life.step(&before.content.status, &content.status, Some(role), false);
                        let filled = &step.unwrap().filled;
                        let whole = json!({
                            "data": data, "start": content.start, "end": content.end,
                            "body": content.body.as_str(),
                        });
                        for pointer in filled {
                            let value = whole.pointer(pointer);
                            assert!(value.is_some_and(|value| !value.is_null()), "{pointer}");
                        }
                    }
                    let trash = before.date_trashed != version.date_trashed;
                    assert!(trash || before.content != version.content, "nothing has changed");
                }
            }
            before = Some(version);
        }
        assert_eq!(before.as_ref(), Some(now));
    }
}

on_both! {
    fn every_version_of_every_record_is_one_that_the_rules_allow(lab: &Lab) {
        let _ = lab.fill(500);
        let mut rules = Rules::of(lab);
        for record in lab.records() {
            rules.check(&record);
        }
    }
}
