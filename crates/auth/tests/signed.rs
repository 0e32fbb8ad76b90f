//! Who has signed a request, on both databases.

use crate::support::{Lab, Request, authenticator, block_on, issue, lab as fixture, noon};
use chrono::TimeDelta;
use omicron_auth::signature::BadSignature;
use omicron_auth::{Caller, Error};
use omicron_domain::{Actor, Clock as _, Credential};
use omicron_persistence::{Database, Engine, EngineOptions, Options, nonces, tokens, users};
use omicron_tests::on_both;

#[track_caller]
fn refused(outcome: Result<Caller, Error>, expected: &BadSignature) {
    match outcome {
        Err(Error::Signature(bad)) => assert_eq!(bad, *expected),
        other => panic!("{other:?}, not {expected:?}"),
    }
}

#[track_caller]
fn unknown(outcome: Result<Caller, Error>) {
    let Err(error) = outcome else { panic!("{outcome:?}") };
    assert!(matches!(error, Error::WrongCredentials), "{error:?}");
}

fn seconds(lab: &Lab) -> i64 {
    lab.clock.now().timestamp()
}

/// A request with this change, made after it was signed.
fn tampered(lab: &Lab, change: impl FnOnce(&mut Request)) -> Result<Caller, Error> {
    let id = lab.token.id;
    let parameters = format!(r#"created={};keyid="{id}";nonce="tampered""#, seconds(lab));
    let mut request = Request::post().sign(&parameters, &lab.key);
    change(&mut request);
    lab.authenticate(&request.read()?)
}

on_both! {
    fn the_owner_of_the_token_has_signed(lab: &Lab) {
        let caller = lab.authenticate(&lab.signed(seconds(lab), "a")).unwrap();
        assert_eq!((caller.user, caller.credential), (lab.ann.clone(), Credential::Token(lab.token.id)));
        assert_eq!(lab.authenticator.take_last_use(), [(lab.token.id, noon())]);
    }

    fn a_change_of_anything_that_is_covered_is_refused(lab: &Lab) {
        unknown(tampered(lab, |request| "PUT".clone_into(&mut request.method)));
        unknown(tampered(lab, |request| "post".clone_into(&mut request.method)));
        unknown(tampered(lab, |request| "evil.example".clone_into(&mut request.authority)));
        unknown(tampered(lab, |request| request.path += "/1"));
        unknown(tampered(lab, |request| "/api/v1/%70rojects".clone_into(&mut request.path)));
        unknown(tampered(lab, |request| request.query = Some("dry=false".to_owned())));
        unknown(tampered(lab, |request| request.query = None));
        unknown(tampered(lab, |request| request.set("content-type", "text/plain")));
        let other = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
        unknown(tampered(lab, |request| request.set("content-digest", other)));
        unknown(tampered(lab, |request| request.headers.push(("content-digest".into(), "md5=:AA==:".into()))));
        unknown(tampered(lab, |request| request.set("signature", "omicron=:AAAA:")));
        unknown(tampered(lab, |request| request.set("signature", "omicron=::")));
        let swaps = [
            ("tampered", "another"), (r#""@path" "@query""#, r#""@query" "@path""#), (r#" "content-type""#, ""),
            ("created=17955216", "expires=1895521600;created=17955216"), ("nonce=", "alg=\"hmac-sha256\";nonce="),
            ("created=1795521600", "created=1795521601"),
        ];
        for (old, new) in swaps {
            unknown(tampered(lab, |request| {
                let input = request.header("signature-input").to_owned();
                assert!(input.contains(old), "{input}");
                request.set("signature-input", &input.replacen(old, new, 1));
            }));
        }
        // None of these has used the nonce up, and what is not covered may change.
        tampered(lab, |request| request.set("user-agent", "curl")).unwrap();
    }

    fn a_nonce_is_good_once_for_every_server(lab: &Lab) {
        let options = Options { clock: lab.clock.clone(), ..Options::default() };
        let second = (authenticator(), Database::open(lab.test.url(), options).unwrap());
        let elsewhere = |request: &_| second.0.authenticate_signed_blocking(&second.1, request);
        let request = lab.signed(seconds(lab), "once");
        lab.authenticate(&request).unwrap();
        refused(lab.authenticate(&request), &BadSignature::Replayed);
        refused(elsewhere(&request), &BadSignature::Replayed);
        // Another signature with the same nonce is no better; another nonce is.
        lab.clock.advance(TimeDelta::seconds(1));
        refused(elsewhere(&lab.signed(seconds(lab), "once")), &BadSignature::Replayed);
        elsewhere(&lab.signed(seconds(lab), "Once")).unwrap();
    }

    fn of_many_that_replay_at_once_one_is_let_in(lab: &Lab) {
        let request = lab.signed(seconds(lab), "once");
        let let_in = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| lab.authenticate(&request))).collect();
            threads.into_iter().filter_map(|thread| thread.join().unwrap().ok()).count()
        });
        assert_eq!(let_in, 1);
    }

    fn a_nonce_is_its_tokens_own(lab: &Lab) {
        let (other, key) = issue(&lab.db, &lab.authenticator, &lab.ann, [8; 32]);
        lab.authenticate(&lab.signed(seconds(lab), "a")).unwrap();
        let parameters = format!(r#"created={};keyid="{}";nonce="a""#, seconds(lab), other.id);
        let request = Request::post().sign(&parameters, &key).read().unwrap();
        assert_eq!(lab.authenticate(&request).unwrap().credential, Credential::Token(other.id));
    }

    fn a_signature_is_good_for_five_minutes_before_and_after(lab: &Lab) {
        let at = |offset: i64| lab.authenticate(&lab.signed(seconds(lab) + offset, &format!("{offset}")));
        for offset in [-300, 300] {
            at(offset).unwrap();
        }
        for offset in [-301, 301, -999_999_999, 99_999_999_999] {
            refused(at(offset), &BadSignature::OutOfWindow);
        }
        lab.clock.advance(TimeDelta::microseconds(1));
        refused(at(-300), &BadSignature::OutOfWindow);
    }

    fn a_nonce_is_kept_for_as_long_as_it_could_be_used_again(lab: &Lab) {
        // From the future: it stays in the window for ten minutes.
        let request = lab.signed(seconds(lab) + 300, "early");
        lab.authenticate(&request).unwrap();
        for _ in 0..10 {
            lab.clock.advance(TimeDelta::minutes(1));
            assert_eq!(lab.db.write(&Actor::command_line(), nonces::remove_expired).unwrap(), 0);
            refused(lab.authenticate(&request), &BadSignature::Replayed);
        }
        lab.clock.advance(TimeDelta::minutes(1));
        assert_eq!(lab.db.write(&Actor::command_line(), nonces::remove_expired).unwrap(), 1);
        refused(lab.authenticate(&request), &BadSignature::OutOfWindow);
    }

    fn an_expiry_of_its_own_is_kept(lab: &Lab) {
        let expiring = |offset: i64| {
            let (now, id) = (seconds(lab), lab.token.id);
            let expires = now + offset;
            let parameters = format!(r#"created={now};expires={expires};keyid="{id}";nonce="{offset}""#);
            lab.authenticate(&Request::post().sign(&parameters, &lab.key).read().unwrap())
        };
        expiring(1).unwrap();
        refused(expiring(0), &BadSignature::Expired);
        refused(expiring(-1), &BadSignature::Expired);
    }

    fn a_token_that_has_ended_signs_no_more(lab: &Lab) {
        lab.clock.advance(TimeDelta::minutes(60) - TimeDelta::microseconds(1));
        lab.authenticate(&lab.signed(seconds(lab), "a")).unwrap();
        lab.clock.advance(TimeDelta::microseconds(1));
        unknown(lab.authenticate(&lab.signed(seconds(lab), "b")));
        lab.clock.advance(TimeDelta::minutes(-1));
        lab.authenticate(&lab.signed(seconds(lab), "c")).unwrap();
        lab.db.write(&Actor::command_line(), |tx| tokens::revoke(tx, lab.token.id)).unwrap();
        unknown(lab.authenticate(&lab.signed(seconds(lab), "d")));
    }

    fn a_disabled_person_is_refused_and_what_they_signed_is_used_up(lab: &Lab) {
        let set = |disabled| {
            lab.db.write(&Actor::command_line(), |tx| users::set_disabled(tx, lab.ann.id, disabled)).unwrap();
        };
        let request = lab.signed(seconds(lab), "a");
        set(true);
        let outcome = lab.authenticate(&request);
        assert!(matches!(outcome, Err(Error::Disabled)), "{outcome:?}");
        set(false);
        refused(lab.authenticate(&request), &BadSignature::Replayed);
        lab.authenticate(&lab.signed(seconds(lab), "b")).unwrap();
    }

    fn another_key_is_refused(lab: &Lab) {
        let now = seconds(lab);
        let signed = |id: i64, key| {
            let parameters = format!(r#"created={now};keyid="{id}";nonce="a""#);
            Request::post().sign(&parameters, key).read().unwrap()
        };
        let (other, key) = issue(&lab.db, &lab.authenticator, &lab.ann, [8; 32]);
        unknown(lab.authenticate(&signed(lab.token.id.0, &key)));
        unknown(lab.authenticate(&signed(other.id.0, &lab.key)));
        unknown(lab.authenticate(&signed(404, &key)));
        let empty = "".parse().unwrap();
        unknown(lab.authenticate(&signed(lab.token.id.0, &empty)));
        // The id of a token from before a backup was restored, given again to another token.
        let old = lab.authenticator.signing_key(lab.token.id, &[9; 32]);
        unknown(lab.authenticate(&signed(lab.token.id.0, &old)));
        lab.authenticate(&signed(other.id.0, &key)).unwrap();
    }

    fn a_server_that_must_not_block_says_the_same(lab: &Lab) {
        let engine = Engine::start(lab.db.clone(), EngineOptions::default()).unwrap();
        let request = lab.signed(seconds(lab), "a");
        let authenticate = || block_on(lab.authenticator.authenticate_signed(&engine, &request));
        assert_eq!(authenticate().unwrap().user, lab.ann);
        refused(authenticate(), &BadSignature::Replayed);
    }
}
