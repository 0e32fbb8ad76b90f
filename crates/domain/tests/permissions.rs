//! The table of permissions, as a whole: a change of it is a change of this test.

use omicron_domain::{Permission, Role};

const TABLE: &str = "
ReadUsers               User Member Owner Administrator
ManageUsers             - - - Administrator
ChangeAccount           User Member Owner Administrator
UseTokens               User Member Owner Administrator
RevokeAnyToken          - - - Administrator
CreateProjects          User Member Owner Administrator
CreateProjectsForOthers - - - Administrator
ReadProject             - Member Owner Administrator
ChangeProject           - - Owner Administrator
ManageMembers           - - Owner Administrator
HandOverProject         - - Owner Administrator
DeleteProject           - - Owner Administrator
";

#[test]
fn each_role_may_what_the_table_says() {
    let roles = [Role::User, Role::Member, Role::Owner, Role::Administrator];
    let cell = |role: Role, permission| {
        if role.may(permission) { format!(" {role:?}") } else { " -".to_owned() }
    };
    let row = |permission: &Permission| {
        let cells = roles.map(|role| cell(role, *permission)).concat();
        format!("{:23}{cells}\n", format!("{permission:?}"))
    };
    let table = format!("\n{}", Permission::ALL.iter().map(row).collect::<String>());
    assert_eq!(table, TABLE);
}

#[test]
fn whoever_is_more_may_no_less() {
    for &permission in Permission::ALL {
        for [less, more] in [
            [Role::User, Role::Member],
            [Role::Member, Role::Owner],
            [Role::Owner, Role::Administrator],
        ] {
            assert!(!less.may(permission) || more.may(permission), "{more:?} {permission:?}");
        }
    }
}
