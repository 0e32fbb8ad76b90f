//! What a campaign is put together from.

use super::{Campaign, Thing};
use crate::calendar;
use crate::form::Form;
use crate::story::said::{Act, Key, Planned, Said, Step};
use omicron_domain::Timestamp;

impl Campaign<'_> {
    pub(super) fn said(
        &mut self,
        title: String,
        status: &'static str,
        form: &'static Form,
        who: usize,
    ) -> Said {
        let (first, second) = (
            self.project.random.pick(self.project.field.tags),
            self.project.random.pick(self.project.field.tags),
        );
        let tags = if first == second { vec![first] } else { vec![first, second] };
        Said {
            title,
            status,
            form,
            data: form.beginning(&mut self.project.random),
            body: String::new(),
            tags,
            people: vec![who],
            links: Vec::new(),
            start: None,
            end: None,
        }
    }

    /// Begins records, as many as there may be.
    pub(super) fn create(
        &mut self,
        at: Timestamp,
        who: usize,
        drafts: Vec<(String, Said)>,
    ) -> Vec<Thing> {
        let at = at.min(self.project.last);
        let mut things = Vec::with_capacity(drafts.len());
        let mut planned = Vec::with_capacity(drafts.len());
        for (code, said) in drafts.into_iter().take(self.project.left.saturating_sub(self.kept)) {
            let key = Key(*self.keys);
            *self.keys += 1;
            planned.push(Planned { key, kind: said.form.kind, said: said.clone() });
            things.push(Thing { key, code, said, since: at });
        }
        self.project.left -= planned.len();
        if !planned.is_empty() {
            self.push(at, who, Act::Create(planned));
        }
        things
    }

    pub(super) fn change(
        &mut self,
        thing: &mut Thing,
        at: Timestamp,
        who: usize,
        how: impl FnOnce(&mut Said),
    ) {
        how(&mut thing.said);
        thing.since = at;
        self.push(at, who, Act::Change(thing.key, Box::new(thing.said.clone())));
    }

    /// What would happen after the end does not happen.
    pub(super) fn push(&mut self, at: Timestamp, who: usize, act: Act) {
        if at <= self.project.last {
            self.steps.push(Step { at, project: self.index, who, act });
        }
    }

    pub(super) fn later(&mut self, at: Timestamp, minutes: (i64, i64)) -> Timestamp {
        calendar::later(at, minutes, &mut self.project.random)
    }
}
