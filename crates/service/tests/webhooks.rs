//! Webhooks: who looks after them, and what they may be.

use crate::records::{four, pointers, told};
use crate::support::{Lab, assert_refused, grant, lab as fixture, parsed, within};
use omicron_auth::Caller;
use omicron_domain::{
    EventFilter, MemberRole, Page, Permission, ProjectId, Webhook, WebhookDraft, WebhookId,
};
use omicron_persistence::Transaction;
use omicron_service::projects::{self, Which};
use omicron_service::records::Base;
use omicron_service::webhooks::{self, Plain};
use omicron_service::{Error, members};
use omicron_tests::on_both;

pub fn draft() -> WebhookDraft {
    WebhookDraft {
        url: "https://chat.example/hook".to_owned(),
        description: parsed("tells the chat"),
        filter: EventFilter::default(),
        enabled: true,
    }
}

pub fn filtered(kinds: &[&str], actions: &[&str]) -> WebhookDraft {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    WebhookDraft { filter: EventFilter { kinds: owned(kinds), actions: owned(actions) }, ..draft() }
}

fn off(draft: WebhookDraft) -> WebhookDraft {
    WebhookDraft { enabled: false, ..draft }
}

/// What someone does with a webhook.
type Deed = fn(&mut Transaction<'_>, &Caller, WebhookId) -> Result<(), Error>;

const DEEDS: [Deed; 6] = [
    |tx, by, id| webhooks::find(tx.view(), by, id).map(drop),
    |tx, by, id| webhooks::deliveries(tx.view(), by, id, None, Page::default()).map(drop),
    |tx, by, id| webhooks::change(tx, by, id, &Base::Any, &off, Plain::Refused).map(drop),
    |tx, by, id| webhooks::rotate(tx, by, id).map(drop),
    |tx, by, id| webhooks::replay(tx, by, id, 1).map(drop),
    |tx, by, id| webhooks::delete(tx, by, id, &Base::Any),
];

impl Lab {
    pub fn hook(
        &self,
        by: &Caller,
        project: Option<ProjectId>,
        draft: &WebhookDraft,
    ) -> Result<Webhook, Error> {
        let which = project.map(Which::Id);
        self.write(by, |tx| webhooks::create(tx, by, which.as_ref(), draft, Plain::Refused))
    }

    fn change_hook(
        &self,
        by: &Caller,
        id: WebhookId,
        base: &Base,
        change: &dyn Fn(WebhookDraft) -> WebhookDraft,
    ) -> Result<Webhook, Error> {
        self.write(by, |tx| webhooks::change(tx, by, id, base, change, Plain::Refused))
    }

    fn hooks(&self, by: &Caller, project: Option<ProjectId>) -> Result<Vec<WebhookId>, Error> {
        let which = project.map(Which::Id);
        let listed =
            self.read(by, |view| webhooks::list(view, by, which.as_ref(), Page::default()));
        listed.map(|found| found.items.into_iter().map(|hook| hook.id).collect())
    }
}

on_both! {
    fn those_who_look_after_a_project_look_after_its_webhooks(lab: &Lab) {
        let (id, [ann, bob, carl, eve]) = four(lab);
        let (max, root) = (lab.person("max"), lab.administrator("root"));
        lab.join(id, &max, MemberRole::Maintainer);
        let hook = lab.hook(&max, Some(id), &draft()).unwrap();
        assert_eq!((hook.project, hook.version, &hook.draft), (Some(id), 1, &draft()));
        for by in [&bob, &carl] {
            assert_refused!(lab.hook(by, Some(id), &draft()), Error::Forbidden(Permission::ManageWebhooks));
            assert_refused!(lab.hooks(by, Some(id)), Error::Forbidden(Permission::ManageWebhooks));
        }
        assert_refused!(lab.hook(&eve, Some(id), &draft()), Error::NotFound("project"));
        assert_refused!(lab.hooks(&eve, Some(id)), Error::NotFound("project"));
        let weak = lab.with_token(&ann, 1, grant("write"));
        for deed in DEEDS {
            for by in [&ann, &max, &root] {
                lab.attempt(by, |tx| deed(tx, by, hook.id)).unwrap();
            }
            for by in [&bob, &carl] {
                let outcome = lab.attempt(by, |tx| deed(tx, by, hook.id));
                assert_refused!(outcome, Error::Forbidden(Permission::ManageWebhooks));
            }
            let outcome = lab.attempt(&weak, |tx| deed(tx, &weak, hook.id));
            assert_refused!(outcome, Error::OutOfScope(Permission::ManageWebhooks));
            let outcome = lab.attempt(&eve, |tx| deed(tx, &eve, hook.id));
            assert_refused!(outcome, Error::NotFound("webhook"));
            let outcome = lab.attempt(&ann, |tx| deed(tx, &ann, WebhookId(404)));
            assert_refused!(outcome, Error::NotFound("webhook"));
        }
        lab.archive(id);
        assert_refused!(lab.hook(&ann, Some(id), &draft()), Error::Archived);
        assert_refused!(lab.hooks(&root, Some(id)), Error::Archived);
        for deed in DEEDS {
            assert_refused!(lab.attempt(&ann, |tx| deed(tx, &ann, hook.id)), Error::Archived);
        }
    }

    fn only_administrators_hear_of_the_whole_laboratory(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let root = lab.administrator("root");
        assert_refused!(lab.hook(&ann, None, &draft()), Error::Forbidden(Permission::ManageLabWebhooks));
        assert_refused!(lab.hooks(&ann, None), Error::Forbidden(Permission::ManageLabWebhooks));
        let hook = lab.hook(&root, None, &draft()).unwrap();
        assert_eq!(hook.project, None);
        let weak = lab.with_token(&root, 1, grant("write"));
        let limited = lab.with_token(&root, 2, within(id));
        for deed in DEEDS {
            lab.attempt(&root, |tx| deed(tx, &root, hook.id)).unwrap();
            let outcome = lab.attempt(&weak, |tx| deed(tx, &weak, hook.id));
            assert_refused!(outcome, Error::OutOfScope(Permission::ManageLabWebhooks));
            for by in [&ann, &limited] {
                let outcome = lab.attempt(by, |tx| deed(tx, by, hook.id));
                assert_refused!(outcome, Error::NotFound("webhook"));
            }
        }
        let own = lab.hook(&ann, Some(id), &draft()).unwrap();
        assert_eq!(lab.hooks(&root, None).unwrap(), [hook.id]);
        assert_eq!(lab.hooks(&ann, Some(id)).unwrap(), [own.id]);
        lab.read(&limited, |view| webhooks::find(view, &limited, own.id)).unwrap();
    }

    fn who_no_longer_looks_after_the_project_sees_no_webhook_of_it(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let max = lab.person("max");
        lab.join(id, &max, MemberRole::Maintainer);
        let hook = lab.hook(&max, Some(id), &draft()).unwrap().id;
        let who = crate::support::id_of(&max);
        lab.write(&ann, |tx| members::remove(tx, &ann, &Which::Id(id), &who, &|_| true)).unwrap();
        let found = lab.read(&max, |view| webhooks::find(view, &max, hook));
        assert_refused!(found, Error::NotFound("webhook"));
        assert_eq!(lab.hooks(&ann, Some(id)).unwrap(), [hook]);
    }

    fn a_webhook_is_changed_as_it_was_seen_and_the_journal_says_so(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let hook = lab.hook(&ann, Some(id), &draft()).unwrap();
        let change = |base: Base| lab.change_hook(&ann, hook.id, &base, &off);
        assert_refused!(change(Base::Unsaid), Error::Unbased);
        assert_refused!(change(Base::Versions(vec![2])), Error::Outdated { version: 1, .. });
        assert_eq!(lab.change_hook(&ann, hook.id, &Base::Any, &|draft| draft).unwrap(), hook);
        let changed = change(Base::Versions(vec![1])).unwrap();
        assert_eq!((changed.version, changed.draft.enabled, &changed.salt), (2, false, &hook.salt));
        let rotated = lab.write(&ann, |tx| webhooks::rotate(tx, &ann, hook.id)).unwrap();
        assert_eq!((rotated.version, &rotated.draft), (3, &changed.draft));
        assert_ne!(rotated.salt, hook.salt);
        let replayed = lab.write(&ann, |tx| webhooks::replay(tx, &ann, hook.id, 1)).unwrap();
        let found = lab.read(&ann, |view| webhooks::find(view, &ann, hook.id)).unwrap();
        assert_eq!((found.version, &found), (4, &replayed));
        let delete = |base: Base| lab.write(&ann, |tx| webhooks::delete(tx, &ann, hook.id, &base));
        assert_refused!(delete(Base::Unsaid), Error::Unbased);
        assert_refused!(delete(Base::Versions(vec![3])), Error::Outdated { version: 4, .. });
        delete(Base::Versions(vec![4])).unwrap();
        assert_refused!(delete(Base::Any), Error::NotFound("webhook"));
        let done = ["created", "changed", "secret_changed", "replayed", "deleted"];
        assert_eq!(lab.actions(hook.id), done.map(|done| format!("webhook.{done}")));
    }

    fn webhooks_end_with_their_project(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let root = lab.administrator("root");
        let steels = lab.project("Steels", &ann).project.id;
        let made = [Some(id), Some(steels), None].map(|place| lab.hook(&root, place, &draft()).unwrap());
        lab.write(&ann, |tx| projects::delete(tx, &ann, &Which::Id(id), &|_| true)).unwrap();
        let [ends, stays, of_all] = made.map(|hook| hook.id);
        assert_eq!(lab.actions(ends), ["webhook.created", "webhook.deleted"]);
        assert_eq!(lab.hooks(&ann, Some(steels)).unwrap(), [stays]);
        assert_eq!(lab.hooks(&root, None).unwrap(), [of_all]);
    }

    fn what_is_posted_goes_to_an_address_that_nobody_can_listen_in_on(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let to = |url: &str| WebhookDraft { url: url.to_owned(), ..draft() };
        for url in ["chat.example", "http://chat.example/", "https://ann:x@chat.example/"] {
            assert_eq!(pointers(lab.hook(&ann, Some(id), &to(url))), ["/url"], "{url}");
        }
        let hook = lab.hook(&ann, Some(id), &to("https://CHAT.example")).unwrap();
        assert_eq!(hook.draft.url, "https://chat.example/");
        let plain = |allowed| {
            let change = |_| to("http://chat.example");
            lab.attempt(&ann, |tx| webhooks::change(tx, &ann, hook.id, &Base::Any, &change, allowed))
        };
        let why = "/url must begin with https://, since anyone in between could read it";
        assert_eq!(told(plain(Plain::Refused)), why);
        assert_eq!(plain(Plain::Allowed).unwrap().draft.url, "http://chat.example/");
        // The same address, written otherwise, is no change.
        let same = lab.change_hook(&ann, hook.id, &Base::Any, &|_| to("https://chat.EXAMPLE:443/"));
        assert_eq!(same.unwrap().version, 1);
    }

    fn a_filter_names_what_the_journal_knows_and_each_once(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let hook = |kinds: &[&str], actions: &[&str]| lab.hook(&ann, Some(id), &filtered(kinds, actions));
        assert_eq!(pointers(hook(&["sample", "unicorn"], &["record.flown"])), ["/kinds/1"]);
        assert_eq!(pointers(hook(&["sample"], &["record.created", "record.flown"])), ["/actions/1"]);
        let made = hook(&["sample", "comment", "sample"], &["record.trashed", "record.created"]).unwrap();
        let ordered = filtered(&["comment", "sample"], &["record.created", "record.trashed"]);
        assert_eq!(made.draft, ordered);
    }
}
