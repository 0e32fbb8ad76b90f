//! The projects of the lab, and who belongs to them.

use super::said::Key;
use crate::calendar::later;
use crate::fields::{self, Field};
use crate::random::Random;
use chrono::TimeDelta;
use omicron_domain::{MemberRole, Timestamp};

/// A project, with what its people know of it.
pub(crate) struct Project {
    pub(crate) field: &'static Field,
    pub(crate) material: &'static str,
    pub(crate) name: String,
    pub(crate) description: &'static str,
    /// Everyone who belongs to it, the owner first.
    pub(crate) team: Vec<(usize, Role)>,
    pub(crate) begin: Timestamp,
    /// When it was put away.
    pub(crate) archived: Option<Timestamp>,
    /// After this nothing happens any more.
    pub(super) last: Timestamp,
    /// When its last campaign begins.
    end: Timestamp,
    /// How many records it is to have, and how many are yet to come.
    size: usize,
    pub(super) left: usize,
    pub(super) campaigns: usize,
    pub(super) instruments: Vec<Key>,
    pub(super) protocols: Vec<Key>,
    /// The base of an earlier campaign.
    pub(super) earlier: Option<Key>,
    pub(super) random: Random,
}

/// What someone is in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Owner,
    Made(MemberRole),
}

/// All projects: the larger the lab, the more; each with a part of its records.
pub(super) fn all(
    size: usize,
    number: usize,
    people: usize,
    (begin, until): (Timestamp, Timestamp),
    random: &mut Random,
) -> Vec<Project> {
    let weights: Vec<usize> = (0..number).map(|_| random.some(2, 7)).collect();
    let whole: usize = weights.iter().sum();
    let mut rest = size;
    let mut projects = Vec::with_capacity(number);
    for (index, weight) in weights.iter().enumerate().rev() {
        let size = if index == 0 { rest } else { size * weight / whole };
        rest -= size;
        projects.push(project(index, number, size, people, (begin, until), random));
    }
    projects.reverse();
    projects
}

fn project(
    index: usize,
    number: usize,
    size: usize,
    people: usize,
    (begin, until): (Timestamp, Timestamp),
    random: &mut Random,
) -> Project {
    let field = fields::ALL[index % fields::ALL.len()];
    let (topics, materials) = (field.topics.len(), field.materials.len());
    let turn = index / fields::ALL.len();
    let (topic, description) = field.topics[turn % topics];
    let material = field.materials[(turn + turn / (topics * materials)) % materials];
    let phase = turn / (topics * materials);
    let mut name = topic.replace("{}", material);
    if phase > 0 {
        name = format!("{name}, phase {}", phase + 1);
    }
    let span = (until - begin).num_minutes();
    let place = i64::try_from(index * 100 / number).unwrap_or(0);
    let start = begin + TimeDelta::minutes(span * place * 2 / 500 + 8 * 60);
    let start = later(start, (0, 60), random);
    // One has come to its end.
    let archived = (index == 1).then(|| until - TimeDelta::minutes(span / 3));
    let last = archived.unwrap_or(until) - TimeDelta::hours(6);
    Project {
        field,
        material,
        name,
        description,
        team: team(people, random),
        begin: start,
        archived,
        last,
        end: last - TimeDelta::days(9),
        size,
        left: size,
        campaigns: 0,
        instruments: Vec::new(),
        protocols: Vec::new(),
        earlier: None,
        random: Random::seeded(u64::try_from(random.below(usize::MAX)).unwrap_or(0)),
    }
}

fn team(people: usize, random: &mut Random) -> Vec<(usize, Role)> {
    let mut team: Vec<(usize, Role)> = Vec::new();
    for place in 0..random.some(4, 7).min(people) {
        let role = match place {
            0 => Role::Owner,
            1 => Role::Made(MemberRole::Maintainer),
            5 => Role::Made(MemberRole::Viewer),
            _ => Role::Made(MemberRole::Member),
        };
        let mut who = random.below(people);
        while team.iter().any(|(other, _)| *other == who) {
            who = (who + 1) % people;
        }
        team.push((who, role));
    }
    team
}

impl Project {
    pub(crate) fn owner(&self) -> usize {
        self.team.first().map_or(0, |(who, _)| *who)
    }

    /// Someone who works in it.
    pub(super) fn worker(&mut self) -> usize {
        let works = |role: &Role| *role != Role::Made(MemberRole::Viewer);
        let workers: Vec<usize> =
            self.team.iter().filter(|(_, role)| works(role)).map(|(who, _)| *who).collect();
        self.random.pick(&workers)
    }

    /// Someone who looks after it.
    pub(super) fn reviewer(&mut self) -> usize {
        let place = self.random.below(2).min(self.team.len() - 1);
        self.team[place].0
    }

    /// When the next campaign begins, if there is one: they are spread over the time that there is.
    pub(super) fn next_campaign(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.left == 0 {
            return None;
        }
        let span = u128::try_from((self.end - self.begin).num_seconds()).unwrap_or(0);
        let done = u128::try_from(self.size - self.left).unwrap_or(0);
        // The last one, about as large as this, is still under way in the end.
        let before = u128::try_from(self.size.saturating_sub(30)).unwrap_or(0).max(1);
        let due = i64::try_from(span * done.min(before) / before).unwrap_or(0);
        let due = self.begin + TimeDelta::seconds(due);
        let due = later(due, (0, 600), &mut self.random);
        Some(due.max(now).min(self.last))
    }
}
