//! People: who there is, and what may change.

use crate::support::{Lab, lab as fixture, new_user, noon, parsed};
use omicron_domain::{Reference, UserId, UserStatus, Viewer};
use omicron_persistence::{Error, users};
use omicron_tests::on_both;

on_both! {
    fn a_username_is_taken_in_any_case(lab: &Lab) {
        let names = [
            ("ann", "ANN"), ("\u{e9}cole", "\u{c9}COLE"), ("re\u{301}ne", "R\u{c9}NE"),
            ("\u{3bf}\u{3b4}\u{3bf}\u{3c2}", "\u{39f}\u{394}\u{39f}\u{3a3}"), ("o'k%_\\", "O'K%_\\"),
        ];
        for (first, second) in names {
            lab.person(first);
            let again = lab.write(|tx| users::create(tx, &new_user(second)));
            assert!(matches!(again, Err(Error::UsernameTaken)), "{second}: {again:?}");
        }
        lab.person("ma\u{df}e");
        lab.person("masse");
    }

    fn people_are_found_by_id_and_by_name_in_any_case(lab: &Lab) {
        let ann = lab.person("Ann");
        let find = |who: Reference<_, _>| {
            lab.db.read(Viewer::Nobody, move |view| users::find(view, &who)).unwrap()
        };
        assert_eq!(find(Reference::Id(ann.id)), Some(ann.clone()));
        assert_eq!(find(Reference::Name(parsed("aNN"))), Some(ann));
        assert_eq!(find(Reference::Id(UserId(i64::MAX))), None);
        assert_eq!(find(Reference::Nothing), None);
    }

    fn times_come_back_to_the_microsecond(lab: &Lab) {
        let ann = lab.person("ann");
        assert_eq!(ann.date_created, noon());
        let found = lab.db.read(Viewer::Nobody, |view| users::find(view, &Reference::Id(ann.id)));
        assert_eq!(found.unwrap().unwrap().date_created, noon());
    }

    fn a_person_is_let_in_switched_off_and_on(lab: &Lab) {
        let mut new = new_user("ann");
        new.approved = false;
        let ann = lab.write(|tx| users::create(tx, &new)).unwrap();
        assert_eq!(ann.status, UserStatus::Pending);
        assert_eq!(lab.write(|tx| users::approve(tx, ann.id)).unwrap().status, UserStatus::Active);
        let off = lab.write(|tx| users::set_disabled(tx, ann.id, true)).unwrap();
        assert_eq!(off.status, UserStatus::Disabled);
        let on = lab.write(|tx| users::set_disabled(tx, ann.id, false)).unwrap();
        assert_eq!(on.status, UserStatus::Active);
    }

    fn an_address_and_a_password_change(lab: &Lab) {
        let ann = lab.person("ann");
        let email = parsed("new@example.org");
        assert_eq!(lab.write(|tx| users::set_email(tx, ann.id, &email)).unwrap().email, email);
        lab.write(|tx| users::set_password(tx, ann.id, "another hash")).unwrap();
        let found = lab.db.read(Viewer::Nobody, |view| {
            users::find_with_password(view, &parsed("ANN"))
        });
        let (user, hash) = found.unwrap().unwrap();
        assert_eq!((user.email, hash.as_str()), (email, "another hash"));
    }

    fn what_is_not_there_can_not_change(lab: &Lab) {
        let nobody = UserId(404);
        let outcomes = [
            lab.write(|tx| users::approve(tx, nobody)),
            lab.write(|tx| users::set_disabled(tx, nobody, true)),
            lab.write(|tx| users::set_email(tx, nobody, &parsed("a@b"))),
            lab.write(|tx| users::set_password(tx, nobody, "hash")),
        ];
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::Gone))));
        assert_eq!(lab.count("events"), 0);
    }

    fn only_administrators_who_can_log_in_count(lab: &Lab) {
        let administrator = |name: &str, approved| {
            let mut new = new_user(name);
            (new.administrator, new.approved) = (true, approved);
            lab.write(|tx| users::create(tx, &new)).unwrap()
        };
        lab.person("ann");
        administrator("waits", false);
        let off = administrator("off", true);
        administrator("root", true);
        lab.write(|tx| users::set_disabled(tx, off.id, true)).unwrap();
        assert_eq!(lab.db.read(Viewer::Nobody, users::count_administrators).unwrap(), 1);
    }

    fn a_stored_value_that_the_domain_refuses_is_named(lab: &Lab) {
        let ann = lab.person("ann");
        lab.sql("UPDATE users SET email = 'nonsense'").unwrap();
        let found = lab.db.read(Viewer::Nobody, |view| users::find(view, &Reference::Id(ann.id)));
        assert!(matches!(found, Err(Error::Corrupt("users.email", _))), "{found:?}");
    }
}
