//! What can be said of a caller before it is known what they want to do it to.

use crate::support::{assert_refused, grant, new_user, noon, within};
use omicron_auth::Caller;
use omicron_domain::{
    Credential, Grant, Permission, Place, ProjectId, TokenId, User, UserId, UserStatus,
};
use omicron_service::{Error, enter};

fn caller(administrator: bool, grant: Option<Grant>) -> Caller {
    let new = new_user("ann");
    let user = User {
        id: UserId(1),
        username: new.username,
        email: new.email,
        administrator,
        status: UserStatus::Active,
        service_account: false,
        date_created: noon(),
    };
    let credential = grant.map_or(Credential::Password, |_| Credential::Token(TokenId(1)));
    Caller { user, credential, grant, proof: None }
}

#[test]
fn what_is_for_some_alone_stops_others_at_once() {
    let outcome = enter(&caller(false, None), Permission::ManageUsers);
    assert_refused!(outcome, Error::Forbidden(Permission::ManageUsers));
    enter(&caller(true, None), Permission::ManageUsers).unwrap();
    enter(&caller(false, None), Permission::CreateProjects).unwrap();
}

#[test]
fn what_depends_on_the_place_is_not_decided_yet() {
    for &permission in Permission::ALL {
        if permission.place() != Place::Laboratory {
            enter(&caller(false, None), permission).unwrap();
        }
    }
}

#[test]
fn a_token_that_is_not_good_for_it_anywhere_is_stopped_at_once() {
    let writes = caller(true, Some(grant("write")));
    for &permission in &[Permission::ManageUsers, Permission::DeleteProject, Permission::MakeTokens]
    {
        assert_refused!(enter(&writes, permission), Error::OutOfScope(it) if it == permission);
    }
    for permission in [Permission::CreateProjects, Permission::LeaveProject] {
        enter(&writes, permission).unwrap();
    }
    let limited = caller(false, Some(within(ProjectId(1))));
    let outcome = enter(&limited, Permission::CreateProjects);
    assert_refused!(outcome, Error::OutOfScope(Permission::CreateProjects));
    let outcome = enter(&limited, Permission::ChangeEmail);
    assert_refused!(outcome, Error::OutOfScope(Permission::ChangeEmail));
    enter(&writes, Permission::ChangeEmail).unwrap();
    enter(&limited, Permission::DeleteProject).unwrap();
    enter(&limited, Permission::ExplainAccess).unwrap();
}

#[test]
fn who_can_not_log_in_any_more_has_stale_credentials() {
    let mut off = caller(true, None);
    off.user.status = UserStatus::Disabled;
    assert_refused!(enter(&off, Permission::CreateProjects), Error::StaleCredentials);
}
