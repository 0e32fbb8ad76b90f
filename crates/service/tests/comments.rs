//! Comments: whose they are.

use crate::records::{four, place, titled};
use crate::support::{Lab, assert_refused, lab as fixture, parsed};
use omicron_auth::Caller;
use omicron_domain::{CommentId, MemberRole, Page, Permission, RecordId, RecordKind};
use omicron_service::projects::Which;
use omicron_service::records::{Base, Location, set_trashed};
use omicron_service::{Error, comments};
use omicron_tests::on_both;

impl Lab {
    fn say(&self, by: &Caller, at: &Location, text: &str) -> Result<CommentId, Error> {
        let text = parsed(text);
        self.write(by, |tx| comments::add(tx, by, at, &text)).map(|said| said.comment.id)
    }

    fn put(
        &self,
        by: &Caller,
        at: (&Location, CommentId),
        base: &Base,
        text: &str,
    ) -> Result<i64, Error> {
        let text = parsed(text);
        let said = self.write(by, |tx| comments::change(tx, by, at, base, &text));
        said.map(|said| said.comment.version)
    }

    fn withdraw(&self, by: &Caller, at: (&Location, CommentId), base: &Base) -> Result<(), Error> {
        self.write(by, |tx| comments::remove(tx, by, at, base))
    }
}

on_both! {
    fn everyone_of_the_project_speaks_and_nobody_else(lab: &Lab) {
        let (id, [ann, bob, carl, eve]) = four(lab);
        let at = place(id, &lab.begin_record(&bob, id, &titled("Ingot")).unwrap());
        for by in [&ann, &bob, &carl] {
            lab.say(by, &at, "Fine.").unwrap();
        }
        assert_refused!(lab.say(&eve, &at, "Hello"), Error::NotFound("project"));
        let list = |by: &Caller| lab.read(by, |view| comments::list(view, &at, Page::default()));
        assert_refused!(list(&eve), Error::NotFound("sample"));
        let authors: Vec<_> = list(&carl).unwrap().items.into_iter().map(|said| said.author.unwrap()).collect();
        assert_eq!(authors, [ann.user.username, bob.user.username, carl.user.username]);
    }

    fn only_the_author_changes_what_they_said(lab: &Lab) {
        let (id, [ann, bob, carl, _]) = four(lab);
        let at = place(id, &lab.begin_record(&bob, id, &titled("Ingot")).unwrap());
        let said = (&at, lab.say(&carl, &at, "First.").unwrap());
        for other in [&ann, &bob, &lab.administrator("root")] {
            assert_refused!(lab.put(other, said, &Base::Any, "Mine."), Error::NotTheirs);
        }
        assert_refused!(lab.put(&carl, said, &Base::Unsaid, "x"), Error::Unbased);
        assert_refused!(lab.put(&carl, said, &Base::Versions(vec![2]), "x"), Error::Outdated { version: 1, .. });
        assert_eq!(lab.put(&carl, said, &Base::Versions(vec![1]), "First.").unwrap(), 1);
        assert_eq!(lab.put(&carl, said, &Base::Versions(vec![1]), "Second.").unwrap(), 2);
        assert_eq!(lab.events(said.1), 2);
        assert_refused!(lab.put(&carl, said, &Base::Versions(vec![1]), "x"), Error::Outdated { version: 2, changes }
            if changes.len() == 1 && changes[0].pointer == "/text"
            && changes[0].from == Some("First.".into()) && changes[0].to == Some("Second.".into()));
        assert_refused!(lab.withdraw(&carl, said, &Base::Versions(vec![1])), Error::Outdated { changes, .. } if changes.len() == 1);
    }

    fn the_author_and_those_who_look_after_the_project_withdraw_a_comment(lab: &Lab) {
        let (id, [ann, bob, carl, eve]) = four(lab);
        lab.join(id, &eve, MemberRole::Maintainer);
        let at = place(id, &lab.begin_record(&bob, id, &titled("Ingot")).unwrap());
        for by in [&carl, &eve, &ann, &lab.administrator("root")] {
            let said = (&at, lab.say(&carl, &at, "Fine.").unwrap());
            assert_refused!(lab.withdraw(&bob, said, &Base::Any), Error::Forbidden(Permission::ModerateComments));
            assert_refused!(lab.withdraw(by, said, &Base::Unsaid), Error::Unbased);
            lab.withdraw(by, said, &Base::Versions(vec![1])).unwrap();
            assert_refused!(lab.withdraw(by, said, &Base::Any), Error::NotFound("comment"));
        }
    }

    fn a_comment_is_of_one_record_that_is_there(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let [one, two] = ["A", "B"].map(|title| place(id, &lab.begin_record(&bob, id, &titled(title)).unwrap()));
        let said = lab.say(&ann, &one, "Fine.").unwrap();
        assert_refused!(lab.put(&ann, (&two, said), &Base::Any, "x"), Error::NotFound("comment"));
        let steels = Which::Id(lab.project("Steels", &ann).project.id);
        for nowhere in [
            Location { id: RecordId(99), ..one.clone() },
            Location { kind: RecordKind::Protocol, ..one.clone() },
            Location { project: steels, ..one.clone() },
        ] {
            assert_refused!(lab.say(&ann, &nowhere, "x"), Error::NotFound(it) if it == nowhere.kind.as_str());
            assert_refused!(lab.put(&ann, (&nowhere, said), &Base::Any, "x"), Error::NotFound(_));
            assert_refused!(lab.withdraw(&ann, (&nowhere, said), &Base::Any), Error::NotFound(_));
        }
        lab.write(&ann, |tx| set_trashed(tx, &ann, &one, &Base::Any, true)).unwrap();
        assert_refused!(lab.say(&ann, &one, "x"), Error::Trashed);
        assert_refused!(lab.put(&ann, (&one, said), &Base::Any, "x"), Error::Trashed);
        assert_refused!(lab.withdraw(&ann, (&one, said), &Base::Any), Error::Trashed);
        lab.archive(id);
        assert_refused!(lab.say(&ann, &two, "x"), Error::Archived);
    }
}
