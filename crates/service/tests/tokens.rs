//! Tokens of one's own, and who ends which.

use crate::support::{Lab, assert_refused, grant, lab as fixture, noon, parsed, within};
use chrono::TimeDelta;
use omicron_auth::{Caller, PasswordProof};
use omicron_domain::{Credential, Grant, MemberRole, Permission, ProjectId, Token, TokenId};
use omicron_persistence::users;
use omicron_service::projects::Which as Project;
use omicron_service::tokens::{self, Draft, LONGEST, Which};
use omicron_service::{Error, members};
use omicron_tests::on_both;

fn draft() -> Draft {
    let (name, scopes) = (Some(parsed("laptop")), "read".parse().unwrap());
    Draft { name, scopes, project: None, lifetime: TimeDelta::hours(1) }
}

impl Lab {
    fn make(&self, by: &Caller, draft: &Draft) -> Result<Token, Error> {
        self.attempt(by, |tx| tokens::create(tx, by, &[99; 32], draft))
    }

    fn revoke(&self, by: &Caller, which: &Which) -> Result<(), Error> {
        self.write(by, |tx| tokens::revoke(tx, by, which))
    }

    fn live(&self, by: &Caller) -> Vec<TokenId> {
        let live = self.read(by, |view| tokens::list(view, by)).unwrap();
        live.into_iter().map(|token| token.id).collect()
    }
}

fn id_of(caller: &Caller) -> TokenId {
    let Credential::Token(id) = caller.credential else { panic!("{caller:?} has no token") };
    id
}

