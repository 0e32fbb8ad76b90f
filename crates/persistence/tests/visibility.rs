//! Who sees which projects, against a model.

use crate::support::{Lab, lab, new_project};
use omicron_domain::{Page, ProjectId, Reference, User, UserFilter, Viewer};
use omicron_persistence::{View, projects, users};
use omicron_tests::Backend;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

const PEOPLE: usize = 5;

/// For each project its owner and its members.
type Plan = Vec<(usize, BTreeSet<usize>)>;

fn plans() -> impl Strategy<Value = Plan> {
    vec((0..PEOPLE, btree_set(0..PEOPLE, 0..PEOPLE)), 0..8)
}

/// Who belongs to each project.
type Model = BTreeMap<ProjectId, BTreeSet<usize>>;

fn carry_out(lab: &Lab, people: &[User], plan: &Plan) -> Model {
    let ids =
        |chosen: &BTreeSet<usize>| chosen.iter().map(|&one| people[one].id).collect::<Vec<_>>();
    let made = lab.write(|tx| {
        let mut made = Vec::new();
        for (number, (owner, members)) in plan.iter().enumerate() {
            let new = new_project(&format!("p{number}"), people[*owner].id, &ids(members));
            made.push(projects::create(tx, &new)?.project.id);
        }
        Ok(made)
    });
    let everyone = |(owner, members): &(usize, BTreeSet<usize>)| {
        members.iter().copied().chain([*owner]).collect()
    };
    made.unwrap().into_iter().zip(plan.iter().map(everyone)).collect()
}

fn compare(lab: &Lab, people: &[User], model: &Model) -> Result<(), TestCaseError> {
    for (number, person) in people.iter().enumerate() {
        let viewer = Viewer::User(person.id);
        let expected: Vec<ProjectId> =
            model.iter().filter(|(_, of)| of.contains(&number)).map(|(id, _)| *id).collect();
        let list = lab.db.read(viewer, |view| projects::list(view, None, Page::default())).unwrap();
        prop_assert_eq!(list.items.iter().map(|p| p.id).collect::<Vec<_>>(), expected.clone());
        prop_assert_eq!(list.total, i64::try_from(expected.len()).ok());
        for id in model.keys() {
            let found = lab.db.read(viewer, |view| projects::find(view, &Reference::Id(*id)));
            prop_assert_eq!(found.unwrap().is_some(), expected.contains(id));
            compare_within(lab, person, *id, model)?;
        }
        let users =
            lab.db.read(viewer, |view| users::list(view, &UserFilter::default(), Page::default()));
        let mut owned: Vec<ProjectId> = Vec::new();
        owned.extend(users.unwrap().items.iter().flat_map(|user| &user.projects).map(|p| p.id));
        owned.sort_unstable();
        prop_assert_eq!(owned, expected);
    }
    Ok(())
}

/// A token that is limited to one project shows that one alone, if its owner belongs to it.
fn compare_within(
    lab: &Lab,
    person: &User,
    only: ProjectId,
    model: &Model,
) -> Result<(), TestCaseError> {
    let belongs = |id: &ProjectId| {
        let list = |view: &mut View<'_>| projects::members(view, *id, Page::default());
        let all = lab.db.read(Viewer::Everything, list).unwrap();
        assert_eq!(all.items.len(), model[id].len());
        all.items.iter().any(|member| member.user.id == person.id)
    };
    for user in [Some(person.id), None] {
        let viewer = Viewer::Within { project: only, user };
        let seen: Vec<ProjectId> = model
            .keys()
            .filter(|id| **id == only && (user.is_none() || belongs(id)))
            .copied()
            .collect();
        let list = lab.db.read(viewer, |view| projects::list(view, None, Page::default())).unwrap();
        prop_assert_eq!(list.items.iter().map(|p| p.id).collect::<Vec<_>>(), seen.clone());
        for id in model.keys() {
            let found = lab.db.read(viewer, |view| projects::find(view, &Reference::Id(*id)));
            prop_assert_eq!(found.unwrap().is_some(), seen.contains(id));
            let members = lab.db.read(viewer, |view| projects::members(view, *id, Page::default()));
            prop_assert_eq!(members.unwrap().items.is_empty(), !seen.contains(id));
        }
    }
    Ok(())
}

fn people_see_what_they_belong_to(backend: Backend) {
    let lab = lab(backend);
    let people: Vec<User> = (0..PEOPLE).map(|number| lab.person(&format!("u{number}"))).collect();
    let config = ProptestConfig { cases: 16, failure_persistence: None, ..Default::default() };
    let outcome = TestRunner::new(config).run(&plans(), |plan| {
        let model = carry_out(&lab, &people, &plan);
        compare(&lab, &people, &model)?;
        let all =
            lab.db.read(Viewer::Everything, |view| projects::list(view, None, Page::default()));
        prop_assert_eq!(all.unwrap().items.len(), model.len());
        let none = lab.db.read(Viewer::Nobody, |view| projects::list(view, None, Page::default()));
        prop_assert_eq!(none.unwrap().items.len(), 0);
        for id in model.keys() {
            lab.write(|tx| projects::delete(tx, *id)).unwrap();
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn people_see_what_they_belong_to_on_sqlite() {
    people_see_what_they_belong_to(Backend::Sqlite);
}

#[test]
fn people_see_what_they_belong_to_on_postgres() {
    people_see_what_they_belong_to(Backend::Postgres);
}
