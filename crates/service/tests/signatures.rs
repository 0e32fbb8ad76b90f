//! Signatures: who signs what, and that it stays as it is then.

use crate::records::{four, place, titled};
use crate::support::{Lab, assert_refused, lab as fixture, parsed};
use omicron_auth::{Caller, PasswordProof};
use omicron_domain::{AsOf, Meaning, MemberRole, Page, Permission, SignatureId};
use omicron_persistence::{Error as Database, users};
use omicron_service::projects::Which;
use omicron_service::records::{self, Base, Change, Item, Location};
use omicron_service::signatures::{self, Signed};
use omicron_service::{Error, comments};
use omicron_tests::on_both;

fn version(number: i64) -> Base {
    Base::Versions(vec![number])
}

impl Lab {
    fn sign(&self, by: &Caller, at: &Location, base: &Base) -> Result<Signed, Error> {
        let proof = PasswordProof::of(&self.stored_hash(by));
        self.write(by, |tx| signatures::sign(tx, by, (at, base), proof, Meaning::Reviewed, None))
    }

    fn unlock(&self, by: &Caller, at: &Location) -> Result<i64, Error> {
        let reason = parsed("It was misread.");
        let unlocked = self.write(by, |tx| records::unlock(tx, by, at, &Base::Any, &reason));
        unlocked.map(|shown| shown.record.version)
    }
}

