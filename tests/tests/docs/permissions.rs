//! The table of permissions.

use crate::compare;
use omicron_domain::{Permission, Role};

const ROLES: [Role; 4] = [Role::User, Role::Member, Role::Owner, Role::Administrator];

#[test]
fn the_permissions_are_those_that_the_server_asks() {
    let row = |permission: &Permission| {
        let cells = ROLES.map(|role| if role.may(*permission) { " yes |" } else { " |" });
        format!("| {} |{}\n", permission.describe(), cells.concat())
    };
    let rows: String = Permission::ALL.iter().map(row).collect();
    compare("docs/permissions.md", &format!("{HEAD}{rows}"));
}

const HEAD: &str = "\
# Permissions

This page is printed from the table that the server asks, `omicron_domain::Permission`; a test keeps
the two the same. Member and owner are roles in the project in question.

| may | user | member | owner | administrator |
| --- | --- | --- | --- | --- |
";
