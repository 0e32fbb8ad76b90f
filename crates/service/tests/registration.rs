//! Who becomes a user.

use crate::support::{Lab, assert_refused, grant, lab as fixture, new_user};
use omicron_domain::{NewUser, UserStatus};
use omicron_persistence::Error as Database;
use omicron_service::users;
use omicron_service::{Error, Registration};
use omicron_tests::on_both;

on_both! {
    fn the_mode_says_who_registers(lab: &Lab) {
        use Registration::{Approval, Closed, Open};
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        let reads = lab.with_token(&root, 1, grant("read"));
        let admins = lab.with_token(&root, 2, grant("admin"));
        let (active, pending) = (Some(UserStatus::Active), Some(UserStatus::Pending));
        let expected = [
            (Open, [active, active, active, active, active]),
            (Approval, [pending, pending, pending, active, active]),
            (Closed, [None, None, None, active, active]),
        ];
        for (mode, outcomes) in expected {
            let callers = [None, Some(&ann), Some(&reads), Some(&admins), Some(&root)];
            for (by, status) in callers.into_iter().zip(outcomes) {
                let actor = by.unwrap_or(&ann);
                let made = lab.attempt(actor, |tx| {
                    users::register(tx, mode, by, &NewUser { approved: false, ..new_user("new") })
                });
                let admitted = users::admit(mode, by);
                if let Some(status) = status {
                    assert_eq!(made.unwrap().status, status, "{mode}, {by:?}");
                    admitted.unwrap();
                } else {
                    assert_refused!(made, Error::RegistrationClosed);
                    assert_refused!(admitted, Error::RegistrationClosed);
                }
            }
        }
    }

    fn nobody_registers_as_an_administrator(lab: &Lab) {
        let root = lab.administrator("root");
        let wish = NewUser { administrator: true, approved: true, ..new_user("ann") };
        for by in [None, Some(&root)] {
            let made = lab.attempt(&root, |tx| users::register(tx, Registration::Open, by, &wish));
            assert!(!made.unwrap().administrator);
        }
        let asked = lab.write(&root, |tx| users::register(tx, Registration::Approval, None, &wish));
        assert_eq!(asked.unwrap().status, UserStatus::Pending, "whatever was wished for");
        let again = lab.write(&root, |tx| users::register(tx, Registration::Open, None, &wish));
        assert_refused!(again, Error::Database(Database::UsernameTaken));
    }
}