on_both! {
    fn those_who_write_records_sign_them_and_those_who_maintain_them_unlock_them(lab: &Lab) {
        let (id, [ann, bob, carl, eve]) = four(lab);
        let dora = lab.person("dora");
        lab.join(id, &dora, MemberRole::Maintainer);
        let at = place(id, &lab.begin_record(&bob, id, &titled("Ingot")).unwrap());
        assert_refused!(lab.sign(&eve, &at, &version(1)), Error::NotFound("project"));
        assert_refused!(lab.sign(&carl, &at, &version(1)), Error::Forbidden(Permission::SignRecords));
        let admitted = |by: &Caller| lab.read(by, |view| signatures::admit(view, by, &at));
        assert_refused!(admitted(&eve), Error::NotFound(_));
        assert_refused!(admitted(&carl), Error::Forbidden(Permission::SignRecords));
        assert_refused!(lab.unlock(&ann, &at), Error::NotSigned);
        for by in [&bob, &ann, &dora] {
            admitted(by).unwrap();
            assert_eq!(lab.sign(by, &at, &version(1)).unwrap().signer, by.user.username);
        }
        let list = |by: &Caller| lab.read(by, |view| signatures::list(view, &at, Page::default()));
        assert_eq!(list(&carl).unwrap().items.len(), 3);
        assert_refused!(list(&eve), Error::NotFound("sample"));
        for by in [&bob, &carl] {
            assert_refused!(lab.unlock(by, &at), Error::Forbidden(Permission::UnlockRecords));
        }
        assert_refused!(lab.unlock(&eve, &at), Error::NotFound("project"));
        assert_eq!(lab.unlock(&dora, &at).unwrap(), 2);
        assert_refused!(lab.unlock(&ann, &at), Error::NotSigned);
        lab.archive(id);
        assert_refused!(lab.sign(&ann, &at, &version(2)), Error::Archived);
    }

    fn exactly_one_version_is_signed_and_it_is_the_present_one(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let at = place(id, &lab.begin_record(&bob, id, &titled("Ingot")).unwrap());
        lab.change_record(&bob, &at, &titled("Ingot 7")).unwrap();
        for unsaid in [Base::Unsaid, Base::Any, Base::Versions(vec![1, 2]), Base::Versions(vec![])] {
            assert_refused!(lab.sign(&ann, &at, &unsaid), Error::Unbased);
        }
        assert_refused!(lab.sign(&ann, &at, &version(1)), Error::Outdated { version: 2, .. });
        lab.sign(&ann, &at, &version(2)).unwrap();
        assert_refused!(lab.sign(&ann, &at, &version(2)), Error::Database(Database::SignedAlready));
    }

    fn nothing_of_a_signed_record_changes_until_it_is_unlocked(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let at = place(id, &lab.begin_record(&bob, id, &titled("Ingot")).unwrap());
        lab.change_record(&bob, &at, &titled("Ingot 7")).unwrap();
        lab.sign(&bob, &at, &version(2)).unwrap();
        let shown = lab.read(&bob, |view| records::find(view, &at)).unwrap();
        assert!(shown.is_locked() && shown.signed == [2]);
        let done = Change { status: Some(parsed("in use")), ..Change::default() };
        for change in [titled("Ingot 8"), done, titled("Ingot 7")] {
            assert_refused!(lab.change_record(&ann, &at, &change), Error::Signed);
        }
        let any = Base::Any;
        let trashed = |yes| lab.write(&ann, |tx| records::set_trashed(tx, &ann, &at, &any, yes));
        assert_refused!(trashed(true), Error::Signed);
        assert_eq!(trashed(false).unwrap().record.version, 2, "it is not in the trash");
        let revert = lab.write(&ann, |tx| records::revert(tx, &ann, &at, &any, (1, None)));
        assert_refused!(revert, Error::Signed);
        let item = Item::Change { id: at.id, version: 2, change: titled("Ingot 8") };
        let bulk = lab.write(&ann, |tx| {
            records::bulk(tx, &ann, &Which::Id(id), std::slice::from_ref(&item), false)
        });
        assert_eq!(crate::records::pointers(bulk), ["/items/0/id"]);
        lab.write(&ann, |tx| comments::add(tx, &ann, &at, &parsed("Fine."))).unwrap();

        lab.unlock(&ann, &at).unwrap();
        let changed = lab.change_record(&bob, &at, &titled("Ingot 8")).unwrap();
        assert!(!changed.is_locked() && changed.signed == [2] && changed.record.version == 4);
        let history = lab.read(&bob, |view| records::history(view, &at, 2, 1)).unwrap().remove(0);
        assert_eq!((history.action.as_str(), history.by), ("record.unlocked", Some(ann.user.username)));
        assert_eq!((history.reason, history.changed), (Some(parsed("It was misread.")), vec![]));
        let list = lab.read(&bob, |view| signatures::list(view, &at, Page::default())).unwrap();
        let Signed { verified, .. } = &list.items[0];
        assert_eq!((verified.signature.version, verified.current, verified.intact), (2, false, true));
        let old = lab.read(&bob, |view| records::version(view, &at, 1)).unwrap();
        assert!(old.signed.is_empty(), "nobody has signed it by then");
    }

    fn a_signature_is_found_with_its_record_and_says_what_was_signed(lab: &Lab) {
        let (id, [ann, bob, carl, eve]) = four(lab);
        let [at, other] = ["Ingot", "Bar"].map(|title| place(id, &lab.begin_record(&ann, id, &titled(title)).unwrap()));
        let signed = lab.sign(&bob, &at, &version(1)).unwrap();
        let number = signed.verified.signature.id;
        assert_eq!(lab.actions(number), ["record.signed"]);
        let find = |by: &Caller, at: &Location, id| lab.read(by, |view| signatures::find(view, at, id));
        assert_eq!(find(&carl, &at, number).unwrap(), signed);
        assert_refused!(find(&eve, &at, number), Error::NotFound("sample"));
        assert_refused!(find(&bob, &other, number), Error::NotFound("signature"));
        assert_refused!(find(&bob, &at, SignatureId(number.0 + 1)), Error::NotFound("signature"));
        // It stays what it was, and its signer too, when the record goes on without it.
        lab.unlock(&ann, &at).unwrap();
        let found = find(&carl, &at, number).unwrap();
        assert_eq!((found.signer, found.verified.signature), (bob.user.username, signed.verified.signature));
        assert!(found.verified.intact && !found.verified.current);
    }

    fn what_is_in_the_trash_is_not_signed(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let at = place(id, &lab.begin_record(&ann, id, &titled("Ingot")).unwrap());
        lab.write(&ann, |tx| records::set_trashed(tx, &ann, &at, &Base::Any, true)).unwrap();
        assert_refused!(lab.sign(&ann, &at, &version(2)), Error::Trashed);
    }

    fn only_a_person_signs_and_with_the_password_that_they_have(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let at = place(id, &lab.begin_record(&ann, id, &titled("Ingot")).unwrap());
        let machine = lab.service_account("furnace", id, &ann);
        let machine = Caller { user: machine, ..ann.clone() };
        let admitted = lab.read(&machine, |view| signatures::admit(view, &machine, &at));
        assert_refused!(admitted, Error::NoSigner);
        assert_refused!(lab.sign(&machine, &at, &version(1)), Error::NoSigner);

        let before = PasswordProof::of(&lab.stored_hash(&bob));
        lab.prepare(|tx| users::set_password(tx, bob.user.id, "$2b$04$another"));
        let stale = lab.write(&bob, |tx| {
            signatures::sign(tx, &bob, (&at, &version(1)), before, Meaning::Approved, None)
        });
        assert_refused!(stale, Error::StaleCredentials);
        lab.sign(&bob, &at, &version(1)).unwrap();
        lab.prepare(|tx| users::set_disabled(tx, ann.user.id, true));
        assert_refused!(lab.sign(&ann, &at, &version(1)), Error::StaleCredentials);
    }

    fn as_of_then_a_record_was_locked_if_it_was_signed_then(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let at = place(id, &lab.begin_record(&ann, id, &titled("Ingot")).unwrap());
        let begun = lab.sealed();
        lab.sign(&ann, &at, &version(1)).unwrap();
        let signed = lab.sealed();
        lab.unlock(&ann, &at).unwrap();
        let unlocked = lab.sealed();
        for (position, locked) in [(begun, false), (signed, true), (unlocked, false)] {
            let as_of = AsOf::Position(position);
            let one = lab.read(&ann, |view| records::find_at(view, &at, as_of)).unwrap().state;
            assert_eq!(one.is_locked(), locked, "{position}");
            let all = lab.read(&ann, |view| {
                let filter = omicron_domain::RecordFilter::default();
                let (which, first) = (Which::Id(id), (omicron_domain::RecordId(0), 10));
                records::list_at(view, (&which, at.kind), &filter, first, as_of)
            });
            assert_eq!(all.unwrap().state.records[0].is_locked(), locked, "{position}");
        }
    }
}
