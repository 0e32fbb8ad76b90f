//! How many webhooks there may be, also when several are made at once.

use crate::support::{Lab, actor, lab as fixture, parsed};
use omicron_domain::{EventFilter, Page, ProjectId, Viewer, Webhook, WebhookDraft};
use omicron_persistence::{Error, View, webhooks};
use omicron_tests::on_both;
use std::sync::mpsc::{channel, sync_channel};
use std::time::Duration;

fn draft() -> WebhookDraft {
    WebhookDraft {
        url: "https://chat.example/hook".to_owned(),
        description: parsed(""),
        filter: EventFilter::default(),
        enabled: false,
    }
}

fn make(lab: &Lab, project: Option<ProjectId>) -> Result<Webhook, Error> {
    lab.write(|tx| webhooks::create(tx, project, &draft()))
}

fn count(lab: &Lab, project: Option<ProjectId>) -> Option<i64> {
    let list = |view: &mut View<'_>| webhooks::list(view, project, Page::default());
    lab.db.read(Viewer::Everything, list).unwrap().total
}

on_both! {
    fn a_project_and_the_laboratory_have_twenty_webhooks_each_at_most(lab: &Lab) {
        let ann = lab.person("ann");
        let project = |name: &str| Some(lab.project(name, &ann, &[]).project.id);
        let places = [project("Alloys"), project("Polymers"), None];
        for place in places {
            let first = make(lab, place).unwrap();
            for _ in 1..20 {
                make(lab, place).unwrap();
            }
            let error = make(lab, place).unwrap_err();
            assert!(matches!(error, Error::TooManyWebhooks(20)), "{error:?}");
            lab.write(|tx| webhooks::remove(tx, &first)).unwrap();
            make(lab, place).unwrap();
        }
        assert_eq!(places.map(|place| count(lab, place)), [Some(20); 3]);
    }

    fn two_that_are_made_at_once_are_not_both_the_last(lab: &Lab) {
        let ann = lab.person("ann");
        for place in [Some(lab.project("Alloys", &ann, &[]).project.id), None] {
            for _ in 0..19 {
                make(lab, place).unwrap();
            }
            let (is_made, made) = sync_channel(9);
            let (is_done, done) = channel();
            let (first, second) = std::thread::scope(|scope| {
                let first = scope.spawn(move || lab.db.write(&actor(), |tx| {
                    let webhook = webhooks::create(tx, place, &draft())?;
                    is_made.send(()).unwrap();
                    // Not committed before the other one is through, if it does not wait.
                    let _ = done.recv_timeout(Duration::from_millis(500));
                    Ok::<_, Error>(webhook)
                }));
                made.recv().unwrap();
                let second = make(lab, place);
                let _ = is_done.send(());
                (first.join().unwrap(), second)
            });
            first.unwrap();
            assert!(matches!(second, Err(Error::TooManyWebhooks(20))), "{second:?}");
            assert_eq!(count(lab, place), Some(20));
        }
    }
}