on_both! {
    fn a_token_is_made_as_it_was_asked_for(lab: &Lab) {
        let ann = lab.person("ann");
        let token = lab.make(&ann, &draft()).unwrap();
        assert_eq!((token.user, token.name), (ann.user.id, Some(parsed("laptop"))));
        assert_eq!(token.grant, grant("read"));
        assert_eq!(token.expiration_date, Some(noon() + TimeDelta::hours(1)));
        let longer = Draft { lifetime: LONGEST + TimeDelta::hours(1), ..draft() };
        let token = lab.make(&ann, &longer).unwrap();
        assert_eq!(token.expiration_date, Some(noon() + TimeDelta::days(36_500)));
    }

    fn a_token_is_limited_to_a_project_that_its_owner_sees(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let id = lab.project("Alloys", &ann).project.id;
        let limited = |project| Draft { project: Some(project), ..draft() };
        for which in [Project::Id(id), Project::Name(parsed("ALLOYS"))] {
            let token = lab.make(&ann, &limited(which.clone())).unwrap();
            assert_eq!(token.grant.project, Some(id));
            assert_refused!(lab.make(&bob, &limited(which)), Error::UnknownProject { .. });
        }
        for which in [Project::Id(ProjectId(404)), Project::Nothing] {
            assert_refused!(lab.make(&ann, &limited(which)), Error::UnknownProject { .. });
        }
    }

    fn a_token_takes_a_password(lab: &Lab) {
        let ann = lab.person("ann");
        let everything = lab.with_token(&ann, 1, grant("admin"));
        assert_refused!(lab.make(&everything, &draft()), Error::PasswordNeeded);
        let machine = Caller { credential: Credential::CommandLine, ..ann.clone() };
        assert_refused!(lab.make(&machine, &draft()), Error::PasswordNeeded);
        let unproven = Caller { proof: None, ..ann };
        assert_refused!(lab.make(&unproven, &draft()), Error::StaleCredentials);
    }

    fn a_password_that_was_changed_meanwhile_makes_no_token(lab: &Lab) {
        let ann = lab.person("ann");
        lab.prepare(|tx| users::set_password(tx, ann.user.id, "$2b$04$another"));
        assert_refused!(lab.make(&ann, &draft()), Error::StaleCredentials);
        let again = Caller { proof: Some(PasswordProof::of("$2b$04$another")), ..ann };
        lab.make(&again, &draft()).unwrap();
    }

    fn who_was_switched_off_meanwhile_makes_no_token(lab: &Lab) {
        let ann = lab.person("ann");
        lab.prepare(|tx| users::set_disabled(tx, ann.user.id, true));
        assert_refused!(lab.make(&ann, &draft()), Error::StaleCredentials);
    }

    fn everyone_sees_their_own_live_tokens(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        lab.token_of(ann.user.id, 1, grant("read"));
        lab.clock.advance(TimeDelta::minutes(30));
        let newer = [2, 3].map(|number| lab.token_of(ann.user.id, number, grant("read")).id);
        assert_eq!(lab.live(&ann).len(), 3);
        lab.clock.advance(TimeDelta::minutes(30));
        assert_eq!(lab.live(&ann), [newer[1], newer[0]], "the first has expired");
        assert!(lab.live(&bob).is_empty());
    }

    fn a_token_that_is_not_named_is_the_present_or_the_newest(lab: &Lab) {
        let ann = lab.person("ann");
        let callers = [1, 2, 3].map(|number| lab.with_token(&ann, number, grant("ingest")));
        let ids = callers.each_ref().map(id_of);
        lab.revoke(&callers[1], &Which::Present).unwrap();
        assert_eq!(lab.live(&ann), [ids[2], ids[0]]);
        assert_refused!(lab.revoke(&callers[1], &Which::Present), Error::NotFound("token"));
        lab.revoke(&ann, &Which::Present).unwrap();
        assert_eq!(lab.live(&ann), [ids[0]]);
        let machine = Caller { credential: Credential::CommandLine, ..ann.clone() };
        lab.revoke(&machine, &Which::Present).unwrap();
        assert_refused!(lab.revoke(&ann, &Which::Present), Error::NotFound("token"));
    }

    fn everyone_ends_their_own_tokens(lab: &Lab) {
        let ann = lab.person("ann");
        let ids = [1, 2].map(|number| lab.token_of(ann.user.id, number, grant("read")).id);
        lab.revoke(&ann, &Which::Hash([2; 32])).unwrap();
        assert_eq!(lab.live(&ann), [ids[0]]);
        lab.revoke(&ann, &Which::Id(ids[0])).unwrap();
        assert!(lab.live(&ann).is_empty());
        for gone in [Which::Hash([2; 32]), Which::Id(ids[0])] {
            assert_refused!(lab.revoke(&ann, &gone), Error::NotFound("token"));
        }
    }

    fn a_token_that_has_expired_is_not_there(lab: &Lab) {
        let ann = lab.person("ann");
        let token = lab.with_token(&ann, 1, grant("admin"));
        lab.clock.advance(TimeDelta::hours(1));
        for which in [Which::Hash([1; 32]), Which::Id(id_of(&token)), Which::Present] {
            for by in [&ann, &token] {
                assert_refused!(lab.revoke(by, &which), Error::NotFound("token"));
            }
        }
    }

    fn nobody_learns_which_tokens_others_have(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let token = lab.token_of(ann.user.id, 1, grant("read"));
        for which in [Which::Hash([1; 32]), Which::Id(token.id), Which::Id(TokenId(404))] {
            assert_refused!(lab.revoke(&bob, &which), Error::NotFound("token"));
        }
        assert_eq!(lab.live(&ann), [token.id]);
    }

    fn an_administrator_ends_anyones_tokens(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        let ids = [1, 2].map(|number| lab.token_of(ann.user.id, number, grant("read")).id);
        let writes = lab.with_token(&root, 3, grant("write"));
        let outcome = lab.revoke(&writes, &Which::Id(ids[0]));
        // It is not even told that they are there.
        assert_refused!(outcome, Error::NotFound("token"));
        lab.revoke(&root, &Which::Id(ids[0])).unwrap();
        lab.revoke(&lab.with_token(&root, 4, grant("admin")), &Which::Hash([2; 32])).unwrap();
        assert!(lab.live(&ann).is_empty());
    }

    fn any_token_ends_itself_and_takes_more_to_end_another(lab: &Lab) {
        let ann = lab.person("ann");
        let id = lab.project("Alloys", &ann).project.id;
        let other = lab.token_of(ann.user.id, 1, grant("read")).id;
        for (number, grant) in (2..).zip([grant("ingest"), grant("write"), within(id)]) {
            let weak = lab.with_token(&ann, number, grant);
            let outcome = lab.revoke(&weak, &Which::Id(other));
            assert_refused!(outcome, Error::OutOfScope(Permission::RevokeTokens));
            let outcome = lab.revoke(&weak, &Which::AllOf("ann".to_owned()));
            assert_refused!(outcome, Error::OutOfScope(Permission::RevokeTokens));
            lab.revoke(&weak, &Which::Hash([number; 32])).unwrap();
        }
        let strong = lab.with_token(&ann, 9, grant("admin"));
        lab.revoke(&strong, &Which::Id(other)).unwrap();
        lab.revoke(&strong, &Which::Id(id_of(&strong))).unwrap();
        assert!(lab.live(&ann).is_empty());
    }

    fn who_looks_after_an_instrument_ends_its_tokens(lab: &Lab) {
        let [ann, max, bob, stranger] =
            ["ann", "max", "bob", "stranger"].map(|name| lab.person(name));
        let id = lab.project("Alloys", &ann).project.id;
        lab.join(id, &max, MemberRole::Maintainer);
        lab.join(id, &bob, MemberRole::Member);
        let furnace = lab.service_account("furnace", id, &ann).id;
        for (number, by) in (1..).zip([&ann, &max]) {
            let token = lab.token_of(furnace, number, within(id)).id;
            for other in [&bob, &stranger] {
                let outcome = lab.revoke(other, &Which::Id(token));
                assert_refused!(outcome, Error::NotFound("token"));
            }
            // What looks after it, looks after people no more than others do.
            let theirs = lab.token_of(bob.user.id, number + 10, within(id)).id;
            assert_refused!(lab.revoke(by, &Which::Id(theirs)), Error::NotFound("token"));
            lab.revoke(by, &Which::Id(token)).unwrap();
            // And so it is in an archived project.
            lab.archive(id);
        }
        assert_eq!(lab.live_tokens(furnace), 0);
    }

    fn an_instrument_without_a_project_is_the_administrators_matter(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        let id = lab.project("Alloys", &ann).project.id;
        let furnace = lab.service_account("furnace", id, &ann).id;
        let (which, who) = (Project::Id(id), omicron_service::users::Who::Id(furnace));
        lab.write(&ann, |tx| members::remove(tx, &ann, &which, &who, &|_| true)).unwrap();
        let token = lab.token_of(furnace, 1, grant("read")).id;
        assert_refused!(lab.revoke(&ann, &Which::Id(token)), Error::NotFound("token"));
        lab.revoke(&root, &Which::Id(token)).unwrap();
    }

    fn all_tokens_of_a_person_end_at_once(lab: &Lab) {
        let (ann, bob, root) = (lab.person("ann"), lab.person("bob"), lab.administrator("root"));
        let all_of = |name: &str| Which::AllOf(name.to_owned());
        let give = |number| {
            lab.token_of(ann.user.id, number, grant("read"));
            lab.token_of(ann.user.id, number + 1, Grant::EVERYTHING);
        };
        lab.token_of(bob.user.id, 50, grant("read"));
        give(1);
        lab.revoke(&ann, &all_of("ANN")).unwrap();
        assert!(lab.live(&ann).is_empty());
        assert_refused!(lab.revoke(&ann, &all_of("ann")), Error::NotFound("token"));
        give(3);
        lab.revoke(&root, &all_of("Ann")).unwrap();
        assert!(lab.live(&ann).is_empty());
        assert_eq!(lab.live(&bob).len(), 1);
    }

    fn nobody_learns_whether_there_is_someone_to_have_tokens(lab: &Lab) {
        let (ann, root) = (lab.person("ann"), lab.administrator("root"));
        let bob = lab.person("bob").user.id;
        lab.token_of(bob, 1, grant("read"));
        for name in ["bob", "nobody", "", "404"] {
            let outcome = lab.revoke(&ann, &Which::AllOf(name.to_owned()));
            assert_refused!(outcome, Error::Forbidden(Permission::RevokeAnyToken));
        }
        for name in ["nobody", "", "404"] {
            let outcome = lab.revoke(&root, &Which::AllOf(name.to_owned()));
            assert_refused!(outcome, Error::NotFound("user"));
        }
        assert_eq!(lab.live_tokens(bob), 1);
    }
}
