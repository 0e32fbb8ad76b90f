//! Tokens: found by their hash, live until they expire or are revoked.

use crate::support::{Lab, lab as fixture, new_token, noon, parsed};
use chrono::TimeDelta;
use omicron_domain::{Grant, NewToken, ProjectId, Timestamp, Token, TokenId, User, Viewer};
use omicron_persistence::{Error, projects, tokens};
use omicron_tests::on_both;

fn issue(lab: &Lab, user: &User, byte: u8, seconds: i64) -> Token {
    let new = new_token(user.id, noon() + TimeDelta::seconds(seconds));
    lab.write(|tx| tokens::create(tx, &new, &[byte; 32])).unwrap()
}

fn live(lab: &Lab, user: &User) -> Vec<TokenId> {
    let live = lab.db.read(Viewer::Nobody, |view| tokens::live(view, user.id)).unwrap();
    live.iter().map(|token| token.id).collect()
}

fn find(lab: &Lab, byte: u8) -> Option<(Token, User)> {
    lab.db.read(Viewer::Nobody, |view| tokens::find(view, &[byte; 32])).unwrap()
}

on_both! {
    fn a_token_is_found_by_its_hash_with_its_person(lab: &Lab) {
        let ann = lab.person("ann");
        let token = issue(lab, &ann, 1, 600);
        assert_eq!((token.date_created, token.last_used), (noon(), None));
        assert_eq!(find(lab, 1), Some((token, ann)));
        assert_eq!(find(lab, 2), None);
    }

    fn the_newest_live_token_comes_first(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let short = issue(lab, &ann, 1, 10);
        let long = issue(lab, &ann, 2, 600);
        issue(lab, &bob, 3, 600);
        assert_eq!(live(lab, &ann), [long.id, short.id]);
        lab.clock.advance(TimeDelta::seconds(10));
        assert_eq!(live(lab, &ann), [long.id]);
    }

    fn a_revoked_token_is_gone_at_once(lab: &Lab) {
        let ann = lab.person("ann");
        let token = issue(lab, &ann, 1, 600);
        lab.write(|tx| tokens::revoke(tx, token.id)).unwrap();
        assert_eq!(find(lab, 1), None);
        let again = lab.write(|tx| tokens::revoke(tx, token.id));
        assert!(matches!(again, Err(Error::Gone)), "{again:?}");
    }

    fn all_live_tokens_of_one_person_end_together(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        issue(lab, &ann, 1, -1);
        issue(lab, &ann, 2, 600);
        issue(lab, &ann, 3, 600);
        let bobs = issue(lab, &bob, 4, 600);
        assert_eq!(lab.write(|tx| tokens::revoke_all(tx, ann.id)).unwrap(), 2);
        assert_eq!((live(lab, &ann), live(lab, &bob)), (vec![], vec![bobs.id]));
    }

    fn a_tokens_use_is_noted_and_never_goes_back(lab: &Lab) {
        let ann = lab.person("ann");
        let token = issue(lab, &ann, 1, 600).id;
        let later = noon() + TimeDelta::seconds(5);
        let used = [(TokenId(404), noon()), (token, later), (token, noon())];
        lab.write(|tx| tokens::note_use(tx, &used)).unwrap();
        lab.write(|tx| tokens::note_use(tx, &[(token, Timestamp::UNIX_EPOCH)])).unwrap();
        assert_eq!(find(lab, 1).unwrap().0.last_used, Some(later));
        assert_eq!(lab.count("events"), 2, "a use is no event");
    }

    fn expired_tokens_are_removed_and_no_others(lab: &Lab) {
        let ann = lab.person("ann");
        issue(lab, &ann, 1, 10);
        let long = issue(lab, &ann, 2, 11);
        lab.clock.advance(TimeDelta::seconds(10));
        assert_eq!(lab.write(tokens::remove_expired).unwrap(), 1);
        assert_eq!(find(lab, 1), None);
        assert_eq!(live(lab, &ann), [long.id]);
    }

    fn a_token_is_kept_with_what_it_is_good_for(lab: &Lab) {
        let ann = lab.person("ann");
        let project = lab.project("Alloys", &ann, &[]).project.id;
        let grant = Grant { scopes: "ingest read".parse().unwrap(), project: Some(project) };
        let name = Some(parsed("furnace 3"));
        let new = NewToken { user: ann.id, name, grant, expiration_date: None };
        let token = lab.write(|tx| tokens::create(tx, &new, &[1; 32])).unwrap();
        assert_eq!((token.grant, token.expiration_date, &token.name), (grant, None, &new.name));
        assert_eq!(find(lab, 1), Some((token, ann)));
        let nowhere = Grant { project: Some(ProjectId(404)), ..grant };
        let nowhere = NewToken { grant: nowhere, ..new };
        let outcome = lab.write(|tx| tokens::create(tx, &nowhere, &[2; 32]));
        assert!(matches!(outcome, Err(Error::Gone)), "{outcome:?}");
    }

    fn a_token_without_an_end_stays_until_it_is_revoked(lab: &Lab) {
        let ann = lab.person("ann");
        let new = NewToken { expiration_date: None, ..new_token(ann.id, noon()) };
        let endless = lab.write(|tx| tokens::create(tx, &new, &[1; 32])).unwrap();
        lab.clock.advance(TimeDelta::days(100_000));
        assert_eq!(lab.write(tokens::remove_expired).unwrap(), 0);
        assert_eq!(live(lab, &ann), [endless.id]);
        assert_eq!(lab.write(|tx| tokens::revoke_all(tx, ann.id)).unwrap(), 1);
        assert_eq!(find(lab, 1), None);
    }

    fn the_tokens_for_a_project_end_with_it_and_no_others(lab: &Lab) {
        let ann = lab.person("ann");
        let [old, other] = ["Old", "Other"].map(|name| lab.project(name, &ann, &[]).project.id);
        let kept: Vec<TokenId> = [(1, Some(old)), (2, Some(other)), (3, None)]
            .map(|(byte, project)| {
                let grant = Grant { project, ..Grant::EVERYTHING };
                let new = NewToken { grant, ..new_token(ann.id, noon() + TimeDelta::hours(1)) };
                lab.write(|tx| tokens::create(tx, &new, &[byte; 32])).unwrap().id
            })
            .into();
        lab.write(|tx| projects::delete(tx, old)).unwrap();
        assert_eq!(live(lab, &ann), [kept[2], kept[1]]);
    }

    fn nobody_gets_no_token(lab: &Lab) {
        let outcome = lab.write(|tx| {
            tokens::create(tx, &new_token(omicron_domain::UserId(404), noon()), &[1; 32])
        });
        assert!(matches!(outcome, Err(Error::Gone)), "{outcome:?}");
    }
}
