//! A campaign: something is made, cut into pieces, and each of them looked at.

mod tools;

use super::project::Project;
use super::said::{Act, Key, Said, Step};
use crate::fields::{COMMENTS, INSTRUMENT, PROTOCOL, Test};
use omicron_domain::{RecordKind, Relation, Timestamp};

const LETTERS: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];

/// A record while it is thought of.
struct Thing {
    key: Key,
    /// What its title begins with.
    code: String,
    said: Said,
    /// The time of its last version so far.
    since: Timestamp,
}

struct Campaign<'a> {
    project: &'a mut Project,
    index: usize,
    /// How many records are left for later campaigns.
    kept: usize,
    keys: &'a mut usize,
    steps: Vec<Step>,
}

/// What happens in the next campaign of a project; the first one begins with the equipment. Nothing
/// if the project has all its records.
pub(super) fn campaign(
    project: &mut Project,
    index: usize,
    keys: &mut usize,
    at: Timestamp,
) -> Vec<Step> {
    // Of a small project's records, too, some are young.
    let kept = if (24..100).contains(&project.left) { project.left / 2 } else { 0 };
    let mut campaign = Campaign { project, index, kept, keys, steps: Vec::new() };
    if campaign.project.campaigns == 0 {
        campaign.equip(at);
    }
    campaign.project.campaigns += 1;
    campaign.run(at);
    campaign.steps
}

