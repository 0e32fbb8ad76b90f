//! Whatever fails on the way: every event arrives, what happens to one thing arrives in order, and what
//! arrives twice has the same id.

use crate::receiver::Receiver;
use crate::support::{Lab, answer, lab};
use chrono::TimeDelta;
use omicron_domain::WebhookFilter;
use omicron_tests::Backend;
use omicron_webhooks::{Desk, Letter, Reply};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

#[derive(Debug, Clone, Copy)]
enum Step {
    /// Something happens to a project.
    Happen(usize),
    /// Positions are given.
    Seal,
    /// The desk hands letters out.
    Take,
    /// One of them arrives, and the receiver answers so.
    Arrive(usize, u16),
    /// One does not arrive.
    Miss(usize),
    /// All is killed; one of the letters had arrived just before.
    Kill(usize),
    /// Seconds pass.
    Pass(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize).prop_map(Step::Happen),
        2 => Just(Step::Seal),
        4 => Just(Step::Take),
        5 => (0..8_usize, prop_oneof![4 => Just(200), 1 => Just(500), 1 => Just(302)])
            .prop_map(|(which, status)| Step::Arrive(which, status)),
        2 => (0..8_usize).prop_map(Step::Miss),
        1 => (0..8_usize).prop_map(Step::Kill),
        3 => (1..400_i64).prop_map(Step::Pass),
    ]
}

struct World<'a> {
    lab: &'a Lab,
    desk: Desk,
    hand: Vec<Letter>,
    receiver: Receiver,
}

impl World<'_> {
    fn pick(&mut self, which: usize) -> Option<Letter> {
        let count = self.hand.len();
        (count > 0).then(|| self.hand.remove(which % count))
    }

    fn go(&mut self, step: Step) {
        match step {
            Step::Happen(project) => self.lab.happen(project),
            Step::Seal => self.lab.seal(),
            Step::Take => self.hand.extend(self.desk.take(8).unwrap()),
            Step::Arrive(which, status) => {
                let Some(letter) = self.pick(which) else { return };
                // What is given up is another test's.
                let status = if letter.delivery().attempts < 9 { status } else { 200 };
                if status == 200 {
                    self.receiver.get(&letter);
                }
                self.desk.settle(&[answer(letter, status)]).unwrap();
            }
            Step::Miss(which) => {
                let Some(letter) = self.pick(which) else { return };
                let settled = if letter.delivery().attempts < 9 {
                    (letter, Reply::Nothing("nobody is there".to_owned()))
                } else {
                    self.receiver.get(&letter);
                    answer(letter, 200)
                };
                self.desk.settle(&[settled]).unwrap();
            }
            Step::Kill(which) => {
                if let Some(letter) = self.pick(which) {
                    self.receiver.get(&letter);
                }
                self.hand.clear();
                self.desk = self.lab.desk();
                // Whoever is gone does not come back with a late reply: a post takes ten seconds.
                self.lab.pass(TimeDelta::seconds(20));
            }
            // A post takes ten seconds at most: then what is in hand has come to an end.
            Step::Pass(seconds) => {
                while let Some(letter) = self.pick(0) {
                    self.receiver.get(&letter);
                    self.desk.settle(&[answer(letter, 200)]).unwrap();
                }
                self.lab.pass(TimeDelta::seconds(seconds));
            }
        }
    }

    fn come_to_rest(&mut self) {
        self.lab.seal();
        let mut idle = 0;
        while idle < 4 {
            self.go(Step::Take);
            idle = if self.hand.is_empty() { idle + 1 } else { 0 };
            self.go(Step::Pass(90_000));
        }
    }
}

fn nothing_is_lost(backend: Backend) {
    let lab = lab(backend);
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let walks = (vec(step(), 1..60), any::<bool>());
    TestRunner::new(config)
        .run(&walks, |(steps, is_of_one)| {
            let project = is_of_one.then_some(lab.projects[1]);
            let webhook = lab.webhook(project, WebhookFilter::default());
            let (desk, receiver) = (lab.desk(), Receiver::default());
            let mut world = World { lab: &lab, desk, hand: Vec::new(), receiver };
            for step in steps {
                world.go(step);
            }
            world.come_to_rest();
            let expected = lab.positions_after(webhook.cursor, project);
            lab.remove(webhook.id);
            world.receiver.check(&expected)
        })
        .unwrap();
}

#[test]
fn every_event_arrives_in_order_whatever_fails_on_sqlite() {
    nothing_is_lost(Backend::Sqlite);
}

#[test]
fn every_event_arrives_in_order_whatever_fails_on_postgresql() {
    nothing_is_lost(Backend::Postgres);
}
