//! Projects and who belongs to them.

use crate::support::{Lab, lab as fixture, new_project, noon, parsed, people};
use omicron_domain::{
    MemberRole, Page, ProjectChange, ProjectId, ProjectRole, Reference, User, UserFilter, UserId,
    Viewer,
};
use omicron_persistence::{Error, View, projects, users};
use omicron_tests::on_both;

fn member_ids(lab: &Lab, id: ProjectId) -> Vec<UserId> {
    let found = lab.db.read(Viewer::Everything, |view| projects::details(view, &Reference::Id(id)));
    found.unwrap().unwrap().members.iter().map(|member| member.user.id).collect()
}

fn two(lab: &Lab) -> (User, User) {
    (lab.person("ann"), lab.person("bob"))
}

on_both! {
    fn a_project_is_kept_as_it_was_begun(lab: &Lab) {
        let (ann, bob) = two(lab);
        let members = [bob.id, ann.id, bob.id];
        let new = new_project("NMR / 2026", ann.id, &members);
        let made = lab.write(|tx| projects::create(tx, &new)).unwrap();
        assert_eq!(made.project.name, new.name);
        assert_eq!(made.project.description, new.description);
        assert_eq!(made.project.date_created, noon());
        assert_eq!(made.project.owner, ann.summary());
        assert_eq!(people(&made.members), [bob.summary()]);
        for which in [Reference::Id(made.project.id), Reference::Name(parsed("nmr / 2026"))] {
            let found = lab.db.read(Viewer::Everything, |view| projects::details(view, &which));
            assert_eq!(found.unwrap(), Some(made.clone()));
        }
    }

    fn a_project_name_is_taken_in_any_case(lab: &Lab) {
        let (ann, bob) = two(lab);
        for (first, second) in [("Alloys", "aLLOYS"), ("\u{c9}cole", "e\u{301}COLE")] {
            lab.project(first, &ann, &[]);
            let again = lab.write(|tx| projects::create(tx, &new_project(second, bob.id, &[])));
            assert!(matches!(again, Err(Error::ProjectNameTaken)), "{again:?}");
        }
        let other = lab.project("Other", &bob, &[]);
        let rename = ProjectChange { name: Some(parsed("ALLOYS")), description: None };
        let again = lab.write(|tx| projects::change(tx, other.project.id, &rename));
        assert!(matches!(again, Err(Error::ProjectNameTaken)), "{again:?}");
    }

    fn a_project_may_be_renamed_to_its_own_name_in_another_case(lab: &Lab) {
        let (ann, _) = two(lab);
        let id = lab.project("Alloys", &ann, &[]).project.id;
        let change = ProjectChange {
            name: Some(parsed("ALLOYS")),
            description: Some(parsed("of several\nlines")),
        };
        let changed = lab.write(|tx| projects::change(tx, id, &change)).unwrap().project;
        assert_eq!(Some(changed.name), change.name);
        assert_eq!(Some(changed.description), change.description);
    }

    fn a_deleted_projects_name_is_free_and_its_id_is_not(lab: &Lab) {
        let (ann, bob) = two(lab);
        let old = lab.project("Alloys", &ann, &[&bob]).project.id;
        lab.write(|tx| projects::delete(tx, old)).unwrap();
        let new = lab.project("alloys", &bob, &[]).project.id;
        assert!(new > old, "an id that the journal speaks of is never used again");
        assert_eq!(lab.count("project_members"), 1);
    }

    fn people_join_and_leave(lab: &Lab) {
        let (ann, bob) = two(lab);
        let id = lab.project("Alloys", &ann, &[]).project.id;
        let joined = lab.write(|tx| projects::add_member(tx, id, bob.id, MemberRole::Member)).unwrap();
        assert_eq!(people(&joined.members), [bob.summary()]);
        let again = lab.write(|tx| projects::add_member(tx, id, bob.id, MemberRole::Member));
        assert!(matches!(again, Err(Error::AlreadyMember)), "{again:?}");
        let owner = lab.write(|tx| projects::add_member(tx, id, ann.id, MemberRole::Member));
        assert!(matches!(owner, Err(Error::AlreadyMember)), "{owner:?}");
        lab.write(|tx| projects::remove_member(tx, id, bob.id)).unwrap();
        assert_eq!(member_ids(lab, id), []);
        let again = lab.write(|tx| projects::remove_member(tx, id, bob.id));
        assert!(matches!(again, Err(Error::Gone)), "{again:?}");
    }

    fn the_owner_stays(lab: &Lab) {
        let (ann, _) = two(lab);
        let id = lab.project("Alloys", &ann, &[]).project.id;
        let leave = lab.write(|tx| projects::remove_member(tx, id, ann.id));
        assert!(matches!(leave, Err(Error::OwnerStays)), "{leave:?}");
        // Nor can anyone take the owner out by hand.
        let check = if lab.db.is_embedded() { "PRAGMA foreign_keys = ON;" } else { "" };
        assert!(lab.sql(&format!("{check} DELETE FROM project_members")).is_err());
    }

    fn whoever_is_not_there_owns_nothing_and_joins_nothing(lab: &Lab) {
        let (ann, _) = two(lab);
        let nobody = UserId(404);
        let id = lab.project("Alloys", &ann, &[]).project.id;
        let outcomes = [
            lab.write(|tx| projects::create(tx, &new_project("A", nobody, &[]))).map(drop),
            lab.write(|tx| projects::create(tx, &new_project("B", ann.id, &[nobody]))).map(drop),
            lab.write(|tx| projects::add_member(tx, id, nobody, MemberRole::Member)).map(drop),
            lab.write(|tx| projects::add_member(tx, ProjectId(404), ann.id, MemberRole::Member)).map(drop),
            lab.write(|tx| projects::remove_member(tx, ProjectId(404), ann.id)).map(drop),
            lab.write(|tx| projects::change(tx, ProjectId(404), &ProjectChange::default())).map(drop),
            lab.write(|tx| projects::delete(tx, ProjectId(404))),
        ];
        for outcome in outcomes {
            assert!(matches!(outcome, Err(Error::Gone)), "{outcome:?}");
        }
        assert_eq!(lab.count("projects"), 1);
    }

    fn a_person_comes_with_a_hundred_projects_at_most_and_their_number(lab: &Lab) {
        let (ann, bob) = two(lab);
        lab.write(|tx| {
            for number in 0..105 {
                let members: &[UserId] = if number % 35 == 1 { &[bob.id] } else { &[] };
                projects::create(tx, &new_project(&format!("p{number:03}"), ann.id, members))?;
            }
            projects::create(tx, &new_project("Bob's own", bob.id, &[])).map(drop)
        })
        .unwrap();
        let seen = |viewer| {
            let listed = lab.db.read(viewer, |view| {
                users::list(view, &UserFilter::default(), Page::default())
            });
            let listed = listed.unwrap().items;
            let one = lab.db.read(viewer, |view| {
                users::find_with_projects(view, &Reference::Id(ann.id))
            });
            assert_eq!(one.unwrap().as_ref(), Some(&listed[0]));
            let shown = |user: &omicron_domain::UserWithProjects| {
                (user.projects.len(), user.projects_count)
            };
            (shown(&listed[0]), shown(&listed[1]))
        };
        assert_eq!(seen(Viewer::Everything), ((100, 105), (1, 1)));
        assert_eq!(seen(Viewer::User(ann.id)), ((100, 105), (0, 0)));
        assert_eq!(seen(Viewer::User(bob.id)), ((3, 3), (1, 1)));
        assert_eq!(seen(Viewer::Nobody), ((0, 0), (0, 0)));
    }

    fn a_project_that_is_handed_over_keeps_everyone_who_belongs_to_it(lab: &Lab) {
        let (ann, bob) = two(lab);
        let (eve, alloys) = (lab.person("eve"), lab.project("Alloys", &ann, &[&bob]));
        let id = alloys.project.id;
        for (to, others) in [(&bob, [&ann].as_slice()), (&eve, &[&ann, &bob]), (&eve, &[&ann, &bob])] {
            let after = lab.write(|tx| projects::hand_over(tx, id, to.id)).unwrap();
            assert_eq!(after.project.owner, to.summary());
            let others: Vec<_> = others.iter().map(|other| other.summary()).collect();
            assert_eq!(people(&after.members), others);
            assert_eq!(member_ids(lab, id).len(), others.len());
        }
        let nobody = lab.write(|tx| projects::hand_over(tx, id, UserId(404)));
        assert!(matches!(nobody, Err(Error::Gone)), "{nobody:?}");
        assert_eq!(member_ids(lab, id), [ann.id, bob.id]);
    }

    fn a_member_is_what_they_were_made(lab: &Lab) {
        let (ann, bob) = two(lab);
        let id = lab.project("Alloys", &ann, &[]).project.id;
        lab.write(|tx| projects::add_member(tx, id, bob.id, MemberRole::Viewer)).unwrap();
        let role = |view: &mut View<'_>| {
            Ok::<_, Error>(projects::place_of(view, bob.id, &Reference::Id(id))?.unwrap().role)
        };
        let role = || lab.db.read(Viewer::Everything, role).unwrap();
        assert_eq!(role(), Some(MemberRole::Viewer.into()));
        let events = lab.count("events");
        for made in [MemberRole::Maintainer, MemberRole::Maintainer, MemberRole::Member] {
            let after = lab.write(|tx| projects::set_role(tx, id, bob.id, made)).unwrap();
            assert_eq!((after.members[0].role, role()), (made.into(), Some(made.into())));
        }
        assert_eq!(lab.count("events"), events + 2, "what changes nothing is not recorded");
        lab.write(|tx| projects::hand_over(tx, id, bob.id)).unwrap();
        assert_eq!(role(), Some(ProjectRole::Owner));
        let owner = lab.write(|tx| projects::set_role(tx, id, bob.id, MemberRole::Viewer));
        assert!(matches!(owner, Err(Error::OwnerStays)), "{owner:?}");
        let nobody = lab.write(|tx| projects::set_role(tx, id, UserId(404), MemberRole::Viewer));
        assert!(matches!(nobody, Err(Error::Gone)), "{nobody:?}");
    }

    fn a_project_is_put_away_and_taken_out_again(lab: &Lab) {
        let (ann, _) = two(lab);
        let id = lab.project("Alloys", &ann, &[]).project.id;
        lab.project("Other", &ann, &[]);
        let listed = |archived| {
            [Viewer::Everything, Viewer::User(ann.id)].map(|viewer| {
                let list = |view: &mut View<'_>| projects::list(view, archived, Page::default());
                let list = lab.db.read(viewer, list).unwrap();
                assert_eq!(list.total, i64::try_from(list.items.len()).ok());
                list.items.len()
            })
        };
        let events = lab.count("events");
        for _ in 0..2 {
            let away = lab.write(|tx| projects::set_archived(tx, id, true)).unwrap();
            assert_eq!(away.project.date_archived, Some(noon()));
        }
        assert_eq!((listed(None), listed(Some(true)), listed(Some(false))), ([2, 2], [1, 1], [1, 1]));
        let back = lab.write(|tx| projects::set_archived(tx, id, false)).unwrap();
        assert_eq!(back.project.date_archived, None);
        assert_eq!(listed(Some(true)), [0, 0]);
        assert_eq!(lab.count("events"), events + 2, "what changes nothing is not recorded");
    }

    fn a_corrupt_name_is_reported_with_its_column(lab: &Lab) {
        let (ann, _) = two(lab);
        lab.project("Alloys", &ann, &[]);
        lab.sql("UPDATE projects SET name = '12345'").unwrap();
        let list = lab.db.read(Viewer::Everything, |view| projects::list(view, None, Page::default()));
        assert!(matches!(list, Err(Error::Corrupt("projects.name", _))), "{list:?}");
    }
}
