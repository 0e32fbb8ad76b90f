//! Questions about who may do what, and who may ask them.

use crate::support::{Lab, assert_refused, grant, id_of, lab as fixture, parsed, within};
use omicron_auth::Caller;
use omicron_domain::{
    MemberRole, Page, Permission, Place, ProjectId, ProjectRole, Refusal, Role, UserId,
};
use omicron_service::Error;
use omicron_service::access::{self, Explanation, Resource};
use omicron_service::projects::Which;
use omicron_service::users::Who;
use omicron_tests::on_both;

const LABORATORY: Resource = Resource::Laboratory;

impl Lab {
    fn ask(
        &self,
        by: &Caller,
        who: Option<&Who>,
        permission: Permission,
        resource: &Resource,
    ) -> Result<Explanation, Error> {
        self.read(by, |view| access::explain(view, by, who, permission, resource))
    }
}

fn project(id: ProjectId) -> Resource {
    Resource::Project(Which::Id(id))
}

on_both! {
    fn everyone_learns_what_they_may_with_what_they_come_with(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        let answer = lab.ask(&ann, None, Permission::ManageUsers, &LABORATORY).unwrap();
        assert_eq!((answer.user, answer.roles), (ann.user.clone(), vec![Role::User]));
        assert_eq!(answer.decision.refusal(), Some(Refusal::Role));
        let reads = lab.with_token(&root, 1, grant("read"));
        let roles = [Role::User, Role::Administrator];
        for (by, who, refusal) in [
            (&root, None, None),
            (&reads, None, Some(Refusal::Grant)),
            (&reads, Some(id_of(&root)), Some(Refusal::Grant)),
            (&reads, Some(Who::Name(parsed("ROOT"))), Some(Refusal::Grant)),
        ] {
            let answer = lab.ask(by, who.as_ref(), Permission::ManageUsers, &LABORATORY).unwrap();
            assert_eq!((&answer.roles[..], answer.decision.refusal()), (&roles[..], refusal));
        }
        // Of someone else, what they may at most.
        let other = lab.administrator("other");
        let answer = lab.ask(&reads, Some(&id_of(&other)), Permission::ManageUsers, &LABORATORY);
        assert_eq!(answer.unwrap().decision.refusal(), None);
    }

    fn an_account_is_ones_own_or_someone_elses(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        let account = |whose: &Caller| Resource::Account(id_of(whose));
        let change = Permission::ChangePassword;
        let answer = lab.ask(&ann, None, change, &account(&ann)).unwrap();
        assert_eq!(answer.roles, [Role::User, Role::Oneself]);
        assert_eq!(answer.decision.refusal(), None);
        let answer = lab.ask(&ann, None, change, &account(&bob)).unwrap();
        assert_eq!((answer.roles, answer.decision.refusal()), (vec![Role::User], Some(Refusal::Role)));
        let bobs = lab.ask(&root, Some(&id_of(&bob)), change, &account(&bob)).unwrap();
        assert_eq!((bobs.user, bobs.decision.refusal()), (bob.user, None));
        let nobody = Resource::Account(Who::Id(UserId(404)));
        assert_refused!(lab.ask(&ann, None, change, &nobody), Error::NotFound("user"));
        let outcome = lab.ask(&root, Some(&Who::Nothing), change, &account(&ann));
        assert_refused!(outcome, Error::NotFound("user"));
    }

    fn an_action_is_asked_of_what_it_is_done_to(lab: &Lab) {
        let ann = lab.person("ann");
        let id = lab.project("Alloys", &ann).project.id;
        let account = Resource::Account(id_of(&ann));
        for &permission in Permission::ALL {
            let (fits, others, how) = match permission.place() {
                Place::Laboratory => (LABORATORY, [account.clone(), project(id)], "without"),
                Place::Account => (account.clone(), [LABORATORY, project(id)], "user:"),
                Place::Project | Place::LiveProject => {
                    (project(id), [LABORATORY, account.clone()], "project:")
                }
            };
            lab.ask(&ann, None, permission, &fits).unwrap();
            for other in others {
                let outcome = lab.ask(&ann, None, permission, &other);
                assert_refused!(outcome, Error::OtherResource(it, said)
                    if it == permission && said.contains(how));
            }
        }
    }

    fn those_who_look_after_a_project_ask_about_everyone_in_it(lab: &Lab) {
        let [ann, max, bob, eve] = ["ann", "max", "bob", "eve"].map(|name| lab.person(name));
        let root = lab.administrator("root");
        let id = lab.project("Alloys", &ann).project.id;
        lab.join(id, &max, MemberRole::Maintainer);
        lab.join(id, &bob, MemberRole::Viewer);
        let read_access = Permission::ReadAccess;
        let who = id_of(&bob);
        // And so it is in an archived project.
        for archived in [false, true] {
            for by in [&ann, &max, &root] {
                let change = Permission::ChangeProject;
                let answer = lab.ask(by, Some(&who), change, &project(id)).unwrap();
                assert_eq!(answer.user, bob.user);
                assert_eq!(answer.roles, [Role::User, Role::Viewer]);
                assert_eq!(answer.decision.refusal(), Some(Refusal::Role));
                let answer = lab.ask(by, Some(&id_of(&eve)), change, &project(id)).unwrap();
                assert_eq!(answer.decision.refusal(), Some(Refusal::Unseen));
                let own = lab.ask(by, None, change, &project(id)).unwrap();
                assert_eq!(own.decision.refusal(), archived.then_some(Refusal::Archived));
            }
            let outcome = lab.ask(&bob, Some(&id_of(&ann)), Permission::ReadProject, &project(id));
            assert_refused!(outcome, Error::Forbidden(it) if it == read_access);
            let outcome = lab.ask(&eve, Some(&who), Permission::ReadProject, &project(id));
            assert_refused!(outcome, Error::NotFound("project"));
            lab.archive(id);
        }
        // Elsewhere they are no more than others.
        let outcome = lab.ask(&max, Some(&who), Permission::CreateProjects, &LABORATORY);
        assert_refused!(outcome, Error::Forbidden(it) if it == read_access);
        let account = Resource::Account(who.clone());
        let outcome = lab.ask(&max, Some(&who), Permission::ChangeEmail, &account);
        assert_refused!(outcome, Error::Forbidden(it) if it == read_access);
        let answer = lab.ask(&root, Some(&who), Permission::CreateProjects, &LABORATORY).unwrap();
        assert_eq!((answer.user, answer.decision.refusal()), (bob.user, None));
    }

    fn a_project_that_the_caller_does_not_see_is_not_there(lab: &Lab) {
        let (ann, eve, root) = (lab.person("ann"), lab.person("eve"), lab.administrator("root"));
        let id = lab.project("Alloys", &ann).project.id;
        let read = Permission::ReadProject;
        assert_refused!(lab.ask(&eve, None, read, &project(id)), Error::NotFound("project"));
        for which in [Which::Nothing, Which::Id(ProjectId(404)), Which::Name(parsed("Steels"))] {
            for who in [None, Some(id_of(&ann))] {
                let outcome = lab.ask(&root, who.as_ref(), read, &Resource::Project(which.clone()));
                assert_refused!(outcome, Error::NotFound("project"));
            }
        }
        let other = lab.project("Steels", &ann).project.id;
        let limited = lab.with_token(&ann, 1, within(other));
        assert_refused!(lab.ask(&limited, None, read, &project(id)), Error::NotFound("project"));
        lab.ask(&limited, None, read, &project(other)).unwrap();
    }

    fn a_token_that_is_not_good_for_it_learns_that_and_no_more(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        let id = lab.project("Alloys", &ann).project.id;
        let reads = lab.with_token(&ann, 1, grant("read"));
        for project in [project(id), project(ProjectId(404))] {
            let answer = lab.ask(&reads, None, Permission::ChangeProject, &project).unwrap();
            assert_eq!(answer.decision.refusal(), Some(Refusal::Grant));
        }
        for (number, grant) in (2..).zip([grant("ingest"), within(id)]) {
            let weak = lab.with_token(&root, number, grant);
            for who in [id_of(&ann), Who::Id(UserId(404)), Who::Nothing] {
                let outcome = lab.ask(&weak, Some(&who), Permission::ReadProject, &project(id));
                assert_refused!(outcome, Error::OutOfScope(Permission::ReadAccess));
            }
        }
    }

    fn those_who_see_a_project_see_who_sees_it(lab: &Lab) {
        let [ann, bob, eve] = ["ann", "bob", "eve"].map(|name| lab.person(name));
        let root = lab.administrator("root");
        let id = lab.project("Alloys", &ann).project.id;
        lab.join(id, &bob, MemberRole::Viewer);
        let seers = |by: &Caller| {
            lab.read(by, |view| access::seers(view, &Which::Id(id), Page::default()))
        };
        let expected = [
            (ann.user.summary(), Role::Owner),
            (bob.user.summary(), Role::Viewer),
            (root.user.summary(), Role::Administrator),
        ];
        for by in [&ann, &bob, &root] {
            assert_eq!(seers(by).unwrap().items, expected);
        }
        assert_refused!(seers(&eve), Error::NotFound("project"));
    }

    fn what_a_person_sees_is_said_to_them_and_to_administrators(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        let alloys = lab.project("Alloys", &ann).project;
        let steels = lab.project("Steels", &bob).project;
        lab.join(steels.id, &ann, MemberRole::Viewer);
        let seen = |by: &Caller, who: &Who| {
            lab.read(by, |view| access::seen_by(view, by, who, Page::default()))
        };
        let viewer = ProjectRole::Made(MemberRole::Viewer);
        for by in [&ann, &root] {
            let expected =
                [(alloys.clone(), Some(ProjectRole::Owner)), (steels.clone(), Some(viewer))];
            assert_eq!(seen(by, &id_of(&ann)).unwrap().items, expected);
        }
        let own = seen(&root, &id_of(&root)).unwrap().items;
        assert_eq!(own, [(alloys, None), (steels, None)]);
        let outcome = seen(&bob, &id_of(&ann));
        assert_refused!(outcome, Error::Forbidden(Permission::ReadAccess));
        let ingests = lab.with_token(&ann, 1, grant("ingest"));
        let outcome = seen(&ingests, &id_of(&ann));
        assert_refused!(outcome, Error::OutOfScope(Permission::ReadAccess));
        assert_refused!(seen(&root, &Who::Nothing), Error::NotFound("user"));
    }
}
