//! The table of permissions.

use crate::compare;
use omicron_domain::{Permission, Place, Role};

const LABORATORY: [Role; 2] = [Role::User, Role::Administrator];
const ACCOUNT: [Role; 2] = [Role::Oneself, Role::Administrator];
const PROJECT: [Role; 5] =
    [Role::Viewer, Role::Member, Role::Maintainer, Role::Owner, Role::Administrator];

#[test]
fn the_permissions_are_those_that_the_server_asks() {
    let laboratory = table(&LABORATORY, |place| place == Place::Laboratory);
    let account = table(&ACCOUNT, |place| place == Place::Account);
    let project = table(&PROJECT, Place::is_in_project);
    for mark in ["@laboratory@", "@account@", "@project@"] {
        assert_eq!(PAGE.matches(mark).count(), 1, "{mark}");
    }
    let page = PAGE
        .replace("@laboratory@", &laboratory)
        .replace("@account@", &account)
        .replace("@project@", &project);
    compare("docs/permissions.md", &page);
}

fn table(roles: &[Role], here: impl Fn(Place) -> bool) -> String {
    let row = |&permission: &Permission| {
        let cell = |role: &Role| if role.may(permission) { " yes |" } else { " |" };
        let cells: String = roles.iter().map(cell).collect();
        let live = if permission.place() == Place::LiveProject { " ¹" } else { "" };
        let (text, needs) = (permission.describe(), permission.needs());
        format!("| {text}{live} |{cells} {needs} | `{permission}` |")
    };
    let of_place = Permission::ALL.iter().filter(|permission| here(permission.place()));
    let rows: Vec<String> = of_place.map(row).collect();
    let rule = " --- |".repeat(roles.len() + 3);
    format!("| may | {} | scope | action |\n|{rule}\n{}\n", names(roles), rows.join("\n"))
}

fn names(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" | ")
}

const PAGE: &str = "\
# Permissions

This page is printed from the table that the server asks, `omicron_domain::Permission`; a test keeps
the two the same. *Scope* is what a token must be good for: `admin` covers the others, `write` covers
`read`, and `ingest` stands for itself; what says *password* takes no token at all. *Action* is how `GET /api/v1/access/explain` names it.

## In the laboratory

@laboratory@
## An account

*Oneself* is the person whose account it is.

@account@
## A project

Whoever is none of these does not see the project: for them it is not there, and the answer is 404. A
project has one owner; maintainers, members and viewers are made by its owner and maintainers. Members
and viewers differ in what they may do with what a project holds.

@project@
¹ Not while the project is archived: the answer is 409.

## Why may someone do something, or not?

`GET /api/v1/access/explain?user=ann&action=change_project&resource=project:Alloys` asks the same rules
in the same order as the server does when Ann tries, and says what each of them answers:

1. **status**: the account is active.
2. **credential**: the token is good for the action, in this project; a password always is. Said of
   oneself alone: of others, the answer is what they may at most.
3. **sight**: the person belongs to the project, or is an administrator.
4. **role**: one of their roles may, by the tables above.
5. **archive**: the project is not archived, where that matters.

Anyone may ask about themselves, administrators about everyone, and whoever manages a project's members
about anyone, in that project. `GET /api/v1/projects/{project}/access` lists who can see a project, and
`GET /api/v1/users/{user}/access` what someone can see.
";
