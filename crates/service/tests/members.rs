//! Who belongs to a project, and as what.

use crate::support::{Lab, assert_refused, grant, id_of, lab as fixture, new_user};
use omicron_auth::Caller;
use omicron_domain::{
    MemberRole, NewUser, Page, Permission, ProjectDetails, ProjectId, ProjectRole, UserId,
    UserStatus,
};
use omicron_persistence::Error as Database;
use omicron_service::projects::Which;
use omicron_service::users::Who;
use omicron_service::{Error, members};
use omicron_tests::on_both;

/// Ann, whose the project is, Bob, who is a member of it, and Carl, who is not.
fn three(lab: &Lab) -> (ProjectId, Caller, Caller, Caller) {
    let (ann, bob, carl) = (lab.person("ann"), lab.person("bob"), lab.person("carl"));
    let id = lab.project("Alloys", &ann).project.id;
    lab.join(id, &bob, MemberRole::Member);
    (id, ann, bob, carl)
}

fn roles(project: &ProjectDetails) -> Vec<(UserId, ProjectRole)> {
    project.members.iter().map(|member| (member.user.id, member.role)).collect()
}

impl Lab {
    fn add(&self, by: &Caller, id: ProjectId, name: &str) -> Result<ProjectDetails, Error> {
        let (which, new) = (Which::Id(id), (name, MemberRole::Viewer));
        self.write(by, |tx| members::add(tx, by, &which, new, &|_| true))
    }

    fn remove(&self, by: &Caller, id: ProjectId, who: &Who) -> Result<(), Error> {
        self.write(by, |tx| members::remove(tx, by, &Which::Id(id), who, &|_| true))
    }

    fn set_role(
        &self,
        by: &Caller,
        id: ProjectId,
        who: &Who,
        role: MemberRole,
    ) -> Result<ProjectDetails, Error> {
        let which = Which::Id(id);
        self.write(by, |tx| members::set_role(tx, by, &which, (who, role), &|_| true))
    }

    fn hand_over(&self, by: &Caller, id: ProjectId, name: &str) -> Result<ProjectDetails, Error> {
        self.write(by, |tx| members::hand_over(tx, by, &Which::Id(id), name, &|_| true))
    }
}

