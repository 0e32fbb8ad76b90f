//! Who may do what in a project: every verb, for everyone, in every state of the project.

use crate::support::{Lab, assert_refused, grant, lab as fixture, parsed, within};
use crate::verbs::{
    ADD, ADD_INSTRUMENT, ARCHIVE, CHANGE, CONDITIONAL, Cast, DELETE, HAND_OVER, REMOVE, SET_ROLE,
    Verb, verbs,
};
use omicron_auth::Caller;
use omicron_domain::{Place, ProjectDetails, ProjectId, Refusal};
use omicron_service::Error;
use omicron_service::access::{self, Resource};
use omicron_service::projects::Which;
use omicron_tests::on_both;

impl Lab {
    /// What would come of a deed that has no condition.
    fn outcome(&self, verb: &Verb, by: &Caller, cast: &Cast, which: &Which) -> Result<(), Error> {
        self.attempt(by, |tx| (verb.deed)(tx, by, cast, which, &|_| true))
    }
}

on_both! {
    fn each_verb_is_for_some_and_the_answer_to_a_question_says_for_whom(lab: &Lab) {
        let cast = Cast::of(lab);
        let which = Which::Id(cast.id);
        for verb in verbs() {
            for (name, by) in &cast.people {
                let outcome = lab.outcome(&verb, by, &cast, &which);
                let project = Resource::Project(which.clone());
                let answer = lab.read(by, |view| {
                    access::explain(view, by, None, verb.permission, &project)
                });
                if *name == "stranger" {
                    assert_refused!(outcome, Error::NotFound("project"));
                    assert_refused!(answer, Error::NotFound("project"));
                    continue;
                }
                let refusal = answer.unwrap().decision.refusal();
                if verb.may.contains(name) {
                    assert!(outcome.is_ok(), "{name}, {:?}: {outcome:?}", verb.permission);
                    assert_eq!(refusal, None);
                } else {
                    assert_refused!(outcome, Error::Forbidden(it) if it == verb.permission);
                    assert_eq!(refusal, Some(Refusal::Role));
                }
            }
        }
    }

    fn what_is_archived_is_left_as_it_is(lab: &Lab) {
        let cast = Cast::of(lab);
        lab.archive(cast.id);
        let which = Which::Id(cast.id);
        for verb in verbs() {
            for (name, by) in &cast.people {
                let outcome = lab.outcome(&verb, by, &cast, &which);
                match (verb.may.contains(name), verb.permission.place()) {
                    (true, Place::LiveProject) => assert_refused!(outcome, Error::Archived),
                    (true, _) => outcome.unwrap(),
                    (false, _) if *name == "stranger" => {
                        assert_refused!(outcome, Error::NotFound("project"));
                    }
                    (false, _) => assert_refused!(outcome, Error::Forbidden(_)),
                }
            }
        }
    }

    fn what_someone_else_has_changed_meanwhile_is_left_as_it_is(lab: &Lab) {
        let cast = Cast::of(lab);
        let (which, present) = (Which::Id(cast.id), lab.details(cast.id));
        for verb in CONDITIONAL {
            let by = cast.named(verb.may[0]);
            let stale = lab.write(by, |tx| (verb.deed)(tx, by, &cast, &which, &|_| false));
            assert_refused!(stale, Error::Changed);
            assert_eq!(lab.details(cast.id), present);
            let seen = |it: &ProjectDetails| *it == present;
            lab.attempt(by, |tx| (verb.deed)(tx, by, &cast, &which, &seen)).unwrap();
        }
        let by = cast.named("viewer");
        let learns = lab.attempt(by, |tx| (CHANGE.deed)(tx, by, &cast, &which, &|_| false));
        assert_refused!(learns, Error::Forbidden(_));
    }

    fn a_token_does_no_more_than_it_is_good_for(lab: &Lab) {
        let cast = Cast::of(lab);
        let which = Which::Id(cast.id);
        let mut number = 0;
        for verb in verbs() {
            for scopes in ["ingest", "read", "write", "admin"] {
                number += 1;
                let by = lab.with_token(cast.named(verb.may[0]), number, grant(scopes));
                let outcome = lab.outcome(&verb, &by, &cast, &which);
                if verb.scopes.is_empty() {
                    assert_refused!(outcome, Error::PasswordNeeded);
                } else if verb.scopes.contains(&scopes) {
                    outcome.unwrap();
                } else {
                    assert_refused!(outcome, Error::OutOfScope(it) if it == verb.permission);
                }
            }
        }
    }

    fn a_token_of_one_project_finds_no_other(lab: &Lab) {
        let cast = Cast::of(lab);
        let other = lab.project("Steels", cast.named("owner")).project.id;
        let which = Which::Id(cast.id);
        for (number, name) in (1..).zip(["owner", "administrator"]) {
            let elsewhere = lab.with_token(cast.named(name), number, within(other));
            let here = lab.with_token(cast.named(name), number + 10, within(cast.id));
            for verb in [ARCHIVE, DELETE, ADD, REMOVE, SET_ROLE, HAND_OVER, ADD_INSTRUMENT] {
                let outcome = lab.outcome(&verb, &elsewhere, &cast, &which);
                assert_refused!(outcome, Error::NotFound("project"));
                lab.outcome(&verb, &here, &cast, &which).unwrap();
            }
        }
    }

    fn what_is_not_there_is_not_found(lab: &Lab) {
        let cast = Cast::of(lab);
        let root = cast.named("administrator");
        for which in [Which::Nothing, Which::Id(ProjectId(404)), Which::Name(parsed("Steels"))] {
            for verb in verbs() {
                let outcome = lab.outcome(&verb, root, &cast, &which);
                assert_refused!(outcome, Error::NotFound("project"));
            }
        }
    }
}
