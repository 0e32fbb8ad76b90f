//! Links with which people set a new password.

use crate::support::{Lab, assert_refused, at_once, grant, id_of, lab as fixture, noon};
use chrono::TimeDelta;
use omicron_auth::Caller;
use omicron_domain::{Permission, Timestamp, User, UserId};
use omicron_service::users::Who;
use omicron_service::{Error, resets, users};
use omicron_tests::on_both;

impl Lab {
    fn link(&self, by: &Caller, who: &Who, code: u8) -> Result<Timestamp, Error> {
        self.write(by, |tx| resets::issue(tx, by, who, &[code; 32]))
    }

    fn owner_of(&self, code: u8) -> Result<User, Error> {
        self.db.read(omicron_domain::Viewer::Nobody, |view| resets::find(view, &[code; 32]))
    }

    fn spend(&self, code: u8, hash: &str) -> Result<User, Error> {
        let nobody = omicron_domain::Actor::anonymous();
        self.db.write(&nobody, |tx| resets::spend(tx, &[code; 32], hash))
    }
}

on_both! {
    fn only_an_administrator_gives_someone_a_link(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        for by in [&ann, &bob] {
            let outcome = lab.link(by, &id_of(&ann), 1);
            assert_refused!(outcome, Error::Forbidden(Permission::ResetPassword));
        }
        let writes = lab.with_token(&root, 1, grant("write"));
        let outcome = lab.link(&writes, &id_of(&ann), 1);
        assert_refused!(outcome, Error::OutOfScope(Permission::ResetPassword));
        assert_refused!(lab.owner_of(1), Error::WrongCode);
        assert_eq!(lab.link(&root, &id_of(&ann), 1).unwrap(), noon() + TimeDelta::days(1));
        assert_eq!(lab.owner_of(1).unwrap(), ann.user);
    }

    fn a_link_is_for_a_person_who_is_there(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        for who in [Who::Nothing, Who::Id(UserId(404))] {
            assert_refused!(lab.link(&root, &who, 1), Error::NotFound("user"));
        }
        let gone = Who::Id(lab.anonymised("gone").id);
        assert_refused!(lab.link(&root, &gone, 1), Error::Anonymised(_));
        let project = lab.project("Alloys", &ann).project.id;
        let furnace = Who::Id(lab.service_account("furnace", project, &ann).id);
        let outcome = lab.link(&root, &furnace, 1);
        assert_refused!(outcome, Error::ServiceAccount { pointer: "/username_or_id", name }
            if name.as_str() == "furnace");
    }

    fn a_code_is_good_once(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        lab.link(&root, &id_of(&ann), 1).unwrap();
        lab.link(&root, &id_of(&bob), 2).unwrap();
        for (number, who) in (1..).zip([&ann, &ann, &bob]) {
            lab.token_of(who.user.id, number, grant("read"));
        }
        assert_refused!(lab.spend(3, "$2b$04$guessed"), Error::WrongCode);
        assert_eq!(lab.spend(1, "$2b$04$new").unwrap(), ann.user);
        assert_eq!(lab.stored_hash(&ann), "$2b$04$new");
        assert_eq!((lab.live_tokens(ann.user.id), lab.live_tokens(bob.user.id)), (0, 1));
        assert_refused!(lab.spend(1, "$2b$04$again"), Error::WrongCode);
        assert_refused!(lab.owner_of(1), Error::WrongCode);
        assert_eq!(lab.stored_hash(&ann), "$2b$04$new");
        assert_eq!(lab.owner_of(2).unwrap(), bob.user);
    }

    fn of_many_who_use_a_code_at_once_one_succeeds(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        for code in 1..=5 {
            lab.link(&root, &id_of(&ann), code).unwrap();
            let outcomes = at_once(|| lab.spend(code, "$2b$04$new"));
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
            for outcome in outcomes.into_iter().filter(Result::is_err) {
                assert_refused!(outcome, Error::WrongCode);
            }
        }
    }

    fn a_code_is_good_for_a_day(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        lab.link(&root, &id_of(&ann), 1).unwrap();
        lab.clock.advance(TimeDelta::days(1) - TimeDelta::seconds(1));
        lab.owner_of(1).unwrap();
        lab.clock.advance(TimeDelta::seconds(1));
        assert_refused!(lab.owner_of(1), Error::WrongCode);
        assert_refused!(lab.spend(1, "$2b$04$new"), Error::WrongCode);
    }

    fn a_second_link_takes_the_place_of_the_first(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        for code in [1, 2] {
            lab.link(&root, &id_of(&ann), code).unwrap();
        }
        assert_refused!(lab.spend(1, "$2b$04$new"), Error::WrongCode);
        lab.spend(2, "$2b$04$new").unwrap();
    }

    fn what_changes_the_account_meanwhile_takes_the_link_back(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        lab.link(&root, &id_of(&ann), 1).unwrap();
        lab.link(&root, &id_of(&bob), 2).unwrap();
        let (who, off) = (id_of(&ann), id_of(&bob));
        lab.write(&ann, |tx| users::change_password(tx, &who, ann.proof, "$2b$04$new")).unwrap();
        lab.write_alone(&root, |tx| users::set_disabled(tx, &root, &off, true)).unwrap();
        for code in [1, 2] {
            assert_refused!(lab.spend(code, "$2b$04$by-link"), Error::WrongCode);
        }
    }
}
