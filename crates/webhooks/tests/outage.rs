//! Ten minutes without the receiver, on a clock that need not wait; the API's tests have them in real time.

use crate::receiver::Receiver;
use crate::support::{Lab, answer, lab as fixture};
use chrono::TimeDelta;
use omicron_domain::EventFilter;
use omicron_tests::on_both;
use omicron_webhooks::{Desk, Letter, Reply};

/// Whoever is killed says nothing of what they have taken.
fn kill(lab: &Lab, desk: &mut Desk) {
    *desk = lab.desk();
}

/// A second of the outage: nobody answers.
fn in_vain(lab: &Lab, desk: &mut Desk) -> usize {
    lab.seal();
    let nobody = |letter: Letter| (letter, Reply::Nothing("connection refused".to_owned()));
    let replies: Vec<_> = desk.take(8).unwrap().into_iter().map(nobody).collect();
    desk.settle(&replies).unwrap();
    lab.pass(TimeDelta::seconds(1));
    replies.len()
}

on_both! {
    fn ten_minutes_without_the_receiver_and_kills_lose_nothing(lab: &Lab) {
        let webhook = lab.webhook(None, EventFilter::default());
        let mut desk = lab.desk();
        let mut attempts = 0;
        for second in 0..600_usize {
            if second % 5 == 0 {
                lab.happen(second / 5 + second / 35);
            }
            attempts += in_vain(lab, &mut desk);
            if second == 130 || second == 400 {
                // One that had taken some, and one that had not.
                lab.seal();
                desk.take(8).unwrap();
                kill(lab, &mut desk);
            }
        }
        assert!(attempts < 4 * 8, "four things, each tried with growing pauses: {attempts}");
        let expected = lab.positions_after(webhook.cursor, None);
        assert_eq!(expected.len(), 121, "its making, and what happened");

        let (mut receiver, mut waited) = (Receiver::default(), TimeDelta::zero());
        while lab.deliveries(webhook.id).iter().any(|one| one.date_ended.is_none()) {
            let letters = desk.take(8).unwrap();
            let is_killed = matches!(receiver.count(), 3..6 | 50..53);
            for letter in &letters {
                receiver.get(letter);
            }
            if is_killed {
                // All of them arrived, and nobody is left to say so.
                kill(lab, &mut desk);
            } else {
                let replies: Vec<_> = letters.into_iter().map(|letter| answer(letter, 200)).collect();
                desk.settle(&replies).unwrap();
            }
            lab.pass(TimeDelta::seconds(1));
            waited += TimeDelta::seconds(1);
            assert!(waited < TimeDelta::minutes(15), "the pauses are not that long");
        }
        assert!(receiver.count() > expected.len(), "some came twice");
        receiver.check(&expected).unwrap();
    }
}
