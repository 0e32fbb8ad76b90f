//! The table of permissions, as a whole: a change of it is a change of this test.

use omicron_domain::{
    Grant, MemberRole, Needs, Permission, Place, ProjectId, ProjectRole, Refusal, Role, Scope,
    Scopes, Standing, Target, UserStatus,
};

const ROLES: [Role; 7] = [
    Role::User,
    Role::Oneself,
    Role::Viewer,
    Role::Member,
    Role::Maintainer,
    Role::Owner,
    Role::Administrator,
];

const TABLE: &str = "
read_users                 Laboratory  read     user - - - - - administrator
manage_users               Laboratory  admin    - - - - - - administrator
explain_access             Laboratory  any      user - - - - - administrator
check_documents            Laboratory  any      user - - - - - administrator
list_tokens                Laboratory  read     user - - - - - administrator
make_tokens                Laboratory  password user - - - - - administrator
revoke_tokens              Laboratory  admin    user - - - - - administrator
revoke_present_token       Laboratory  any      user - - - - - administrator
revoke_any_token           Laboratory  admin    - - - - - - administrator
manage_shared_templates    Laboratory  write    - - - - - - administrator
manage_lab_webhooks        Laboratory  admin    - - - - - - administrator
create_projects            Laboratory  write    user - - - - - administrator
create_projects_for_others Laboratory  admin    - - - - - - administrator
change_email               Account     write    - oneself - - - - administrator
change_password            Account     write    - oneself - - - - -
reset_password             Account     password - - - - - - administrator
anonymise_user             Account     admin    - - - - - - administrator
read_access                Account     read     - oneself - - - - administrator
read_project               Project     read     - - viewer member maintainer owner administrator
leave_project              Project     write    - - viewer member maintainer - -
change_project             LiveProject write    - - - - maintainer owner administrator
manage_members             LiveProject admin    - - - - maintainer owner administrator
write_records              LiveProject write    - - - member maintainer owner administrator
sign_records               LiveProject write    - - - member maintainer owner administrator
unlock_records             LiveProject write    - - - - maintainer owner administrator
comment                    LiveProject write    - - viewer member maintainer owner administrator
moderate_comments          LiveProject write    - - - - maintainer owner administrator
manage_templates           LiveProject write    - - - - maintainer owner administrator
manage_webhooks            LiveProject admin    - - - - maintainer owner administrator
manage_service_accounts    LiveProject admin    - - - - maintainer owner administrator
make_service_tokens        LiveProject password - - - - maintainer owner administrator
hand_over_project          Project     admin    - - - - - owner administrator
archive_project            Project     admin    - - - - - owner administrator
delete_project             Project     admin    - - - - - owner administrator
";

#[test]
fn each_role_may_what_the_table_says() {
    let row = |&permission: &Permission| {
        let cell = |role: Role| if role.may(permission) { role.as_str() } else { "-" };
        let scope = permission.needs().to_string();
        let (name, place) = (permission.as_str(), format!("{:?}", permission.place()));
        format!("{name:26} {place:11} {scope:8} {}\n", ROLES.map(cell).join(" "))
    };
    let table = format!("\n{}", Permission::ALL.iter().map(row).collect::<String>());
    assert_eq!(table, TABLE);
}

#[test]
fn whoever_is_more_in_a_project_may_no_less_but_leave_it() {
    let of_projects = |permission: &&Permission| permission.place().is_in_project();
    for &permission in Permission::ALL.iter().filter(of_projects) {
        for pair in ROLES[2..].windows(2) {
            let fewer = pair[0].may(permission) && !pair[1].may(permission);
            assert!(!fewer || permission == Permission::LeaveProject, "{pair:?} {permission:?}");
        }
    }
}

#[test]
fn a_permission_is_read_as_it_is_written() {
    for permission in Permission::ALL {
        assert_eq!(permission.to_string().parse(), Ok(*permission));
    }
    assert!("change_everything".parse::<Permission>().is_err());
    for role in [MemberRole::Viewer, MemberRole::Member, MemberRole::Maintainer] {
        assert_eq!(role.as_str().parse(), Ok(role));
    }
}

#[test]
fn a_scope_covers_what_is_less_and_ingest_stands_apart() {
    let covers = |scope: Scope| {
        Scope::ALL.into_iter().filter(|other| scope.covers(*other)).collect::<Vec<_>>()
    };
    assert_eq!(covers(Scope::Ingest), [Scope::Ingest]);
    assert_eq!(covers(Scope::Read), [Scope::Read]);
    assert_eq!(covers(Scope::Write), [Scope::Read, Scope::Write]);
    assert_eq!(covers(Scope::Admin), Scope::ALL);
}

