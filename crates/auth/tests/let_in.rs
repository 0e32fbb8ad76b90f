//! Who is let in with a token or a password, on both databases.

use crate::support::{Lab, SECRET, block_on, lab as fixture};
use chrono::TimeDelta;
use omicron_auth::{
    Authenticator, Caller, Credentials, Error, PasswordProof, Passwords, Secret, Throttle,
    TokenText,
};
use omicron_domain::{
    Actor, Clock as _, Credential, Grant, NewToken, NewUser, Token, User, UserStatus, Viewer,
};
use omicron_persistence::{Database, Engine, EngineOptions, tokens, users};
use omicron_tests::on_both;
use std::net::IpAddr;

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1));

fn password(username: &str, password: &str) -> Credentials {
    Credentials::Password { username: username.to_owned(), password: password.parse().unwrap() }
}

/// That the outcome is this error.
macro_rules! assert_error {
    ($outcome:expr, $error:pat) => {
        match $outcome {
            Err($error) => (),
            other => panic!("not {}: {other:?}", stringify!($error)),
        }
    };
}

/// An authenticator with this cost, and with this many mistakes before a pause.
fn authenticator(cost: u32, limit: u32) -> Authenticator {
    let secret = Secret::new(&SECRET.into()).unwrap();
    let authenticator = Authenticator::new(secret, Passwords::start(cost).unwrap()).unwrap();
    authenticator.with_throttle(Throttle::new(limit))
}

impl Lab {
    fn engine(&self) -> Engine {
        Engine::start(self.db.clone(), EngineOptions::default()).unwrap()
    }

    /// Bob, whose password is "tiger".
    fn bob(&self) -> User {
        let password_hash = self.authenticator.passwords().hash_blocking(&"tiger".parse().unwrap());
        let bob = NewUser {
            username: "bob".parse().unwrap(),
            email: "bob@example.org".parse().unwrap(),
            password_hash: password_hash.unwrap(),
            administrator: false,
            approved: true,
        };
        self.db.write(&Actor::command_line(), |tx| users::create(tx, &bob)).unwrap()
    }

    fn disable(&self, user: &User) {
        self.db.write(&Actor::command_line(), |tx| users::set_disabled(tx, user.id, true)).unwrap();
    }

    /// A token of Ann's for an hour.
    fn text(&self) -> (Token, Credentials) {
        let text = TokenText::generate().unwrap();
        let expiration_date = Some(self.clock.now() + TimeDelta::hours(1));
        let grant = Grant { scopes: "read".parse().unwrap(), project: None };
        let new = NewToken { user: self.ann.id, name: None, grant, expiration_date };
        let hash = self.authenticator.hash(&text);
        let token = self.db.write(&Actor::command_line(), |tx| tokens::create(tx, &new, &hash));
        (token.unwrap(), Credentials::Token(text))
    }

    /// At once, on this thread.
    fn blocking(&self, credentials: &Credentials) -> Result<Caller, Error> {
        self.authenticator.authenticate_blocking(&self.db, credentials)
    }
}

/// As a server does it.
fn served(
    (authenticator, engine): (&Authenticator, &Engine),
    credentials: &Credentials,
    from: IpAddr,
) -> Result<Caller, Error> {
    block_on(authenticator.authenticate(engine, credentials, from))
}

fn stored_hash(db: &Database, user: &User) -> String {
    let found = db.read(Viewer::Nobody, |view| users::find_with_password(view, &user.username));
    found.unwrap().unwrap().1
}

