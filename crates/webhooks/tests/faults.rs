//! Whatever fails on the way: every event arrives, what happens to one thing arrives in order, and what
//! arrives twice has the same id.

use crate::receiver::Receiver;
use crate::support::{Lab, answer, lab};
use chrono::TimeDelta;
use omicron_domain::EventFilter;
use omicron_tests::Backend;
use omicron_webhooks::{Desk, Letter, Reply};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::mem::take;

#[derive(Debug, Clone, Copy)]
enum Step {
    /// Something happens to a project.
    Happen(usize),
    /// Positions are given.
    Seal,
    /// One of the two servers' desks hands letters out.
    Take(usize),
    /// One of them arrives, and the receiver answers so.
    Arrive(usize, u16),
    /// One does not arrive.
    Miss(usize),
    /// A server is killed; one of its letters had arrived just before.
    Kill(usize, usize),
    /// Seconds pass.
    Pass(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize).prop_map(Step::Happen),
        2 => Just(Step::Seal),
        4 => (0..2_usize).prop_map(Step::Take),
        5 => (0..8_usize, prop_oneof![4 => Just(200), 1 => Just(500), 1 => Just(302)])
            .prop_map(|(which, status)| Step::Arrive(which, status)),
        2 => (0..8_usize).prop_map(Step::Miss),
        1 => (0..2_usize, 0..8_usize).prop_map(|(server, which)| Step::Kill(server, which)),
        3 => (1..400_i64).prop_map(Step::Pass),
    ]
}

struct World<'a> {
    lab: &'a Lab,
    desks: [Desk; 2],
    /// What is under way, each letter with its server.
    hand: Vec<(usize, Letter)>,
    receiver: Receiver,
}

impl World<'_> {
    fn pick(&mut self, which: usize) -> Option<(usize, Letter)> {
        let count = self.hand.len();
        (count > 0).then(|| self.hand.remove(which % count))
    }

    fn settle(&mut self, server: usize, settled: (Letter, Reply)) {
        self.desks[server].settle(&[settled]).unwrap();
    }

    /// A post takes ten seconds at most: then what is in hand has come to an end.
    fn all_arrive(&mut self) {
        while let Some((server, letter)) = self.pick(0) {
            self.receiver.get(&letter);
            self.settle(server, answer(letter, 200));
        }
    }

    fn go(&mut self, step: Step) {
        match step {
            Step::Happen(project) => self.lab.happen(project),
            Step::Seal => self.lab.seal(),
            Step::Take(server) => {
                let letters = self.desks[server].take(8).unwrap();
                self.hand.extend(letters.into_iter().map(|letter| (server, letter)));
            }
            Step::Arrive(which, status) => {
                let Some((server, letter)) = self.pick(which) else { return };
                // What is given up is another test's.
                let status = if letter.delivery().attempts < 9 { status } else { 200 };
                if status == 200 {
                    self.receiver.get(&letter);
                }
                self.settle(server, answer(letter, status));
            }
            Step::Miss(which) => {
                let Some((server, letter)) = self.pick(which) else { return };
                let settled = if letter.delivery().attempts < 9 {
                    (letter, Reply::Nothing("nobody is there".to_owned()))
                } else {
                    self.receiver.get(&letter);
                    answer(letter, 200)
                };
                self.settle(server, settled);
            }
            Step::Kill(server, which) => {
                let (lost, left) =
                    take(&mut self.hand).into_iter().partition(|one| one.0 == server);
                let lost: Vec<(usize, Letter)> = lost;
                self.hand = left;
                if !lost.is_empty() {
                    self.receiver.get(&lost[which % lost.len()].1);
                }
                self.desks[server] = self.lab.desk();
                // Whoever is gone does not come back with a late reply.
                self.all_arrive();
                self.lab.pass(TimeDelta::seconds(20));
            }
            Step::Pass(seconds) => {
                self.all_arrive();
                self.lab.pass(TimeDelta::seconds(seconds));
            }
        }
    }

    fn come_to_rest(&mut self) {
        self.lab.seal();
        let mut idle = 0;
        while idle < 4 {
            self.go(Step::Take(idle % 2));
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
            let webhook = lab.webhook(project, EventFilter::default());
            let (desks, receiver) = ([lab.desk(), lab.desk()], Receiver::default());
            let mut world = World { lab: &lab, desks, hand: Vec::new(), receiver };
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
