//! What happens in the lab, step by step and in order, without any database.

mod campaign;
mod project;
mod said;

pub(crate) use project::{Project, Role};
pub(crate) use said::{Act, Key, Planned, Said, Step};

use crate::calendar::{WEEKS, monday};
use crate::random::Random;
use crate::staff::{Person, people};
use chrono::TimeDelta;
use omicron_domain::Timestamp;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// The history of a lab: an iterator over its steps, the earliest first.
pub(crate) struct Story {
    pub(crate) begin: Timestamp,
    pub(crate) people: Vec<Person>,
    pub(crate) projects: Vec<Project>,
    waiting: BinaryHeap<Waiting>,
    /// How many steps there were so far: of two at one time, the one that was thought of first comes first.
    thought_of: u64,
    /// How many records there are so far.
    keys: usize,
}

/// What is going to happen.
struct Waiting {
    at: Timestamp,
    order: u64,
    project: usize,
    /// `None` for the beginning of a new campaign.
    step: Option<Step>,
}

impl Story {
    /// The story of a lab with so many records, whose last week ends before this time.
    pub(crate) fn new(size: usize, seed: u64, until: Timestamp) -> Self {
        let mut random = Random::seeded(seed);
        let until = monday(until);
        let begin = until - TimeDelta::weeks(WEEKS);
        let people = people(6 + root(size) / 4, &mut random);
        let number = 2 + root(size) / 8;
        let projects = project::all(size, number, people.len(), (begin, until), &mut random);
        let waiting = BinaryHeap::new();
        let mut story = Self { begin, people, projects, waiting, thought_of: 0, keys: 0 };
        for index in 0..story.projects.len() {
            let project = &story.projects[index];
            let (at, who) = (project.begin, project.owner());
            story.expect(index, at, Some(Step { at, project: index, who, act: Act::Found }));
            story.expect(index, at + TimeDelta::hours(1), None);
            if let Some(at) = story.projects[index].archived {
                story.expect(index, at, Some(Step { at, project: index, who, act: Act::Archive }));
            }
        }
        story
    }

    fn expect(&mut self, project: usize, at: Timestamp, step: Option<Step>) {
        self.thought_of += 1;
        self.waiting.push(Waiting { at, order: self.thought_of, project, step });
    }

    /// Thinks of the next campaign of a project, and of the one after it.
    fn go_on(&mut self, index: usize, at: Timestamp) {
        let project = &mut self.projects[index];
        let steps = campaign::campaign(project, index, &mut self.keys, at);
        let next = project.next_campaign(at);
        for step in steps {
            self.expect(index, step.at, Some(step));
        }
        if let Some(next) = next {
            self.expect(index, next, None);
        }
    }
}

impl Iterator for Story {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            let Waiting { at, project, step, .. } = self.waiting.pop()?;
            match step {
                Some(step) => return Some(step),
                None => self.go_on(project, at),
            }
        }
    }
}

/// The whole part of a square root, which floats would not give everywhere alike.
fn root(number: usize) -> usize {
    number.isqrt()
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    /// The heap gives the greatest first: that is the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}
