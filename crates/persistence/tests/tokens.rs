//! Tokens: found by their hash, live until they expire or are revoked.

use crate::support::{Lab, lab as fixture, noon};
use chrono::TimeDelta;
use omicron_domain::{Timestamp, Token, TokenId, User, Viewer};
use omicron_persistence::{Error, tokens};
use omicron_tests::on_both;

fn issue(lab: &Lab, user: &User, byte: u8, seconds: i64) -> Token {
    let expiration = noon() + TimeDelta::seconds(seconds);
    lab.write(|tx| tokens::create(tx, user.id, &[byte; 32], expiration)).unwrap()
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

    fn nobody_gets_no_token(lab: &Lab) {
        let outcome = lab.write(|tx| {
            tokens::create(tx, omicron_domain::UserId(404), &[1; 32], noon())
        });
        assert!(matches!(outcome, Err(Error::Gone)), "{outcome:?}");
    }
}
