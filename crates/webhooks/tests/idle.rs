//! What is not for a webhook costs it no change of the database, and is never for it later.

use crate::support::{Lab, answer, lab as fixture, position};
use chrono::TimeDelta;
use omicron_domain::{EventFilter, Webhook, WebhookId};
use omicron_tests::on_both;
use omicron_webhooks::{Desk, Letter};

fn of_kind(kind: &str) -> EventFilter {
    EventFilter { kinds: vec![kind.to_owned()], actions: Vec::new() }
}

fn cursor(lab: &Lab, id: WebhookId) -> i64 {
    lab.find(id).unwrap().cursor
}

/// The positions of the letters that leave now, which all arrive.
fn delivered(lab: &Lab, desk: &mut Desk) -> Vec<i64> {
    lab.seal();
    let letters = desk.take(8).unwrap();
    let came = letters.iter().map(position).collect();
    let replies: Vec<_> = letters.into_iter().map(|letter| answer(letter, 200)).collect();
    desk.settle(&replies).unwrap();
    came
}

/// A webhook of the second project, whose own making was delivered.
fn of_second(lab: &Lab, desk: &mut Desk) -> Webhook {
    let webhook = lab.webhook(Some(lab.projects[1]), EventFilter::default());
    assert_eq!(delivered(lab, desk), [webhook.cursor + 1]);
    lab.find(webhook.id).unwrap()
}

on_both! {
    fn what_happens_elsewhere_changes_nothing(lab: &Lab) {
        let mut desk = lab.desk();
        let webhook = of_second(lab, &mut desk);
        for _ in 0..3 {
            lab.happen(0);
            assert!(delivered(lab, &mut desk).is_empty());
            assert!(lab.work().is_empty(), "nothing to write, also to someone who has just come");
        }
        assert_eq!(cursor(lab, webhook.id), webhook.cursor, "nobody has moved it on");
        lab.happen(1);
        assert_eq!(delivered(lab, &mut desk), [webhook.cursor + 4], "what is for it is not missed");
        assert_eq!(cursor(lab, webhook.id), webhook.cursor + 4);
        lab.happen_often(0, 2);
        lab.happen(1);
        lab.seal();
        // Another server has looked at nothing so far.
        assert_eq!(delivered(lab, &mut lab.desk()), [webhook.cursor + 7]);
        assert!(delivered(lab, &mut desk).is_empty(), "it was delivered");
        assert!(lab.work().is_empty());
    }

    fn a_cursor_does_not_stay_behind_for_ever(lab: &Lab) {
        let mut desk = lab.desk();
        let webhook = of_second(lab, &mut desk);
        lab.happen_often(0, 999);
        assert!(delivered(lab, &mut desk).is_empty());
        assert_eq!(cursor(lab, webhook.id), webhook.cursor);
        lab.happen(0);
        assert!(delivered(lab, &mut desk).is_empty());
        assert_eq!(cursor(lab, webhook.id), webhook.cursor + 1000);
    }

    fn a_webhook_that_asks_for_more_gets_what_happens_from_then_on(lab: &Lab) {
        let mut desk = lab.desk();
        let webhook = lab.webhook(Some(lab.projects[1]), of_kind("sample"));
        lab.happen(1);
        assert!(delivered(lab, &mut desk).is_empty());
        lab.ask_for(webhook.id, &of_kind("project"));
        assert!(delivered(lab, &mut desk).is_empty(), "it did not ask for it then");
        lab.happen(1);
        assert_eq!(delivered(lab, &mut desk), lab.positions_after(webhook.cursor, webhook.project)[3..]);
    }

    fn what_was_asked_for_before_a_change_is_not_lost_by_it(lab: &Lab) {
        let mut desk = lab.desk();
        let webhook = of_second(lab, &mut desk);
        lab.happen_often(0, 2);
        lab.happen(1);
        lab.seal();
        lab.ask_for(webhook.id, &of_kind("project"));
        assert_eq!(delivered(lab, &mut desk), [webhook.cursor + 3]);
    }

    fn who_has_looked_in_vain_looks_again_after_a_replay(lab: &Lab) {
        let mut desk = lab.desk();
        let webhook = lab.webhook(Some(lab.projects[1]), of_kind("project"));
        lab.happen(1);
        let first = delivered(lab, &mut desk);
        assert_eq!(first.len(), 1);
        lab.happen_often(0, 5);
        assert!(delivered(lab, &mut desk).is_empty());
        lab.replay(webhook.id, first[0]);
        assert_eq!(delivered(lab, &mut desk), first);
    }

    fn what_waits_for_its_next_attempt_changes_nothing_meanwhile(lab: &Lab) {
        let webhook = lab.webhook(Some(lab.projects[1]), of_kind("project"));
        lab.happen_often(1, 2);
        lab.seal();
        let mut desk = lab.desk();
        let letters: Vec<Letter> = desk.take(8).unwrap();
        let replies: Vec<_> = letters.into_iter().map(|letter| answer(letter, 500)).collect();
        assert_eq!(replies.len(), 1);
        desk.settle(&replies).unwrap();
        assert!(lab.work().is_empty(), "the second one is due, and has to wait for the first");
        lab.pass(TimeDelta::seconds(6));
        assert_eq!(lab.work(), [webhook.id]);
    }

    fn a_webhook_that_can_have_no_more_waiting_changes_nothing_meanwhile(lab: &Lab) {
        let webhook = lab.webhook(Some(lab.projects[1]), of_kind("project"));
        lab.happen_often(1, 1001);
        lab.seal();
        let mut desk = lab.desk();
        let first = desk.take(8).unwrap();
        for _ in 0..4 {
            // Whoever has it is at it: nothing more is taken.
            assert_eq!(lab.work(), [webhook.id]);
            assert!(lab.desk().take(8).unwrap().is_empty());
        }
        assert!(lab.work().is_empty(), "a thousand wait");
        let replies: Vec<_> = first.into_iter().map(|letter| answer(letter, 200)).collect();
        desk.settle(&replies).unwrap();
        assert_eq!(lab.work(), [webhook.id]);
    }
}
