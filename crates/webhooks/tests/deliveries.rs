//! What leaves the desk, and when.

use crate::support::{Lab, answer, lab as fixture, position, slow_answer};
use chrono::TimeDelta;
use omicron_domain::{Actor, DeliveryState, EventFilter};
use omicron_persistence::webhooks;
use omicron_tests::on_both;
use omicron_webhooks::{Letter, Reply};
use std::time::Duration;

fn nothing() -> EventFilter {
    EventFilter::default()
}

/// What leaves now.
fn leaving(lab: &Lab) -> Vec<Letter> {
    lab.seal();
    lab.desk().take(8).unwrap()
}

on_both! {
    fn what_happens_to_one_thing_leaves_one_after_the_other(lab: &Lab) {
        let webhook = lab.webhook(None, nothing());
        for project in [0, 1, 0, 0] {
            lab.happen(project);
        }
        lab.seal();
        let mut desk = lab.desk();
        let first = desk.take(8).unwrap();
        let subjects: Vec<_> = first.iter().map(|letter| letter.delivery().subject.clone()).collect();
        let expected = [format!("webhook:{}", webhook.id), format!("project:{}", lab.projects[0]), format!("project:{}", lab.projects[1])];
        assert_eq!(subjects, expected, "each thing's first event");
        assert!(desk.take(8).unwrap().is_empty(), "the rest waits for them");
        let settled: Vec<_> = first.into_iter().map(|letter| answer(letter, 204)).collect();
        desk.settle(&settled).unwrap();
        let second = desk.take(8).unwrap();
        assert_eq!(second.iter().map(position).collect::<Vec<_>>(), [webhook.cursor + 4]);
        assert!(second[0].body().contains(r#""type":"project.changed""#), "{}", second[0].body());
    }

    fn a_failure_is_tried_again_for_days_and_then_given_up_and_the_next_goes_on(lab: &Lab) {
        let filter = EventFilter { kinds: vec!["project".to_owned()], actions: Vec::new() };
        let webhook = lab.webhook(Some(lab.projects[0]), filter);
        for project in [0, 1, 0] {
            lab.happen(project);
        }
        let mut attempts = 0;
        let mut passed = TimeDelta::zero();
        let (first, ids) = loop {
            let letters = leaving(lab);
            if letters.is_empty() {
                lab.pass(TimeDelta::seconds(1));
                passed += TimeDelta::seconds(1);
                let next = lab.deliveries(webhook.id)[0].next_attempt;
                let wait = next - omicron_domain::Clock::now(&*lab.clock);
                lab.pass(wait.max(TimeDelta::zero()));
                passed += wait.max(TimeDelta::zero());
                continue;
            }
            let letter = letters.into_iter().next().unwrap();
            let (at, id) = (position(&letter), letter.id().to_owned());
            if attempts == 11 {
                break (at, id);
            }
            attempts += 1;
            lab.desk().settle(&[answer(letter, 500)]).unwrap();
        };
        let (days, most) = (TimeDelta::days(2), TimeDelta::days(4));
        assert!(passed > days && passed < most, "{passed}");
        let all = lab.deliveries(webhook.id);
        let states: Vec<_> = all.iter().map(|one| (one.state, one.attempts)).collect();
        assert_eq!(states, [(DeliveryState::Dead, 11), (DeliveryState::Pending, 0)]);
        assert_eq!(all[0].last_error.as_deref(), Some("it answered 500"));
        assert_eq!((first, ids), (all[1].position, format!("evt_{}", all[1].position)));
    }

    fn a_receiver_that_asks_for_time_gets_it(lab: &Lab) {
        lab.webhook(None, nothing());
        let letter = leaving(lab).remove(0);
        let retry_after = Some("3600".to_owned());
        let busy = Reply::Answer { status: 503, retry_after, took: Duration::ZERO };
        lab.desk().settle(&[(letter, busy)]).unwrap();
        lab.pass(TimeDelta::minutes(59));
        assert!(leaving(lab).is_empty());
        lab.pass(TimeDelta::minutes(2));
        assert_eq!(leaving(lab).len(), 1);
    }

    fn a_receiver_that_wants_no_more_is_left_alone(lab: &Lab) {
        let webhook = lab.webhook(None, nothing());
        let letter = leaving(lab).remove(0);
        lab.desk().settle(&[answer(letter, 410)]).unwrap();
        assert!(!lab.find(webhook.id).unwrap().draft.enabled);
        lab.happen(0);
        lab.pass(TimeDelta::days(1));
        assert!(leaving(lab).is_empty());
    }

    fn what_was_taken_by_someone_who_ended_leaves_again_with_the_same_id(lab: &Lab) {
        lab.webhook(None, nothing());
        let lost = leaving(lab).remove(0);
        assert!(leaving(lab).is_empty(), "another one may be at it");
        lab.pass(TimeDelta::seconds(21));
        let again = leaving(lab).remove(0);
        assert_eq!((lost.id(), lost.body()), (again.id(), again.body()));
        assert_ne!(lost.signature(), again.signature(), "it is signed anew");
    }

    fn a_replay_delivers_again_what_was_delivered(lab: &Lab) {
        let webhook = lab.webhook(None, nothing());
        lab.happen(0);
        let letters = leaving(lab);
        let before: Vec<_> = letters.iter().map(|letter| letter.id().to_owned()).collect();
        let replies: Vec<_> = letters.into_iter().map(|letter| answer(letter, 200)).collect();
        lab.desk().settle(&replies).unwrap();
        assert!(leaving(lab).is_empty());
        lab.replay(webhook.id, lab.find(webhook.id).unwrap().cursor - 1);
        let again = leaving(lab);
        let ids: Vec<_> = again.iter().map(|letter| letter.id().to_owned()).take(2).collect();
        assert_eq!(ids, before);
    }

    fn receivers_that_fail_leave_room_for_others(lab: &Lab) {
        let bad: Vec<_> = (0..6).map(|_| lab.webhook(None, nothing()).id).collect();
        lab.seal();
        let mut desk = lab.desk();
        for _ in 0..2 {
            let letters = desk.take(64).unwrap();
            let none = |letter| (letter, Reply::Nothing("nobody is there".to_owned()));
            let replies: Vec<_> = letters.into_iter().map(none).collect();
            desk.settle(&replies).unwrap();
            lab.pass(TimeDelta::minutes(10));
        }
        let under_way = desk.take(8).unwrap();
        assert_eq!(under_way.len(), 4, "half of what there is");
        let good = lab.webhook(Some(lab.projects[1]), nothing());
        lab.happen(1);
        lab.seal();
        let more = desk.take(8).unwrap();
        assert!(!more.is_empty() && more.iter().all(|letter| letter.delivery().webhook == good.id));
        assert!(!bad.contains(&good.id));
    }

    fn receivers_that_are_slow_leave_room_for_others(lab: &Lab) {
        let slow = [lab.webhook(None, nothing()).id, lab.webhook(None, nothing()).id];
        let mut desk = lab.desk();
        lab.seal();
        loop {
            let letters = desk.take(8).unwrap();
            if letters.is_empty() {
                break;
            }
            let replies: Vec<_> = letters.into_iter().map(|letter| slow_answer(letter, 200, 3)).collect();
            desk.settle(&replies).unwrap();
        }
        for project in 0..3 {
            lab.happen(project);
        }
        lab.seal();
        let letters = desk.take(8).unwrap();
        let whose: Vec<_> = letters.iter().map(|letter| letter.delivery().webhook).collect();
        assert!(whose.len() == 2 && slow.iter().all(|id| whose.contains(id)), "one of each: {whose:?}");
        let replies: Vec<_> = letters.into_iter().map(|letter| slow_answer(letter, 200, 1)).collect();
        desk.settle(&replies).unwrap();
        assert_eq!(desk.take(8).unwrap().len(), 4, "they are quick again");
    }

    fn a_turn_that_fails_takes_no_letters_with_it(lab: &Lab) {
        let (good, bad) = (lab.webhook(None, nothing()).id, lab.webhook(None, nothing()).id);
        let spoil = |filter: &str| lab.sql(&format!("UPDATE webhooks SET filter = '{filter}' WHERE id = {bad}"));
        spoil("nonsense");
        lab.seal();
        let mut desk = lab.desk();
        let letters = desk.take(8).unwrap();
        assert!(!letters.is_empty() && letters.iter().all(|letter| letter.delivery().webhook == good));
        assert_eq!(desk.under_way(), letters.len());
        assert!(desk.take(8).is_err(), "it is told once nothing else is to leave");
        let replies: Vec<_> = letters.into_iter().map(|letter| answer(letter, 200)).collect();
        desk.settle(&replies).unwrap();
        lab.happen(0);
        lab.seal();
        assert_eq!(desk.take(8).unwrap().len(), 1, "others go on");
        spoil(r#"{"kinds":[],"actions":[]}"#);
        assert!(desk.take(8).unwrap().iter().any(|letter| letter.delivery().webhook == bad));
    }

    fn what_ended_long_ago_is_forgotten(lab: &Lab) {
        let webhook = lab.webhook(None, nothing());
        let letter = leaving(lab).remove(0);
        lab.desk().settle(&[answer(letter, 200)]).unwrap();
        let remove = || lab.db.write(&Actor::command_line(), webhooks::remove_old).unwrap();
        lab.pass(TimeDelta::days(6));
        assert_eq!(remove(), 0);
        lab.pass(TimeDelta::days(2));
        assert_eq!((remove(), lab.deliveries(webhook.id).len()), (1, 0));
    }
}
