//! What is on its way to a webhook, and how it is sent again.

use crate::records::{four, pointers, titled, told};
use crate::support::{Lab, assert_refused, lab as fixture};
use crate::webhooks::{draft, filtered};
use chrono::TimeDelta;
use omicron_auth::Caller;
use omicron_domain::{Delivery, DeliveryId, DeliveryState, Page, Permission, Webhook, WebhookId};
use omicron_persistence::webhooks::{Outcome, settle, turn};
use omicron_service::{Error, webhooks};
use omicron_tests::on_both;

use DeliveryState::{Dead, Delivered, Pending};

impl Lab {
    /// What a worker takes, of what has happened so far.
    fn taken(&self, id: WebhookId) -> Vec<Delivery> {
        self.sealed();
        self.prepare(|tx| turn(tx, id, 100, TimeDelta::minutes(1))).unwrap().1
    }

    fn deliveries(&self, by: &Caller, id: WebhookId, state: Option<DeliveryState>) -> Vec<i64> {
        let page = Page::default();
        let listed = self.read(by, |view| webhooks::deliveries(view, by, id, state, page)).unwrap();
        listed.items.iter().map(|delivery| delivery.position).collect()
    }

    fn again(&self, by: &Caller, id: WebhookId, letter: DeliveryId) -> Result<Delivery, Error> {
        self.write(by, |tx| webhooks::retry(tx, by, id, letter))
    }

    fn replay(&self, by: &Caller, id: WebhookId, from: i64) -> Result<Webhook, Error> {
        self.write(by, |tx| webhooks::replay(tx, by, id, from))
    }
}

fn failed(again: Option<omicron_domain::Timestamp>) -> Outcome {
    Outcome::Failed { status: Some(500), error: "it answered 500".to_owned(), again }
}

on_both! {
    fn what_was_given_up_is_sent_again_when_someone_asks_for_it(lab: &Lab) {
        let (id, [ann, bob, _, eve]) = four(lab);
        let hook = lab.hook(&ann, Some(id), &filtered(&["sample"], &[])).unwrap().id;
        let other = lab.hook(&ann, Some(id), &draft()).unwrap().id;
        for title in ["A", "B"] {
            lab.begin_record(&bob, id, &titled(title)).unwrap();
        }
        let taken = lab.taken(hook);
        let [one, two] = [0, 1].map(|index: usize| &taken[index]);
        lab.prepare(|tx| settle(tx, one, &failed(None)));
        lab.prepare(|tx| settle(tx, two, &Outcome::Delivered { status: 204 }));
        let listed = |state| lab.deliveries(&ann, hook, state);
        assert_eq!((listed(Some(Dead)), listed(Some(Delivered))), (vec![one.position], vec![two.position]));
        assert_eq!((listed(None), listed(Some(Pending))), (vec![one.position, two.position], vec![]));

        assert_refused!(lab.again(&bob, hook, one.id), Error::Forbidden(Permission::ManageWebhooks));
        assert_refused!(lab.again(&eve, hook, one.id), Error::NotFound("webhook"));
        assert_refused!(lab.again(&ann, other, one.id), Error::NotFound("delivery"));
        assert_refused!(lab.again(&ann, hook, DeliveryId(404)), Error::NotFound("delivery"));
        assert_eq!(listed(Some(Pending)), [0; 0], "nobody has asked for it yet");
        let sent = lab.again(&ann, hook, one.id).unwrap();
        assert_eq!((sent.state, sent.attempts, sent.date_ended), (Pending, 0, None));
        assert_eq!(lab.taken(hook).iter().map(|letter| letter.id).collect::<Vec<_>>(), [one.id]);
        // What has come once comes again, too.
        assert_eq!(lab.again(&ann, hook, two.id).unwrap().state, Pending);
        assert_eq!(lab.actions(hook), ["webhook.created"], "the journal tells of webhooks alone");
    }

    fn a_webhook_goes_back_to_a_position_that_there_is_or_waits_for_the_next(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let hook = lab.hook(&ann, Some(id), &filtered(&["sample"], &[])).unwrap().id;
        lab.begin_record(&bob, id, &titled("A")).unwrap();
        let first = lab.taken(hook)[0].position;
        lab.begin_record(&bob, id, &titled("B")).unwrap();
        let last = lab.sealed();
        for wrong in [0, -1, last + 2, i64::MIN, i64::MAX] {
            assert_eq!(pointers(lab.replay(&ann, hook, wrong)), ["/from"], "{wrong}");
        }
        assert_eq!(told(lab.replay(&ann, hook, 0)), format!("/from must be a position, from 1 to {}", last + 1));
        assert_refused!(lab.replay(&bob, hook, 1), Error::Forbidden(Permission::ManageWebhooks));
        assert_eq!(lab.actions(hook), ["webhook.created"]);

        assert_eq!(lab.replay(&ann, hook, last + 1).unwrap().cursor, last);
        assert_eq!(lab.taken(hook), [], "what waited is forgotten");
        assert_eq!(lab.replay(&ann, hook, 1).unwrap().cursor, 0);
        let positions: Vec<i64> = lab.taken(hook).iter().map(|letter| letter.position).collect();
        assert_eq!((positions.len(), positions[0]), (2, first));
        assert_eq!(lab.deliveries(&ann, hook, None), positions);
    }

    fn deliveries_are_listed_in_parts(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let hook = lab.hook(&ann, Some(id), &filtered(&["sample"], &["record.created"])).unwrap().id;
        for title in ["A", "B", "C"] {
            lab.begin_record(&bob, id, &titled(title)).unwrap();
        }
        let taken = lab.taken(hook);
        let part = |page| lab.read(&ann, |view| webhooks::deliveries(view, &ann, hook, None, page)).unwrap();
        let first = part(Page::numbered(1, 2).unwrap());
        assert_eq!((first.items.len(), first.total), (2, Some(3)));
        let rest = part(Page::after(first.items[1].id.0, 2).unwrap());
        assert_eq!(rest.items.iter().map(|letter| letter.id).collect::<Vec<_>>(), [taken[2].id]);
    }
}