on_both! {
    fn those_who_belong_to_it_see_who_does(lab: &Lab) {
        let (id, ann, bob, carl) = three(lab);
        let list = |by: &Caller| {
            lab.read(by, |view| members::list(view, &Which::Id(id), Page::default()))
        };
        let all = list(&bob).unwrap();
        let all: Vec<_> = all.items.into_iter().map(|one| (one.user.id, one.role)).collect();
        let member = ProjectRole::Made(MemberRole::Member);
        assert_eq!(all, [(ann.user.id, ProjectRole::Owner), (bob.user.id, member)]);
        assert_refused!(list(&carl), Error::NotFound("project"));
    }

    fn someone_joins_as_what_they_are_made(lab: &Lab) {
        let (id, ann, bob, carl) = three(lab);
        let joined = lab.add(&ann, id, "CARL").unwrap();
        assert_eq!(
            roles(&joined),
            [(bob.user.id, MemberRole::Member.into()), (carl.user.id, MemberRole::Viewer.into())]
        );
        assert_eq!(lab.details(id), joined);
        for name in ["carl", "ann"] {
            assert_refused!(lab.add(&ann, id, name), Error::Database(Database::AlreadyMember));
        }
    }

    fn only_a_person_who_is_there_joins(lab: &Lab) {
        let (id, ann, ..) = three(lab);
        let gone = lab.anonymised("gone").username.to_string();
        for name in ["nobody", "", "3", &gone] {
            assert_refused!(lab.add(&ann, id, name), Error::UnknownUser { pointer, name: it }
                if pointer == "/username" && it == name);
        }
        lab.service_account("furnace", lab.project("Steels", &ann).project.id, &ann);
        let outcome = lab.add(&ann, id, "furnace");
        assert_refused!(outcome, Error::ServiceAccount { pointer: "/username", name }
            if name.as_str() == "furnace");
    }

    fn a_member_leaves_or_is_taken_out(lab: &Lab) {
        let (id, ann, bob, carl) = three(lab);
        lab.join(id, &carl, MemberRole::Viewer);
        for (number, who) in (1..).zip([&bob, &carl]) {
            lab.token_of(who.user.id, number, grant("read"));
        }
        lab.remove(&bob, id, &id_of(&bob)).unwrap();
        lab.remove(&ann, id, &Who::Name(carl.user.username.clone())).unwrap();
        assert!(lab.details(id).members.is_empty());
        for who in [&bob, &carl] {
            assert_eq!(lab.status(who.user.id), UserStatus::Active);
            assert_eq!(lab.live_tokens(who.user.id), 1);
        }
    }

    fn the_owner_stays(lab: &Lab) {
        let (id, ann, ..) = three(lab);
        let root = lab.administrator("root");
        let leaves = lab.remove(&ann, id, &id_of(&ann));
        assert_refused!(leaves, Error::Forbidden(Permission::LeaveProject));
        let outcome = lab.remove(&root, id, &id_of(&ann));
        assert_refused!(outcome, Error::Database(Database::OwnerStays));
        let outcome = lab.set_role(&root, id, &id_of(&ann), MemberRole::Viewer);
        assert_refused!(outcome, Error::Database(Database::OwnerStays));
        assert_eq!(lab.details(id).project.owner.id, ann.user.id);
    }

    fn who_does_not_belong_to_it_is_no_member(lab: &Lab) {
        let (id, ann, bob, carl) = three(lab);
        for who in [id_of(&carl), Who::Id(UserId(404)), Who::Nothing] {
            assert_refused!(lab.remove(&ann, id, &who), Error::NotFound("member"));
            let made = lab.set_role(&ann, id, &who, MemberRole::Viewer);
            assert_refused!(made, Error::NotFound("member"));
            // Nor does a refusal tell who is there.
            let outcome = lab.remove(&bob, id, &who);
            assert_refused!(outcome, Error::Forbidden(Permission::ManageMembers));
        }
    }

    fn a_member_is_made_something_else(lab: &Lab) {
        let (id, ann, bob, _) = three(lab);
        for role in [MemberRole::Maintainer, MemberRole::Viewer, MemberRole::Member] {
            let made = lab.set_role(&ann, id, &id_of(&bob), role).unwrap();
            assert_eq!(roles(&made), [(bob.user.id, role.into())]);
        }
    }

    fn an_instrument_never_looks_after_its_project(lab: &Lab) {
        let (id, ann, ..) = three(lab);
        let who = Who::Id(lab.service_account("furnace", id, &ann).id);
        let outcome = lab.set_role(&ann, id, &who, MemberRole::Maintainer);
        assert_refused!(outcome, Error::ServiceAccount { pointer: "/role", .. });
        let made = lab.set_role(&ann, id, &who, MemberRole::Viewer).unwrap();
        assert_eq!(made.members[1].role, MemberRole::Viewer.into());
    }

    fn an_instrument_that_is_taken_out_is_switched_off(lab: &Lab) {
        let (id, ann, ..) = three(lab);
        let furnace = lab.service_account("furnace", id, &ann).id;
        lab.token_of(furnace, 1, grant("write"));
        lab.remove(&ann, id, &Who::Id(furnace)).unwrap();
        assert_eq!(lab.status(furnace), UserStatus::Disabled);
        assert_eq!(lab.live_tokens(furnace), 0);
    }

    fn whoever_had_the_project_stays_a_member(lab: &Lab) {
        let (id, ann, bob, carl) = three(lab);
        let after = lab.hand_over(&ann, id, "Carl").unwrap();
        assert_eq!(after.project.owner, carl.user.summary());
        let member = ProjectRole::Made(MemberRole::Member);
        assert_eq!(roles(&after), [(ann.user.id, member), (bob.user.id, member)]);
        let again = lab.hand_over(&ann, id, "ann");
        assert_refused!(again, Error::Forbidden(Permission::HandOverProject));
    }

    fn a_project_is_handed_to_its_owner_in_vain(lab: &Lab) {
        let (id, ann, ..) = three(lab);
        let (before, events) = (lab.details(id), lab.events(id));
        assert_eq!(lab.hand_over(&ann, id, "ann").unwrap(), before);
        assert_eq!(lab.events(id), events, "what changes nothing is not recorded");
    }

    fn a_project_is_handed_to_someone_who_can_look_after_it(lab: &Lab) {
        let (id, ann, ..) = three(lab);
        lab.someone(&NewUser { approved: false, ..new_user("waits") });
        let off = lab.person("off").user.id;
        lab.prepare(|tx| omicron_persistence::users::set_disabled(tx, off, true));
        for name in ["waits", "off", "nobody"] {
            let outcome = lab.hand_over(&ann, id, name);
            assert_refused!(outcome, Error::UnknownUser { pointer, name: it }
                if pointer == "/username" && it == name);
        }
        lab.service_account("furnace", id, &ann);
        let outcome = lab.hand_over(&ann, id, "furnace");
        assert_refused!(outcome, Error::ServiceAccount { pointer: "/username", .. });
        assert_eq!(lab.details(id).project.owner.id, ann.user.id);
    }
}