on_both! {
    fn a_token_lets_its_owner_in_until_it_ends(lab: &Lab) {
        let (engine, (token, credentials)) = (lab.engine(), lab.text());
        let server = (&lab.authenticator, &engine);
        let both = || [lab.blocking(&credentials), served(server, &credentials, HOME)];
        for caller in both() {
            let caller = caller.unwrap();
            assert_eq!((&caller.user, caller.grant), (&lab.ann, Some(token.grant)));
            assert_eq!((caller.credential, caller.proof), (Credential::Token(token.id), None));
        }
        assert_eq!(lab.authenticator.take_last_use(), [(token.id, lab.clock.now())]);
        lab.clock.advance(TimeDelta::hours(1));
        for refused in both() {
            assert_error!(refused, Error::WrongCredentials);
        }
        assert!(lab.authenticator.take_last_use().is_empty());
        let another = Credentials::Token(TokenText::generate().unwrap());
        assert_error!(lab.blocking(&another), Error::WrongCredentials);
        assert_error!(served(server, &another, HOME), Error::WrongCredentials);
    }

    fn a_token_that_was_ended_is_refused_once_the_server_has_been_told(lab: &Lab) {
        let (engine, (token, credentials)) = (lab.engine(), lab.text());
        let server = (&lab.authenticator, &engine);
        served(server, &credentials, HOME).unwrap();
        lab.db.write(&Actor::command_line(), |tx| tokens::revoke(tx, token.id)).unwrap();
        lab.authenticator.forget();
        assert_error!(served(server, &credentials, HOME), Error::WrongCredentials);
    }

    fn a_password_lets_its_owner_in(lab: &Lab) {
        let (engine, bob) = (lab.engine(), lab.bob());
        let server = (&lab.authenticator, &engine);
        // The first is compared, the second remembered.
        for _ in 0..2 {
            for outcome in [
                lab.blocking(&password("BOB", "tiger")),
                served(server, &password("BOB", "tiger"), HOME),
            ] {
                let caller = outcome.unwrap();
                assert_eq!((&caller.user, caller.credential), (&bob, Credential::Password));
                assert_eq!(caller.grant, None);
                assert!(caller.proof.unwrap().holds_for(&stored_hash(&lab.db, &bob)));
            }
        }
        // Ann has a mark in the place of a hash, with which nobody logs in.
        for (name, wrong) in [("bob", "tigers"), ("ann", "!"), ("nobody", "tiger"), ("12", "tiger")] {
            let wrong = password(name, wrong);
            assert_error!(lab.blocking(&wrong), Error::WrongCredentials);
            assert_error!(served(server, &wrong, HOME), Error::WrongCredentials);
        }
        assert!(lab.authenticator.take_last_use().is_empty());
    }

    fn who_is_switched_off_or_waits_is_told_so_if_they_are_who_they_say(lab: &Lab) {
        let (engine, bob, (_, credentials)) = (lab.engine(), lab.bob(), lab.text());
        let server = (&lab.authenticator, &engine);
        lab.disable(&bob);
        lab.disable(&lab.ann);
        for right in [password("bob", "tiger"), credentials] {
            assert_error!(lab.blocking(&right), Error::Disabled);
            assert_error!(served(server, &right, HOME), Error::Disabled);
        }
        assert_error!(lab.blocking(&password("bob", "lion")), Error::WrongCredentials);
        let eve = NewUser {
            username: "eve".parse().unwrap(),
            email: "eve@example.org".parse().unwrap(),
            password_hash: stored_hash(&lab.db, &bob),
            administrator: false,
            approved: false,
        };
        lab.db.write(&Actor::command_line(), |tx| users::create(tx, &eve)).unwrap();
        assert_error!(lab.blocking(&password("eve", "tiger")), Error::Pending);
        assert_error!(served(server, &password("eve", "tiger"), HOME), Error::Pending);
        let gone = lab.db.write(&Actor::command_line(), |tx| users::anonymise(tx, bob.id)).unwrap();
        assert_eq!(gone.status, UserStatus::Anonymised);
        let gone = password(gone.username.as_str(), "tiger");
        assert_error!(lab.blocking(&gone), Error::WrongCredentials);
    }

    fn wrong_passwords_bring_a_pause_and_a_familiar_place_is_not_part_of_it(lab: &Lab) {
        let (engine, authenticator) = (lab.engine(), authenticator(4, 3));
        let server = (&authenticator, &engine);
        lab.bob();
        let (right, wrong) = (password("bob", "tiger"), password("bob", "lion"));
        served(server, &right, HOME).unwrap();
        for _ in 0..3 {
            assert_error!(served(server, &wrong, ELSEWHERE), Error::WrongCredentials);
        }
        for credentials in [&wrong, &right] {
            assert_error!(served(server, credentials, ELSEWHERE), Error::Throttled(_));
        }
        served(server, &right, HOME).unwrap();
        let name = "bob".parse().unwrap();
        let outcome =
            block_on(authenticator.confirm(&engine, &name, &"tiger".parse().unwrap(), ELSEWHERE));
        assert_error!(outcome, Error::Throttled(_));
    }

    fn wrong_tokens_bring_a_pause_and_those_of_disabled_people_are_not_wrong(lab: &Lab) {
        let (engine, authenticator) = (lab.engine(), authenticator(4, 1));
        let server = (&authenticator, &engine);
        let (_, credentials) = lab.text();
        lab.disable(&lab.ann);
        for _ in 0..40 {
            assert_error!(served(server, &credentials, HOME), Error::Disabled);
        }
        let wrong = || Credentials::Token(TokenText::generate().unwrap());
        for _ in 0..30 {
            assert_error!(served(server, &wrong(), ELSEWHERE), Error::WrongCredentials);
        }
        assert_error!(served(server, &wrong(), ELSEWHERE), Error::Throttled(_));
        assert_error!(authenticator.attempt(&[7; 32], ELSEWHERE).admit(std::time::Instant::now()),
            Error::Throttled(_));
        assert_error!(served(server, &wrong(), HOME), Error::WrongCredentials);
    }

    fn a_password_is_confirmed_by_a_proof(lab: &Lab) {
        let (engine, bob) = (lab.engine(), lab.bob());
        let confirm = |name: &str, password: &str| {
            let (name, password) = (name.parse().unwrap(), password.parse().unwrap());
            block_on(lab.authenticator.confirm(&engine, &name, &password, HOME)).unwrap()
        };
        let proof = PasswordProof::of(&stored_hash(&lab.db, &bob));
        assert_eq!(confirm("bob", "tiger"), Some(proof));
        assert_eq!(confirm("bob", "lion"), None);
        assert_eq!(confirm("nobody", "tiger"), None);
        assert_eq!(confirm("ann", "!"), None);
    }

    fn a_hash_that_has_become_too_cheap_is_made_anew(lab: &Lab) {
        let (engine, bob) = (lab.engine(), lab.bob());
        let cheap = stored_hash(&lab.db, &bob);
        let right = password("bob", "tiger");
        for cost in [3, 4] {
            // 3 is less than bcrypt takes, but nothing is hashed.
            let same = authenticator(cost, 10);
            served((&same, &engine), &right, HOME).unwrap();
            assert_eq!(stored_hash(&lab.db, &bob), cheap);
        }
        let dearer = authenticator(5, 10);
        assert_error!(
            served((&dearer, &engine), &password("bob", "lion"), HOME),
            Error::WrongCredentials
        );
        assert_eq!(stored_hash(&lab.db, &bob), cheap);
        let caller = served((&dearer, &engine), &right, HOME).unwrap();
        let now = stored_hash(&lab.db, &bob);
        assert!(now.starts_with("$2b$05$"), "{now}");
        assert!(caller.proof.unwrap().holds_for(&now));
        lab.blocking(&right).unwrap();
    }
}
