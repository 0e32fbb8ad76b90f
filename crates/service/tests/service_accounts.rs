//! Accounts that stand for instruments, and their tokens.

use crate::support::{
    Lab, assert_refused, grant, id_of, lab as fixture, new_user, noon, parsed, within,
};
use chrono::TimeDelta;
use omicron_auth::{Caller, PasswordProof};
use omicron_domain::{
    Credential, MemberRole, NewUser, Permission, ProjectId, Scopes, Token, User, UserId,
};
use omicron_persistence::{Error as Database, users};
use omicron_service::projects::Which;
use omicron_service::service_accounts::{self, Draft};
use omicron_service::tokens::LONGEST;
use omicron_service::users::Who;
use omicron_service::{Error, members};
use omicron_tests::on_both;

fn draft(lifetime: Option<TimeDelta>) -> Draft {
    let scopes: Scopes = "read ingest".parse().unwrap();
    Draft { name: Some(parsed("at the window")), scopes, lifetime }
}

/// Ann, her project, and an instrument of it.
fn furnace(lab: &Lab) -> (Caller, ProjectId, User) {
    let ann = lab.person("ann");
    let id = lab.project("Alloys", &ann).project.id;
    let account = lab.service_account("furnace", id, &ann);
    (ann, id, account)
}

impl Lab {
    fn issue_to(
        &self,
        by: &Caller,
        (id, who): (ProjectId, &Who),
        draft: &Draft,
    ) -> Result<Token, Error> {
        let place = (&Which::Id(id), who);
        self.attempt(by, |tx| service_accounts::create_token(tx, by, place, &[9; 32], draft))
    }

    fn tokens(&self, by: &Caller, id: ProjectId, who: &Who) -> Result<Vec<Token>, Error> {
        self.read(by, |view| service_accounts::list_tokens(view, by, &Which::Id(id), who))
    }
}