#[test]
fn scopes_are_read_as_they_are_written_and_never_none() {
    for mask in 1_usize..16 {
        let held = Scope::ALL.into_iter().filter(|scope| mask & (1 << *scope as usize) != 0);
        let scopes = Scopes::of(held.clone()).unwrap();
        assert_eq!(scopes.to_string().parse(), Ok(scopes));
        assert!(scopes.iter().eq(held));
    }
    for text in ["", " ", "read,write", "Read", "all"] {
        assert!(text.parse::<Scopes>().is_err(), "{text:?}");
    }
}

fn standing(administrator: bool) -> Standing {
    Standing { status: UserStatus::Active, administrator, grant: None }
}

fn project(role: Option<ProjectRole>, archived: bool) -> Target {
    Target::Project { id: ProjectId(1), role, archived }
}

#[test]
fn a_stranger_learns_nothing_about_a_project_but_that_it_is_not_there() {
    for &permission in Permission::ALL {
        for archived in [false, true] {
            let decision = standing(false).decide(permission, project(None, archived));
            assert_eq!(decision.refusal(), Some(Refusal::Unseen), "{permission}");
            assert_eq!(decision.steps.len(), 2);
        }
    }
}

#[test]
fn an_archived_project_is_as_it_was_for_all_but_those_who_would_change_it() {
    for &permission in Permission::ALL.iter().filter(|one| one.place().is_in_project()) {
        let owner = |archived| {
            standing(true).decide(permission, project(Some(ProjectRole::Owner), archived)).refusal()
        };
        let changes = permission.place() == Place::LiveProject;
        let expected = if changes { Some(Refusal::Archived) } else { owner(false) };
        assert_eq!(owner(true), expected, "{permission}");
    }
}

#[test]
fn a_role_that_may_not_is_named_and_nothing_is_said_of_the_archive() {
    let viewer = project(Some(MemberRole::Viewer.into()), true);
    let decision = standing(false).decide(Permission::ChangeProject, viewer);
    let said: Vec<String> = decision.steps.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "yes: the account is active",
            "yes: the person is viewer of the project",
            "no: a viewer may not rename and describe it",
        ]
    );
}

#[test]
fn a_person_who_may_is_named_by_what_lets_them() {
    let said = |administrator, target| {
        let decision = standing(administrator).decide(Permission::ChangeEmail, target);
        decision.steps.last().unwrap().to_string()
    };
    let (own, other) = (Target::Account { own: true }, Target::Account { own: false });
    assert_eq!(said(false, own), "yes: the person themselves may change the email");
    assert_eq!(said(true, other), "yes: an administrator may change the email");
    assert_eq!(said(false, other), "no: a user may not change the email");
}

#[test]
fn whoever_cannot_log_in_may_nothing() {
    for status in [UserStatus::Pending, UserStatus::Disabled] {
        let root = Standing { status, ..standing(true) };
        for &permission in Permission::ALL {
            let refusal = root.decide(permission, project(None, false)).refusal();
            assert_eq!(refusal, Some(Refusal::Status));
        }
    }
}

#[test]
fn a_token_for_one_project_is_good_for_nothing_else() {
    let grant = Grant { scopes: Scopes::EVERYTHING, project: Some(ProjectId(2)) };
    let root = Standing { grant: Some(grant), ..standing(true) };
    for &permission in Permission::ALL {
        let elsewhere = [Target::Laboratory, Target::Account { own: true }, project(None, false)];
        for target in elsewhere {
            let refused = root.decide(permission, target).refusal() == Some(Refusal::Grant);
            assert_eq!(refused, permission.needs() != Needs::Anything, "{permission}");
        }
    }
    let here = Target::Project { id: ProjectId(2), role: None, archived: false };
    assert_eq!(root.decide(Permission::DeleteProject, here).refusal(), None);
}

#[test]
fn a_token_is_good_for_what_its_scopes_cover() {
    for scope in Scope::ALL {
        let grant = Grant { scopes: Scopes::of([scope]).unwrap(), project: None };
        let root = Standing { grant: Some(grant), ..standing(true) };
        for &permission in Permission::ALL {
            let owner = project(Some(ProjectRole::Owner), false);
            let refused = root.decide(permission, owner).refusal() == Some(Refusal::Grant);
            let covered = match permission.needs() {
                Needs::Anything => true,
                Needs::Scope(needed) => scope.covers(needed),
                Needs::Password => false,
            };
            assert_eq!(refused, !covered, "{scope:?} {permission}");
        }
    }
}
