//! Who acts, and how the journal writes it down.

use omicron_domain::{
    Action, Actor, Credential, Invalid, ProjectId, RequestId, Subject, TokenId, UserId, Viewer,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn actions_have_names_of_their_own() {
    let names: BTreeSet<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
    assert_eq!(names.len(), Action::ALL.len());
    assert!(names.iter().all(|name| name.split('.').count() == 2));
}

#[test]
fn subjects_and_credentials_say_their_kind() {
    assert_eq!(Subject::from(UserId(1)).to_string(), "user:1");
    assert_eq!(Subject::from(TokenId(2)).to_string(), "token:2");
    assert_eq!(Subject::from(ProjectId(3)).to_string(), "project:3");
    let credentials =
        [Credential::Password, Credential::Token(TokenId(4)), Credential::CommandLine];
    assert_eq!(credentials.map(|one| one.to_string()), ["password", "token:4", "command-line"]);
}

#[test]
fn an_unknown_person_sees_nothing_and_the_machines_owner_all() {
    assert_eq!(Actor::anonymous().viewer, Viewer::Nobody);
    assert_eq!(Actor::command_line().viewer, Viewer::Everything);
}

#[test]
fn a_request_id_is_one_short_word() {
    for text in ["7f3c-91", "a/b:c+d=e._", &"x".repeat(128)] {
        let id = text.parse::<RequestId>().unwrap();
        assert_eq!((id.as_str(), id.to_string()), (text, text.to_owned()));
    }
    for text in ["", "two words", "a\r\nb", "\u{e9}", "a\"b", &"x".repeat(129)] {
        assert_eq!(text.parse::<RequestId>(), Err(Invalid::NotARequestId), "{text:?}");
    }
}

proptest! {
    #[test]
    fn a_request_id_can_stand_in_a_header(text in ".{0,200}") {
        if let Ok(id) = text.parse::<RequestId>() {
            prop_assert!(id.as_str().bytes().all(|byte| (0x21..0x7f).contains(&byte)));
        }
    }
}