on_both! {
    fn an_instrument_belongs_to_its_project_and_has_no_persons_address(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let id = lab.project("Alloys", &ann).project.id;
        lab.join(id, &bob, MemberRole::Maintainer);
        let which = Which::Id(id);
        for (name, role) in [("furnace", MemberRole::Viewer), ("balance", MemberRole::Member)] {
            let name = parsed(name);
            let made =
                lab.write(&bob, |tx| service_accounts::create(tx, &bob, &which, &name, role));
            let made = made.unwrap();
            assert!(made.service_account && !made.administrator);
            assert_eq!(made.email.as_str(), "nobody@service.invalid");
            let details = lab.details(id);
            let member = details.members.iter().find(|member| member.user.id == made.id).unwrap();
            assert_eq!(member.role, role.into());
        }
    }

    fn an_instrument_is_not_made_to_look_after_the_project(lab: &Lab) {
        let (ann, id, _) = furnace(lab);
        let make = |name: &str, role| {
            let (which, name) = (Which::Id(id), parsed(name));
            lab.write(&ann, |tx| service_accounts::create(tx, &ann, &which, &name, role))
        };
        let outcome = make("balance", MemberRole::Maintainer);
        assert_refused!(outcome, Error::ServiceAccount { pointer: "/role", name }
            if name.as_str() == "balance");
        let outcome = make("ANN", MemberRole::Member);
        assert_refused!(outcome, Error::Database(Database::UsernameTaken));
        assert_eq!(lab.details(id).members.len(), 1, "only the furnace is there");
    }

    fn instruments_are_listed_and_people_are_not(lab: &Lab) {
        let (ann, id, furnace) = furnace(lab);
        let bob = lab.person("bob");
        let list = |by: &Caller| {
            lab.read(by, |view| service_accounts::list(view, &Which::Id(id)))
        };
        assert_refused!(list(&bob), Error::NotFound("project"));
        lab.join(id, &bob, MemberRole::Viewer);
        let balance = lab.service_account("balance", id, &ann);
        lab.service_account("other", lab.project("Steels", &ann).project.id, &ann);
        assert_eq!(list(&bob).unwrap(), [furnace, balance]);
    }

    fn a_token_of_an_instrument_is_good_in_its_project_alone(lab: &Lab) {
        let (ann, id, account) = furnace(lab);
        let place = (id, &Who::Id(account.id));
        let token = lab.issue_to(&ann, place, &draft(None)).unwrap();
        assert_eq!(token.user, account.id);
        assert_eq!(token.name, Some(parsed("at the window")));
        assert_eq!(token.grant.project, Some(id));
        assert_eq!(token.grant.scopes.to_string(), "ingest read");
        assert_eq!(token.expiration_date, None);
        let hour = TimeDelta::hours(1);
        for (wanted, given) in [(hour, hour), (LONGEST + hour, LONGEST)] {
            let token = lab.issue_to(&ann, place, &draft(Some(wanted))).unwrap();
            assert_eq!(token.expiration_date, Some(noon() + given));
        }
    }

    fn only_an_instrument_of_the_project_gets_a_token_there(lab: &Lab) {
        let (ann, id, account) = furnace(lab);
        let steels = lab.project("Steels", &ann).project.id;
        let other = lab.service_account("other", steels, &ann);
        let strangers =
            [Who::Id(other.id), id_of(&ann), Who::Id(UserId(404)), Who::Name(parsed("nobody"))];
        for who in &strangers {
            let outcome = lab.issue_to(&ann, (id, who), &draft(None));
            assert_refused!(outcome, Error::NotFound("service account"));
            assert_refused!(lab.tokens(&ann, id, who), Error::NotFound("service account"));
        }
        let outcome = lab.issue_to(&ann, (steels, &Who::Id(account.id)), &draft(None));
        assert_refused!(outcome, Error::NotFound("service account"));
    }

    fn whoever_makes_a_token_has_just_shown_their_password(lab: &Lab) {
        let (ann, id, account) = furnace(lab);
        let place = (id, &Who::Id(account.id));
        let with = |credential, proof| Caller { credential, proof, ..ann.clone() };
        for proof in [None, Some(PasswordProof::of("$2b$04$another"))] {
            let outcome = lab.issue_to(&with(Credential::Password, proof), place, &draft(None));
            assert_refused!(outcome, Error::StaleCredentials);
        }
        let outcome = lab.issue_to(&with(Credential::CommandLine, ann.proof), place, &draft(None));
        assert_refused!(outcome, Error::PasswordNeeded);
        let outcome = lab.issue_to(&lab.with_token(&ann, 1, within(id)), place, &draft(None));
        assert_refused!(outcome, Error::PasswordNeeded);
    }

    fn those_who_look_after_an_instrument_see_its_tokens(lab: &Lab) {
        let (ann, id, account) = furnace(lab);
        let root = lab.administrator("root");
        let [viewer, bob, max, stranger] =
            ["viewer", "bob", "max", "stranger"].map(|name| lab.person(name));
        lab.join(id, &viewer, MemberRole::Viewer);
        lab.join(id, &bob, MemberRole::Member);
        lab.join(id, &max, MemberRole::Maintainer);
        let tokens = [1, 2].map(|number| lab.token_of(account.id, number, grant("read")));
        let who = Who::Name(account.username);
        for _ in 0..2 {
            for by in [&ann, &max, &root] {
                let ids = lab.tokens(by, id, &who).unwrap().into_iter().map(|token| token.id);
                assert_eq!(ids.collect::<Vec<_>>(), [tokens[1].id, tokens[0].id]);
            }
            for by in [&viewer, &bob] {
                let outcome = lab.tokens(by, id, &who);
                assert_refused!(outcome, Error::Forbidden(Permission::ManageServiceAccounts));
            }
            assert_refused!(lab.tokens(&stranger, id, &who), Error::NotFound("project"));
            // And so it is in an archived project.
            lab.archive(id);
        }
        lab.clock.advance(TimeDelta::hours(1));
        assert!(lab.tokens(&ann, id, &who).unwrap().is_empty(), "they have expired");
    }

    fn an_instrument_does_not_look_after_itself(lab: &Lab) {
        let (_, id, account) = furnace(lab);
        let who = Who::Id(account.id);
        let account = Caller {
            user: account,
            credential: Credential::Password,
            grant: None,
            proof: None,
        };
        let itself = lab.with_token(&account, 1, within(id));
        let outcome = lab.tokens(&itself, id, &who);
        assert_refused!(outcome, Error::Forbidden(Permission::ManageServiceAccounts));
        let outcome = lab.write(&itself, |tx| {
            members::remove(tx, &itself, &Which::Id(id), &who, &|_| true)
        });
        outcome.unwrap();
        assert_eq!(lab.live_tokens(account.user.id), 0, "it left, and so it is switched off");
    }

    fn someone_who_waits_or_is_switched_off_makes_no_token(lab: &Lab) {
        let waits = lab.someone(&NewUser { approved: false, ..new_user("waits") });
        let off = lab.person("off");
        for (name, by) in [("Alloys", &waits), ("Steels", &off)] {
            let id = lab.project(name, by).project.id;
            let account = lab.prepare(|tx| {
                users::create_service_account(tx, &parsed(&format!("in-{name}")))
            });
            lab.prepare(|tx| {
                let role = MemberRole::Member;
                omicron_persistence::projects::add_member(tx, id, account.id, role)
            });
            if name == "Steels" {
                lab.prepare(|tx| users::set_disabled(tx, off.user.id, true));
            }
            let outcome = lab.issue_to(by, (id, &Who::Id(account.id)), &draft(None));
            assert_refused!(outcome, Error::StaleCredentials);
        }
    }
}
