//! What people are told when something is not done.

use omicron_domain::Permission;
use omicron_persistence::{Error as Database, Failure};
use omicron_schema::Violation;
use omicron_service::{Error, Registration};

#[test]
fn a_token_is_told_what_it_would_take() {
    let said = [
        (Permission::MakeTokens, "make tokens of their own: that takes a password"),
        (Permission::ChangeProject, "describe it: that takes the scope write, in this project"),
        (
            Permission::ManageUsers,
            "enable people: that takes the scope admin, and no limit to one project",
        ),
    ];
    for (permission, end) in said {
        let message = Error::OutOfScope(permission).to_string();
        assert!(message.starts_with("this token may not be used to "), "{message}");
        assert!(message.ends_with(end), "{message}");
    }
}

#[test]
fn a_refusal_says_what_is_not_allowed() {
    let message = Error::Forbidden(Permission::DeleteProject).to_string();
    assert_eq!(message, "you may not delete it");
}

#[test]
fn of_what_is_wrong_the_first_few_are_said() {
    let wrong = |name: &&str| Violation { pointer: format!("/{name}"), message: "is not".into() };
    let said = |names: &[&str]| Error::Invalid(names.iter().map(wrong).collect()).to_string();
    assert_eq!(said(&["a"]), "/a is not");
    assert_eq!(said(&["a", "b", "c", "d"]), "/a is not; /b is not; /c is not");
}

#[test]
fn work_is_run_again_for_the_databases_sake_alone() {
    assert!(matches!(Error::from(Database::Overloaded).database(), Some(Database::Overloaded)));
    assert!(Error::Changed.database().is_none());
    assert_eq!(Error::from(Database::Gone).to_string(), Database::Gone.to_string());
}

#[test]
fn a_mode_of_registration_is_written_as_it_is_read() {
    for (mode, name) in [
        (Registration::Open, "open"),
        (Registration::Approval, "approval"),
        (Registration::Closed, "closed"),
    ] {
        assert_eq!((mode.to_string().as_str(), name.parse()), (name, Ok(mode)));
    }
    assert!("Open".parse::<Registration>().is_err() && "".parse::<Registration>().is_err());
}
