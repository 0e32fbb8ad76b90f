//! The journal: one event for each change, whole, and without secrets.

use crate::support::{Lab, actor, lab as fixture, new_project, new_token, new_user, noon, parsed};
use crate::written;
use chrono::TimeDelta;
use omicron_domain::{
    Action, Actor, EventFilter, MemberRole, NewToken, NewUser, ProjectChange, ProjectId, Subject,
    TokenId, UserId, UserStatus, Viewer, WebhookDraft, WebhookId,
};
use omicron_persistence::{
    Error, Event, Transaction, events_of, projects, resets, tokens, users, webhooks,
};
use omicron_tests::on_both;
use std::collections::BTreeSet;

/// What is done, to what, in which project; the ids are those of an empty database.
pub type Change = (Action, Subject, Option<ProjectId>, Work);
pub type Work = fn(&mut Transaction<'_>) -> Result<(), Error>;

const ANN: UserId = UserId(1);
const BOB: UserId = UserId(2);
const ALLOYS: ProjectId = ProjectId(1);

pub fn changes() -> Vec<Change> {
    let user = |action, change: Work| (action, Subject::User(ANN), None, change);
    let project = |action, change: Work| (action, Subject::Project(ALLOYS), Some(ALLOYS), change);
    let token = |action, id, change: Work| (action, Subject::Token(TokenId(id)), None, change);
    vec![
        user(Action::UserRegistered, |tx| {
            users::create(tx, &NewUser { approved: false, ..new_user("ann") }).map(drop)
        }),
        user(Action::UserApproved, |tx| users::approve(tx, ANN).map(drop)),
        user(Action::UserDisabled, |tx| users::set_disabled(tx, ANN, true).map(drop)),
        user(Action::UserEnabled, |tx| users::set_disabled(tx, ANN, false).map(drop)),
        user(Action::UserEmailChanged, |tx| users::set_email(tx, ANN, &parsed("a@b")).map(drop)),
        user(Action::UserPasswordResetIssued, |tx| {
            resets::issue(tx, ANN, b"SECRET-RESET-HASH-OF-32-BYTES-01", tx.now())
        }),
        user(Action::UserPasswordChanged, |tx| users::set_password(tx, ANN, "SECRET").map(drop)),
        (Action::UserRegistered, Subject::User(BOB), None, |tx| {
            users::create(tx, &new_user("bob")).map(drop)
        }),
        project(Action::ProjectCreated, |tx| {
            projects::create(tx, &new_project("Alloys", ANN, &[])).map(drop)
        }),
        project(Action::ProjectChanged, |tx| {
            let change = ProjectChange { name: Some(parsed("A2")), description: Some(parsed("d")) };
            projects::change(tx, ALLOYS, &change).map(drop)
        }),
        project(Action::ProjectMemberAdded, |tx| {
            projects::add_member(tx, ALLOYS, BOB, MemberRole::Member).map(drop)
        }),
        project(Action::ProjectMemberChanged, |tx| {
            projects::set_role(tx, ALLOYS, BOB, MemberRole::Maintainer).map(drop)
        }),
        project(Action::ProjectArchived, |tx| projects::set_archived(tx, ALLOYS, true).map(drop)),
        project(Action::ProjectRestored, |tx| projects::set_archived(tx, ALLOYS, false).map(drop)),
        project(Action::ProjectHandedOver, |tx| projects::hand_over(tx, ALLOYS, BOB).map(drop)),
        project(Action::ProjectHandedOver, |tx| projects::hand_over(tx, ALLOYS, ANN).map(drop)),
        project(Action::ProjectMemberRemoved, |tx| {
            projects::remove_member(tx, ALLOYS, BOB).map(drop)
        }),
        project(Action::ProjectDeleted, |tx| projects::delete(tx, ALLOYS)),
        token(Action::TokenIssued, 1, |tx| issue(tx, *b"SECRET-TOKEN-HASH-OF-32-BYTES-01")),
        token(Action::TokenRevoked, 1, |tx| tokens::revoke(tx, TokenId(1))),
        token(Action::TokenIssued, 2, |tx| issue(tx, *b"SECRET-TOKEN-HASH-OF-32-BYTES-02")),
        token(Action::TokenRevoked, 2, |tx| tokens::revoke_all(tx, ANN).map(drop)),
    ]
    .into_iter()
    .chain(written::changes())
    .chain(changes_of_a_webhook())
    .collect()
}

const HOOK: WebhookId = WebhookId(1);

fn changes_of_a_webhook() -> Vec<Change> {
    let webhook = |action, change: Work| (action, Subject::Webhook(HOOK), None, change);
    vec![
        webhook(Action::WebhookCreated, |tx| webhooks::create(tx, None, &hook("chat")).map(drop)),
        webhook(Action::WebhookChanged, |tx| {
            let before = webhooks::lock(tx, HOOK)?.unwrap();
            webhooks::store(tx, &before, hook("mail")).map(drop)
        }),
        webhook(Action::WebhookSecretChanged, |tx| {
            let before = webhooks::lock(tx, HOOK)?.unwrap();
            webhooks::rotate(tx, &before).map(drop)
        }),
        webhook(Action::WebhookReplayed, |tx| {
            let before = webhooks::lock(tx, HOOK)?.unwrap();
            webhooks::replay(tx, &before, 1).map(drop)
        }),
        webhook(Action::WebhookDeleted, |tx| {
            let before = webhooks::lock(tx, HOOK)?.unwrap();
            webhooks::remove(tx, &before)
        }),
    ]
}

fn hook(description: &str) -> WebhookDraft {
    WebhookDraft {
        url: "https://example.org/hook".to_owned(),
        description: parsed(description),
        filter: EventFilter::default(),
        enabled: true,
    }
}

fn issue(tx: &mut Transaction<'_>, hash: [u8; 32]) -> Result<(), Error> {
    let end = tx.now() + TimeDelta::hours(1);
    tokens::create(tx, &new_token(ANN, end), &hash).map(drop)
}

fn history(lab: &Lab, subject: Subject) -> Vec<Event> {
    lab.db.read(Viewer::Everything, |view| events_of(view, subject, 0)).unwrap()
}

on_both! {
    fn each_change_leaves_one_event_that_says_who_and_what(lab: &Lab) {
        let mut met = BTreeSet::new();
        for (number, (action, subject, project, change)) in changes().into_iter().enumerate() {
            lab.write(change).unwrap_or_else(|error| panic!("{action:?}: {error}"));
            assert_eq!(lab.count("events"), number + 1, "{action:?}");
            let event = history(lab, subject).pop().unwrap();
            assert_eq!(event.action, action.as_str());
            assert_eq!((event.subject, event.project), (subject.to_string(), project));
            assert_eq!((event.at, event.actor), (noon(), actor().user));
            assert_eq!(event.credential.as_deref(), Some("token:5"));
            assert_eq!(event.request_id.as_deref(), Some("c0ffee00-cafe-4bad-8000-00000000000f"));
            assert!(event.intact && event.payload.is_some());
            met.insert(action.as_str());
        }
        // Who is made unknown leaves several: see below. A comment has an author: see `written`.
        let several = [
            Action::UserAnonymised,
            Action::PayloadErased,
            Action::CommentAdded,
            Action::CommentChanged,
            Action::CommentRemoved,
        ];
        let all = Action::ALL.iter().filter(|action| !several.contains(action));
        let all: BTreeSet<_> = all.map(|action| action.as_str()).collect();
        assert_eq!(met, all, "each action needs a change in this test");
        assert_eq!(lab.count("unsealed"), lab.count("events"));
    }

    fn whoever_is_made_unknown_leaves_events_that_say_what_was_erased(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let named = |user: UserId, byte: u8| {
            let name = Some(parsed("my laptop"));
            let new = NewToken { name, ..new_token(user, noon() + TimeDelta::hours(1)) };
            lab.write(|tx| tokens::create(tx, &new, &[byte; 32])).unwrap().id
        };
        let (hers, his) = (named(ann.id, 1), named(bob.id, 2));
        let before = lab.count("events");
        let gone = lab.write(|tx| users::anonymise(tx, ann.id)).unwrap();
        assert_eq!((gone.username.as_str(), gone.status), ("gone-1", UserStatus::Anonymised));
        // Her token ended, a payload was erased, she was made unknown.
        assert_eq!(lab.count("events"), before + 3);
        let names: Vec<_> = lab.values("SELECT payload AS value FROM event_payloads");
        assert!(names.iter().all(|payload| !payload.contains("laptop")), "no name of a token");
        let kept = |subject: Subject| {
            let events = history(lab, subject);
            assert!(events.iter().all(|event| event.intact));
            events.iter().map(|event| event.payload.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(kept(ann.id.into()), [false, true]);
        assert_eq!(kept(hers.into()), [true, true]);
        assert_eq!((kept(bob.id.into()), kept(his.into())), (vec![true], vec![true]));
        lab.write(|tx| users::anonymise(tx, ann.id)).unwrap();
        assert_eq!(lab.count("events"), before + 3, "once is enough");
    }

    fn an_id_that_a_client_made_up_is_kept_as_a_digest(lab: &Lab) {
        let actor = Actor { request_id: Some(parsed("jane.doe-patient-17")), ..actor() };
        lab.db.write(&actor, |tx| users::create(tx, &new_user("ann"))).unwrap();
        let event = history(lab, Subject::User(ANN)).pop().unwrap();
        let kept = event.request_id.unwrap();
        assert!(kept.starts_with("sha256:") && kept.len() == 39, "{kept}");
    }

    fn approving_twice_is_recorded_once(lab: &Lab) {
        lab.write(|tx| users::create(tx, &new_user("ann")).map(drop)).unwrap();
        lab.write(|tx| users::approve(tx, ANN).map(drop)).unwrap();
        assert_eq!(lab.count("events"), 1);
    }

    fn changes_that_are_rolled_back_leave_no_event(lab: &Lab) {
        let undone: Result<(), Error> = lab.write(|tx| {
            for (.., change) in changes() {
                change(tx)?;
            }
            Err(Error::OwnerStays)
        });
        assert!(matches!(undone, Err(Error::OwnerStays)), "{undone:?}");
        for table in ["events", "event_payloads", "unsealed", "users"] {
            assert_eq!(lab.count(table), 0, "{table}");
        }
    }

    fn no_payload_holds_a_secret(lab: &Lab) {
        for (.., change) in changes() {
            lab.write(change).unwrap();
        }
        let payloads = lab.values("SELECT payload AS value FROM event_payloads");
        assert_eq!(payloads.len(), changes().len());
        // As text, and as the numbers of the bytes.
        for payload in payloads {
            for secret in ["SECRET", "hash", "83,69,67", "$2b$"] {
                assert!(!payload.contains(secret), "{payload}");
            }
        }
    }

    fn a_projects_payload_names_people_by_id_alone(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let id = lab.project("Alloys", &ann, &[&bob]).project.id;
        let payload = history(lab, id.into())[0].payload.clone().unwrap();
        let expected = concat!(
            r#"{"date_archived":null,"date_created":"2026-11-24T12:00:00.123456Z","#,
            r#""description":"Hardness of aluminium alloys","id":1,"#,
            r#""members":[{"date_added":"2026-11-24T12:00:00.123456Z","role":"member","user":2}],"#,
            r#""name":"Alloys","owner":1,"owner_added":"2026-11-24T12:00:00.123456Z"}"#
        );
        assert_eq!(payload, expected);
    }

    fn an_event_that_was_tampered_with_is_not_intact(lab: &Lab) {
        let ann = lab.person("ann");
        let drop_trigger = if lab.db.is_embedded() {
            "DROP TRIGGER event_payloads_are_not_changed"
        } else {
            "DROP TRIGGER event_payloads_are_not_changed ON event_payloads"
        };
        lab.sql(&format!("{drop_trigger}; UPDATE event_payloads SET payload = '{{}}'")).unwrap();
        assert!(!history(lab, ann.id.into())[0].intact);
    }

    fn history_goes_on_after_a_place(lab: &Lab) {
        let ann = lab.person("ann");
        lab.write(|tx| users::set_disabled(tx, ann.id, true)).unwrap();
        let all = history(lab, ann.id.into());
        let rest = lab.db.read(Viewer::Everything, |view| events_of(view, ann.id, all[0].seq));
        assert_eq!(rest.unwrap(), all[1..]);
    }
}
