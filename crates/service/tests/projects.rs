//! How projects begin, change and end.

use crate::records::{place, titled};
use crate::support::{Lab, assert_refused, grant, lab as fixture, new_user, parsed, within};
use omicron_auth::Caller;
use omicron_domain::{NewUser, Page, Permission, ProjectChange, ProjectDetails, UserStatus};
use omicron_persistence::Error as Database;
use omicron_service::projects::{self, Draft, Which};
use omicron_service::records::{Base, set_trashed};
use omicron_service::{Error, users};
use omicron_tests::on_both;

fn draft(owner: Option<&str>, members: &[&str]) -> Draft {
    Draft {
        name: parsed("Alloys"),
        description: parsed("Hardness of aluminium alloys"),
        owner: owner.map(str::to_owned),
        members: members.iter().map(|&name| name.to_owned()).collect(),
    }
}

impl Lab {
    fn begin(&self, by: &Caller, draft: &Draft) -> Result<ProjectDetails, Error> {
        self.attempt(by, |tx| projects::create(tx, by, draft))
    }

    fn names(&self, by: &Caller, archived: Option<bool>) -> Vec<String> {
        let list = self.read(by, |view| projects::list(view, archived, Page::default())).unwrap();
        assert_eq!(list.total, i64::try_from(list.items.len()).ok());
        list.items.iter().map(|project| project.name.to_string()).collect()
    }
}

