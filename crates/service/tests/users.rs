//! People: how they come, and what becomes of them.

use crate::support::{
    Lab, assert_refused, at_once, grant, id_of, lab as fixture, new_user, parsed,
};
use omicron_auth::Caller;
use omicron_domain::{
    NewUser, Page, Permission, Reference, User, UserFilter, UserId, UserStatus, UserWithProjects,
};
use omicron_persistence::users as stored;
use omicron_service::Error;
use omicron_service::users::{self, Who};
use omicron_tests::on_both;

impl Lab {
    fn waiting(&self, name: &str) -> Caller {
        self.someone(&NewUser { approved: false, ..new_user(name) })
    }

    fn switch(&self, by: &Caller, who: &Who, disabled: bool) -> Result<User, Error> {
        self.write_alone(by, |tx| users::set_disabled(tx, by, who, disabled))
    }
}

on_both! {
    fn only_administrators_ask_for_people_by_status(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        lab.waiting("bob");
        let list = |by: &Caller, status| {
            let filter = UserFilter { status, ..UserFilter::default() };
            let list = lab.read(by, |view| users::list(view, by, &filter, Page::default()));
            let names = |user: UserWithProjects| user.user.username.to_string();
            list.map(|list| list.items.into_iter().map(names).collect::<Vec<_>>())
        };
        assert_eq!(list(&ann, None).unwrap(), ["ann", "root", "bob"]);
        assert_eq!(list(&root, Some(UserStatus::Pending)).unwrap(), ["bob"]);
        let outcome = list(&ann, Some(UserStatus::Active));
        assert_refused!(outcome, Error::Forbidden(Permission::ManageUsers));
        let reads = lab.with_token(&root, 1, grant("read"));
        let outcome = list(&reads, Some(UserStatus::Active));
        assert_refused!(outcome, Error::OutOfScope(Permission::ManageUsers));
    }

    fn a_person_is_shown_with_what_the_caller_may_see(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let project = lab.project("Alloys", &ann).project;
        let find = |by: &Caller, who: &Who| lab.read(by, |view| users::find(view, who));
        assert_eq!(find(&ann, &id_of(&ann)).unwrap().projects, [project]);
        assert!(find(&bob, &Who::Name(parsed("ANN"))).unwrap().projects.is_empty());
        for who in [Who::Nothing, Who::Id(UserId(404)), Who::Name(parsed("nobody"))] {
            assert_refused!(find(&ann, &who), Error::NotFound("user"));
        }
    }

    fn an_administrator_lets_people_in(lab: &Lab) {
        let (ann, root, bob) = (lab.person("ann"), lab.administrator("root"), lab.waiting("bob"));
        let approve = |by: &Caller, who: &Who| lab.write(by, |tx| users::approve(tx, by, who));
        let outcome = approve(&ann, &id_of(&bob));
        assert_refused!(outcome, Error::Forbidden(Permission::ManageUsers));
        let writes = lab.with_token(&root, 1, grant("write"));
        let outcome = approve(&writes, &id_of(&bob));
        assert_refused!(outcome, Error::OutOfScope(Permission::ManageUsers));
        assert_eq!(lab.status(bob.user.id), UserStatus::Pending);
        assert_eq!(approve(&root, &id_of(&bob)).unwrap().status, UserStatus::Active);
        assert_refused!(approve(&root, &Who::Nothing), Error::NotFound("user"));
        let gone = Who::Id(lab.anonymised("gone").id);
        assert_refused!(approve(&root, &gone), Error::Anonymised(_));
    }

    fn an_administrator_switches_people_off_and_on(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        let who = id_of(&ann);
        for by in [&ann, &bob] {
            let outcome = lab.switch(by, &who, true);
            assert_refused!(outcome, Error::Forbidden(Permission::ManageUsers));
        }
        lab.token_of(ann.user.id, 1, grant("read"));
        lab.token_of(bob.user.id, 2, grant("read"));
        for _ in 0..2 {
            assert_eq!(lab.switch(&root, &who, true).unwrap().status, UserStatus::Disabled);
        }
        assert_eq!((lab.live_tokens(ann.user.id), lab.live_tokens(bob.user.id)), (0, 1));
        for _ in 0..2 {
            assert_eq!(lab.switch(&root, &who, false).unwrap().status, UserStatus::Active);
        }
        assert_eq!(lab.events(ann.user.id), 3, "what changes nothing is not recorded");
        assert_refused!(lab.switch(&root, &Who::Nothing, true), Error::NotFound("user"));
        let gone = Who::Id(lab.anonymised("gone").id);
        for disabled in [true, false] {
            assert_refused!(lab.switch(&root, &gone, disabled), Error::Anonymised(_));
        }
    }

    fn someone_is_left_to_look_after_the_server(lab: &Lab) {
        let (root, ann) = (lab.administrator("root"), lab.person("ann"));
        let waits = NewUser { approved: false, administrator: true, ..new_user("waits") };
        let waits = lab.someone(&waits);
        let last = lab.switch(&root, &id_of(&root), true);
        assert_refused!(last, Error::LastAdministrator);
        let last = lab.write_alone(&root, |tx| users::switch(tx, &id_of(&root), true));
        assert_refused!(last, Error::LastAdministrator);
        let last = lab.write_alone(&root, |tx| users::anonymise(tx, &root, &id_of(&root)));
        assert_refused!(last, Error::LastAdministrator);
        assert_eq!(lab.status(root.user.id), UserStatus::Active);
        assert_eq!(lab.switch(&root, &id_of(&root), false).unwrap(), root.user, "on already");
        // It is not about those who are none, nor about one who can't log in.
        for other in [&ann, &waits] {
            lab.switch(&root, &id_of(other), true).unwrap();
            lab.write_alone(&root, |tx| users::anonymise(tx, &root, &id_of(other))).unwrap();
        }
        let second = lab.administrator("second");
        lab.switch(&second, &id_of(&root), true).unwrap();
        assert_refused!(lab.switch(&second, &id_of(&second), true), Error::LastAdministrator);
        lab.switch(&second, &id_of(&root), false).unwrap();
        lab.write_alone(&root, |tx| users::switch(tx, &id_of(&second), true)).unwrap();
    }

    fn a_person_is_made_unknown(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        let anonymise = |by: &Caller, who: &Who| {
            lab.write_alone(by, |tx| users::anonymise(tx, by, who))
        };
        for by in [&ann, &bob] {
            let outcome = anonymise(by, &id_of(&ann));
            assert_refused!(outcome, Error::Forbidden(Permission::AnonymiseUser));
        }
        assert_refused!(anonymise(&root, &Who::Nothing), Error::NotFound("user"));
        let [alloys, steels] = ["Alloys", "Steels"].map(|name| lab.project(name, &bob).project.id);
        for id in [alloys, steels] {
            lab.join(id, &ann, omicron_domain::MemberRole::Member);
        }
        let outcome = anonymise(&root, &id_of(&bob));
        assert_refused!(outcome, Error::OwnsProjects { name, count: 2 } if name == bob.user.username);
        let gone = anonymise(&root, &id_of(&ann)).unwrap();
        assert_eq!((gone.status, gone.id), (UserStatus::Anonymised, ann.user.id));
        assert_ne!(gone.username, ann.user.username);
        for id in [alloys, steels] {
            assert!(lab.details(id).members.is_empty());
        }
        assert_eq!(anonymise(&root, &id_of(&ann)).unwrap(), gone, "once is enough");
    }

    fn an_address_is_changed_by_its_owner_or_an_administrator(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        let email = parsed("new@example.org");
        let change = |by: &Caller, who: &Who, unchanged| {
            lab.attempt(by, |tx| users::change_email(tx, by, who, &email, &move |_| unchanged))
        };
        for by in [&ann, &root] {
            assert_eq!(change(by, &id_of(&ann), true).unwrap().user.email, email);
            assert_refused!(change(by, &id_of(&ann), false), Error::Changed);
        }
        for unchanged in [true, false] {
            let outcome = change(&bob, &id_of(&ann), unchanged);
            assert_refused!(outcome, Error::Forbidden(Permission::ChangeEmail));
        }
        let reads = lab.with_token(&ann, 1, grant("read"));
        let outcome = change(&reads, &id_of(&ann), true);
        assert_refused!(outcome, Error::OutOfScope(Permission::ChangeEmail));
        assert_refused!(change(&root, &Who::Nothing, true), Error::NotFound("user"));
        let gone = Who::Id(lab.anonymised("gone").id);
        assert_refused!(change(&root, &gone, true), Error::Anonymised(_));
        let before = lab.read(&ann, |view| users::find(view, &id_of(&ann))).unwrap();
        let seen = lab.attempt(&ann, |tx| {
            users::change_email(tx, &ann, &id_of(&ann), &email, &|it| *it == before)
        });
        seen.unwrap();
    }

    fn of_many_who_change_the_same_state_at_once_one_succeeds(lab: &Lab) {
        let ann = lab.person("ann");
        let who = id_of(&ann);
        for number in 0..5 {
            let before = lab.read(&ann, |view| users::find(view, &who)).unwrap();
            let email = parsed(&format!("{number}@example.org"));
            let outcomes = at_once(|| {
                let seen = |it: &UserWithProjects| *it == before;
                lab.write(&ann, |tx| users::change_email(tx, &ann, &who, &email, &seen))
            });
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
            for outcome in outcomes.into_iter().filter(Result::is_err) {
                assert_refused!(outcome, Error::Changed);
            }
        }
    }

    fn a_password_is_its_owners_matter_alone(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        let own = |by: &Caller, who: &Who| lab.read(by, |view| users::own_account(view, by, who));
        assert_eq!(own(&ann, &Who::Name(parsed("ANN"))).unwrap(), ann.user);
        let outcome = own(&root, &id_of(&ann));
        assert_refused!(outcome, Error::Forbidden(Permission::ChangePassword));
        let reads = lab.with_token(&ann, 1, grant("read"));
        let outcome = own(&reads, &id_of(&ann));
        assert_refused!(outcome, Error::OutOfScope(Permission::ChangePassword));
        own(&lab.with_token(&ann, 2, grant("write")), &id_of(&ann)).unwrap();
        assert_refused!(own(&ann, &Who::Nothing), Error::NotFound("user"));
    }

    fn a_new_password_ends_all_tokens_of_its_owner(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        for (number, who) in (1..).zip([&ann, &ann, &bob]) {
            lab.token_of(who.user.id, number, grant("read"));
        }
        let change = |proof, hash: &str| {
            lab.write(&ann, |tx| users::change_password(tx, &id_of(&ann), proof, hash))
        };
        assert_refused!(change(bob.proof, "$2b$04$third"), Error::Changed);
        assert_eq!(lab.live_tokens(ann.user.id), 2);
        assert_eq!(lab.stored_hash(&ann), "$2b$04$of-ann");
        assert_eq!(change(ann.proof, "$2b$04$new").unwrap().id, ann.user.id);
        assert_eq!(lab.stored_hash(&ann), "$2b$04$new");
        assert_eq!((lab.live_tokens(ann.user.id), lab.live_tokens(bob.user.id)), (0, 1));
        assert_refused!(change(ann.proof, "$2b$04$third"), Error::Changed);
        change(None, "$2b$04$by-command").unwrap();
        assert_eq!(lab.stored_hash(&ann), "$2b$04$by-command");
    }

    fn nothing_of_someone_unknown_is_changed(lab: &Lab) {
        let root = lab.administrator("root");
        let gone = lab.anonymised("gone");
        let who = Reference::Id(gone.id);
        let outcome = lab.write(&root, |tx| users::change_password(tx, &who, None, "$2b$04$new"));
        assert_refused!(outcome, Error::Anonymised(name) if name == gone.username);
        let nobody = Who::Id(UserId(404));
        let outcome = lab.write(&root, |tx| users::change_password(tx, &nobody, None, "$2b$04$new"));
        assert_refused!(outcome, Error::NotFound("user"));
        let found = lab.db.read(root.viewer(), |view| stored::find_with_password(view, &gone.username));
        assert_eq!(found.unwrap().unwrap().1, "!");
    }
}