impl Campaign<'_> {
    /// The instruments and protocols that the project works with.
    fn equip(&mut self, at: Timestamp) {
        let (field, owner) = (self.project.field, self.project.owner());
        let instruments = field.instruments.iter().map(|name| {
            let body = format!("## Where it stands\n\nBehind the door.\n\n## Who looks after it\n\nWhoever uses {name} last.\n");
            (name.to_string(), "operational", &INSTRUMENT, body)
        });
        let protocols = field
            .protocols
            .iter()
            .map(|(name, text)| (name.to_string(), "draft", &PROTOCOL, text.to_string()));
        let mut drafts = Vec::new();
        for (title, status, form, body) in instruments.chain(protocols) {
            let said = self.said(title.clone(), status, form, owner);
            drafts.push((title, Said { body, ..said }));
        }
        for mut thing in self.create(at, owner, drafts) {
            if thing.said.form.kind == RecordKind::Instrument {
                self.project.instruments.push(thing.key);
                continue;
            }
            self.project.protocols.push(thing.key);
            let (at, who) = (self.later(at, (60, 2000)), self.project.reviewer());
            self.change(&mut thing, at, who, |said| said.status = "published");
        }
    }

    fn run(&mut self, at: Timestamp) {
        let number = self.project.campaigns;
        let code = format!("{}{}-{number:04}", self.project.field.code, self.index + 1);
        let who = self.project.worker();
        let stage = &self.project.field.stages[0];
        let title = format!("{code} {}, {}", stage.noun, self.project.material);
        let mut said = self.said(title, "in preparation", stage.form, who);
        said.body.push_str("## Preparation\n\nAs in the protocol, without deviation.\n");
        said.start = Some(at);
        said.links.extend(link(Relation::Follows, self.project.protocols.first()));
        // What is left of an earlier one is used again.
        if self.project.random.chance(25) {
            said.links.extend(link(Relation::DerivedFrom, self.project.earlier.as_ref()));
        }
        let Some(mut base) = self.create(at, who, vec![(code, said)]).pop() else { return };
        let ready = self.later(at, (200, 1500));
        self.finish(&mut base, ready, who);
        self.project.earlier = Some(base.key);
        for mut part in self.pieces(&mut base, 1, who) {
            let pieces = self.pieces(&mut part, 2, who);
            let test = self.project.random.below(self.project.field.tests.len());
            self.look_at(pieces, &self.project.field.tests[test]);
        }
    }

    /// What a sample is cut into.
    fn pieces(&mut self, parent: &mut Thing, level: usize, who: usize) -> Vec<Thing> {
        let stage = &self.project.field.stages[level];
        let at = self.later(parent.since, (60, 1600));
        let number = self.project.random.some(stage.many.0, stage.many.1);
        let drafts = (0..number).map(|place| {
            let code = match level {
                1 => format!("{}-{}", parent.code, LETTERS[place % LETTERS.len()]),
                _ => format!("{}-{:02}", parent.code, place + 1),
            };
            let title = format!("{code} {}", stage.noun);
            let mut said = self.said(title, "in preparation", stage.form, who);
            said.tags.clone_from(&parent.said.tags);
            said.links = vec![(Relation::DerivedFrom, parent.key)];
            said.start = Some(at);
            (code, said)
        });
        let drafts: Vec<_> = drafts.collect();
        let mut things = self.create(at, who, drafts);
        if !things.is_empty() && parent.said.status == "available" {
            let at = self.later(at, (5, 30));
            let used_up = level == 2 || self.project.random.chance(60);
            let status = if used_up { "consumed" } else { "in use" };
            self.change(parent, at, who, |said| said.status = status);
        }
        let mut ready = at;
        for thing in &mut things {
            ready = self.later(ready, (10, 120));
            match self.project.random.below(100) {
                0..88 => self.finish(thing, ready, who),
                88..92 => self.change(thing, ready, who, |said| said.status = "scrapped"),
                _ if level == 1 => self.finish(thing, ready, who),
                _ => {}
            }
        }
        things
    }

    /// A sample is ready, and what can be measured at once is known.
    fn finish(&mut self, thing: &mut Thing, at: Timestamp, who: usize) {
        let mut data = thing.said.data.clone();
        thing.said.form.results(&mut self.project.random, &mut data);
        self.change(thing, at, who, |said| (said.status, said.data) = ("available", data));
    }

    /// Experiments with some of the samples, one after the other.
    fn look_at(&mut self, pieces: Vec<Thing>, test: &'static Test) {
        let ready = |piece: &Thing| piece.said.status == "available";
        let mut chosen: Vec<Thing> = pieces.into_iter().filter(ready).collect();
        let number = (chosen.len() * self.project.random.some(5, 10)).div_ceil(10);
        chosen.truncate(number);
        let Some(last) = chosen.iter().map(|piece| piece.since).max() else { return };
        let (at, who) = (self.later(last, (30, 900)), self.project.worker());
        let drafts = chosen.iter().map(|piece| {
            let title = format!("{} of {}", test.noun, piece.code);
            let mut said = self.said(title.clone(), "planned", test.form, who);
            said.body =
                format!("## Aim\n\nTo compare {} with the others of its series.\n", piece.code);
            said.tags.clone_from(&piece.said.tags);
            said.links = vec![(Relation::Uses, piece.key)];
            let (instruments, protocols) = (&self.project.instruments, &self.project.protocols);
            said.links.extend(link(Relation::MeasuredBy, instruments.get(test.instrument)));
            said.links.extend(link(Relation::Follows, protocols.get(test.protocol)));
            (title, said)
        });
        let drafts: Vec<_> = drafts.collect();
        let experiments = self.create(at, who, drafts);
        let mut at = self.later(at, (60, 3000));
        for (mut experiment, mut piece) in experiments.into_iter().zip(chosen) {
            at = self.later(at, (10, 90));
            at = self.experiment(&mut experiment, &mut piece, at, who);
        }
    }

    /// An experiment from its start to its end; says when that is.
    fn experiment(
        &mut self,
        experiment: &mut Thing,
        piece: &mut Thing,
        at: Timestamp,
        who: usize,
    ) -> Timestamp {
        let luck = self.project.random.below(100);
        // Some are forgotten.
        if luck < 3 {
            return at;
        }
        if luck < 9 {
            self.change(experiment, at, who, |said| said.status = "cancelled");
            if self.project.random.chance(50) {
                let later = self.later(at, (600, 9000));
                self.push(later, who, Act::Trash(experiment.key, true));
            }
            return at;
        }
        self.change(piece, at, who, |said| said.status = "in use");
        self.change(experiment, at, who, |said| {
            (said.status, said.start) = ("running", Some(at));
        });
        let end = self.later(at, (20, 300));
        let mut data = experiment.said.data.clone();
        experiment.said.form.results(&mut self.project.random, &mut data);
        let seen = self.project.random.pick(self.project.field.observations);
        self.change(experiment, end, who, |said| {
            (said.status, said.data, said.end) = ("measured", data, Some(end));
            said.body = format!("{}\n## Observations\n\n{seen}\n", said.body);
        });
        let left = if self.project.random.chance(70) { "consumed" } else { "available" };
        self.change(piece, end, who, |said| said.status = left);
        self.judge(experiment, end);
        end
    }

    /// What colleagues say of an experiment, and whether it counts.
    fn judge(&mut self, experiment: &mut Thing, end: Timestamp) {
        let mut at = end;
        if self.project.random.chance(20) {
            at = self.later(at, (30, 2000));
            let (who, text) = (self.project.worker(), self.project.random.pick(&COMMENTS));
            self.push(at, who, Act::Comment(experiment.key, text));
        }
        if self.project.random.chance(8) {
            at = self.later(at, (30, 900));
            let (who, tag) =
                (self.project.worker(), self.project.random.pick(self.project.field.tags));
            if !experiment.said.tags.contains(&tag) {
                self.change(experiment, at, who, |said| said.tags.push(tag));
            }
        }
        if self.project.random.chance(65) {
            at = self.later(at, (600, 6000));
            let who = self.project.reviewer();
            self.change(experiment, at, who, |said| said.status = "approved");
        } else if self.project.random.chance(4) {
            // By mistake.
            at = self.later(at, (600, 6000));
            let who = self.project.worker();
            self.push(at, who, Act::Trash(experiment.key, true));
            at = self.later(at, (2, 300));
            self.push(at, who, Act::Trash(experiment.key, false));
        }
    }
}

fn link(relation: Relation, target: Option<&Key>) -> Option<(Relation, Key)> {
    target.map(|key| (relation, *key))
}