on_both! {
    fn a_project_belongs_to_whoever_begins_it(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        for owner in [None, Some("ann"), Some("ANN")] {
            let made = lab.begin(&ann, &draft(owner, &["BOB", "ann"])).unwrap();
            assert_eq!(made.project.owner, ann.user.summary());
            let members: Vec<_> = made.members.into_iter().map(|member| member.user).collect();
            assert_eq!(members, [bob.user.summary()]);
        }
    }

    fn only_an_administrator_begins_a_project_for_someone_else(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        let for_others = Permission::CreateProjectsForOthers;
        let outcome = lab.begin(&ann, &draft(Some("bob"), &[]));
        assert_refused!(outcome, Error::Forbidden(it) if it == for_others);
        // Nor does the answer tell who is there.
        let outcome = lab.begin(&ann, &draft(Some("nobody"), &[]));
        assert_refused!(outcome, Error::Forbidden(it) if it == for_others);
        let made = lab.begin(&root, &draft(Some("bob"), &[])).unwrap();
        assert_eq!(made.project.owner, bob.user.summary());
        let writes = lab.with_token(&root, 1, grant("write"));
        let outcome = lab.begin(&writes, &draft(Some("bob"), &[]));
        assert_refused!(outcome, Error::OutOfScope(it) if it == for_others);
    }

    fn who_is_named_has_to_be_there(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        lab.service_account("furnace", lab.project("Steels", &ann).project.id, &ann);
        for name in ["nobody", "", "12"] {
            let outcome = lab.begin(&root, &draft(Some(name), &[]));
            assert_refused!(outcome, Error::UnknownUser { pointer, name: it }
                if pointer == "/owner" && it == name);
            let outcome = lab.begin(&root, &draft(None, &["ann", name]));
            assert_refused!(outcome, Error::UnknownUser { pointer, name: it }
                if pointer == "/members/1" && it == name);
        }
        let outcome = lab.begin(&root, &draft(Some("furnace"), &[]));
        assert_refused!(outcome, Error::ServiceAccount { pointer: "/owner", .. });
        let outcome = lab.begin(&root, &draft(None, &["furnace"]));
        assert_refused!(outcome, Error::UnknownUser { pointer, .. } if pointer == "/members/0");
    }

    fn a_project_belongs_to_someone_who_can_look_after_it(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        lab.someone(&NewUser { approved: false, ..new_user("waits") });
        let gone = lab.anonymised("gone").username.to_string();
        for name in ["waits", &gone] {
            let outcome = lab.begin(&root, &draft(Some(name), &[]));
            assert_refused!(outcome, Error::UnknownUser { pointer, name: it }
                if pointer == "/owner" && it == name);
        }
        // Who waits, or is switched off, is a member as before; who is gone for good is nobody.
        lab.begin(&root, &draft(None, &["waits", "bob"])).unwrap();
        let outcome = lab.begin(&root, &draft(None, &["waits", "bob", &gone]));
        assert_refused!(outcome, Error::UnknownUser { pointer, name }
            if pointer == "/members/2" && name == gone);
        // Nor to someone who was switched off a moment ago.
        lab.prepare(|tx| omicron_persistence::users::set_disabled(tx, ann.user.id, true));
        assert_refused!(lab.begin(&ann, &draft(None, &[])), Error::StaleCredentials);
        lab.begin(&bob, &draft(None, &["ann"])).unwrap();
    }

    fn not_everyone_begins_a_project(lab: &Lab) {
        let ann = lab.person("ann");
        let project = lab.project("Steels", &ann).project.id;
        let grants = [grant("read"), grant("ingest"), within(project)];
        for (number, grant) in (1..).zip(grants) {
            let outcome = lab.begin(&lab.with_token(&ann, number, grant), &draft(None, &[]));
            assert_refused!(outcome, Error::OutOfScope(Permission::CreateProjects));
        }
        let waits = lab.someone(&NewUser { approved: false, ..new_user("waits") });
        assert_refused!(lab.begin(&waits, &draft(None, &[])), Error::StaleCredentials);
    }

    fn a_name_is_taken_once(lab: &Lab) {
        let ann = lab.person("ann");
        lab.project("ALLOYS", &ann);
        let outcome = lab.begin(&ann, &draft(None, &[]));
        assert_refused!(outcome, Error::Database(Database::ProjectNameTaken));
    }

    fn a_project_is_shown_to_those_who_belong_to_it(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        let made = lab.project("Alloys", &ann);
        lab.archive(lab.project("Steels", &ann).project.id);
        for by in [&ann, &root] {
            assert_eq!(lab.names(by, None), ["Alloys", "Steels"]);
            assert_eq!(lab.names(by, Some(false)), ["Alloys"]);
            assert_eq!(lab.names(by, Some(true)), ["Steels"]);
            for which in [Which::Id(made.project.id), Which::Name(parsed("alloys"))] {
                assert_eq!(lab.read(by, |view| projects::find(view, &which)).unwrap(), made);
            }
        }
        assert!(lab.names(&bob, None).is_empty());
        let hidden = lab.read(&bob, |view| projects::find(view, &Which::Id(made.project.id)));
        assert_refused!(hidden, Error::NotFound("project"));
    }

    fn a_project_is_renamed_and_described(lab: &Lab) {
        let ann = lab.person("ann");
        let made = lab.project("Alloys", &ann);
        lab.project("Steels", &ann);
        let which = Which::Id(made.project.id);
        let change = |change: ProjectChange| {
            lab.write(&ann, |tx| projects::change(tx, &ann, &which, &change, &|_| true))
        };
        assert_eq!(change(ProjectChange::default()).unwrap(), made);
        assert_eq!(lab.events(made.project.id), 1, "what changes nothing is not recorded");
        let taken = ProjectChange { name: Some(parsed("steels")), description: None };
        assert_refused!(change(taken), Error::Database(Database::ProjectNameTaken));
        let renamed = change(ProjectChange { name: Some(parsed("Brass")), description: None });
        assert_eq!(renamed.unwrap().project.name, parsed("Brass"));
        let text = ProjectChange { name: None, description: Some(parsed("of copper and zinc")) };
        let described = change(text).unwrap().project;
        assert_eq!(described.description, parsed("of copper and zinc"));
        assert_eq!(described.name, parsed("Brass"));
    }

    fn a_project_is_put_away_and_taken_out_again(lab: &Lab) {
        let ann = lab.person("ann");
        let made = lab.project("Alloys", &ann);
        let which = Which::Id(made.project.id);
        let put = |archived| {
            let put = lab.write(&ann, |tx| {
                projects::set_archived(tx, &ann, &which, archived, &|_| true)
            });
            put.unwrap().project.date_archived
        };
        assert_eq!(put(true), Some(crate::support::noon()));
        assert_eq!(put(true), Some(crate::support::noon()));
        assert_eq!(put(false), None);
        assert_eq!(lab.events(made.project.id), 3, "what changes nothing is not recorded");
    }

    fn what_belongs_to_a_deleted_project_ends_with_it(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let id = lab.project("Alloys", &ann).project.id;
        let steels = lab.project("Steels", &ann).project.id;
        lab.join(id, &bob, omicron_domain::MemberRole::Member);
        let furnace = lab.service_account("furnace", id, &ann);
        let balance = lab.service_account("balance", steels, &ann);
        for (number, user) in (1..).zip([ann.user.id, bob.user.id, furnace.id, balance.id]) {
            lab.token_of(user, number, grant("read"));
        }
        lab.write(&ann, |tx| projects::delete(tx, &ann, &Which::Id(id), &|_| true)).unwrap();
        assert_eq!(lab.names(&ann, None), ["Steels"]);
        assert_eq!(lab.status(furnace.id), UserStatus::Disabled);
        assert_eq!(lab.live_tokens(furnace.id), 0);
        for other in [ann.user.id, bob.user.id, balance.id] {
            assert_eq!(lab.status(other), UserStatus::Active);
            assert_eq!(lab.live_tokens(other), 1);
        }
    }

    fn a_project_that_holds_what_people_have_written_stays(lab: &Lab) {
        let ann = lab.person("ann");
        let delete = |id| lab.write(&ann, |tx| projects::delete(tx, &ann, &Which::Id(id), &|_| true));
        let [full, planned] = ["Alloys", "Steels"].map(|name| lab.project(name, &ann).project.id);
        let made = lab.begin_record(&ann, full, &titled("Ingot")).unwrap();
        lab.write(&ann, |tx| set_trashed(tx, &ann, &place(full, &made), &Base::Any, true)).unwrap();
        lab.template_of(&ann, planned, vec![]);
        for id in [full, planned] {
            assert_refused!(delete(id), Error::NotEmpty);
            assert_eq!(lab.actions(id), ["project.created"]);
        }
    }

    fn an_instrument_that_is_switched_off_already_stays_so_when_its_project_ends(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        let id = lab.project("Alloys", &ann).project.id;
        let furnace = lab.service_account("furnace", id, &ann);
        let who = users::Who::Id(furnace.id);
        lab.write_alone(&root, |tx| users::set_disabled(tx, &root, &who, true)).unwrap();
        lab.write(&ann, |tx| projects::delete(tx, &ann, &Which::Id(id), &|_| true)).unwrap();
        assert_eq!(lab.status(furnace.id), UserStatus::Disabled);
        assert_eq!(lab.events(furnace.id), 2, "it was made and switched off, and no more");
    }
}
