//! What is read of credentials, and what is asked of secrets and passwords.

use omicron_auth::{
    Caller, Credentials, Error, InvalidPassword, Password, PasswordPolicy, Secret, TokenText,
};
use omicron_domain::{
    Actor, Credential, Grant, Permission, ProjectId, RequestId, Scopes, Timestamp, TokenId, User,
    UserId, UserStatus, Viewer,
};
use omicron_persistence::{Error as Database, Failure, Refused};

const TOKEN: &str = "936da01f-9abd-4d9d-80c7-02af85c822a8";

/// What a header says, in short.
fn said(header: &str) -> Option<String> {
    match header.parse::<Credentials>().ok()? {
        Credentials::Password { username, .. } => Some(format!("password of {username}")),
        Credentials::Token(token) => Some(token.expose()),
    }
}

#[test]
fn a_header_holds_a_password_or_a_token() {
    let ann = Some("password of ann".to_owned());
    for header in ["Basic YW5uOnRpZ2Vy", "basic  YW5uOnRpZ2Vy ", "YW5uOnRpZ2Vy", "BASIC YW5uOmE6Yg"]
    {
        assert_eq!(said(header), ann, "{header:?}"); // ann:tiger, and ann:a:b
    }
    assert_eq!(said("Basic OmE="), Some("password of ".to_owned()));
    let token = Some(TOKEN.to_owned());
    let plain = "OTM2ZGEwMWYtOWFiZC00ZDlkLTgwYzctMDJhZjg1YzgyMmE4";
    for header in [
        format!("Bearer {TOKEN}"),
        format!(" bearer  {TOKEN} "),
        format!("Basic {plain}"),
        format!("{plain}Og=="),
    ] {
        assert_eq!(said(&header), token, "{header:?}");
    }
    for header in [
        "",
        "Basic",
        "Basic ",
        "Digest YW5uOnRpZ2Vy",
        "Bearer tiger",
        "Basic YW5u",
        "Basic /w==",
        TOKEN,
    ] {
        assert_eq!(said(header), None, "{header:?}");
    }
}

#[test]
fn a_token_has_one_spelling_and_is_shown_to_nobody() {
    let token: TokenText = TOKEN.parse().unwrap();
    assert_eq!(token.expose(), TOKEN);
    assert!(!format!("{token:?}").contains("936"));
    for text in ["", "936da01f9abd4d9d80c702af85c822a8", &format!("{{{TOKEN}}}"), &TOKEN[1..]] {
        assert!(text.parse::<TokenText>().is_err(), "{text:?}");
    }
    let [one, other] = [(); 2].map(|()| TokenText::generate().unwrap().expose());
    assert_ne!(one, other);
    assert!(one.parse::<TokenText>().is_ok());
}

#[test]
fn a_tokens_hash_depends_on_the_servers_secret() {
    let token: TokenText = TOKEN.parse().unwrap();
    let hash = |secret: &str| token.hash(&Secret::new(&secret.into()).unwrap());
    assert_eq!(hash(&"a".repeat(32)), hash(&"a".repeat(32)));
    assert_ne!(hash(&"a".repeat(32)), hash(&"b".repeat(32)));
    let made = [(); 2].map(|()| token.hash(&Secret::generate().unwrap()));
    assert_ne!(made[0], made[1]);
    // HMAC-SHA-256 of the sixteen bytes. With another hash, no token would be good any more.
    assert_eq!(hash(&"a".repeat(32))[..4], [0x8f, 0x43, 0xf0, 0x76]);
}

#[test]
fn requests_have_the_same_digest_if_they_are_the_same() {
    let authenticator = crate::support::authenticator();
    let digest = authenticator.digest(&[b"POST", b"/api/v1/projects", b"{}"]);
    assert_eq!(authenticator.digest(&[b"POST", b"/api/v1/projects", b"{}"]), digest);
    for (method, target, body) in [
        ("PUT", "/api/v1/projects", "{}"),
        ("POST", "/api/v1/projects?", "{}"),
        ("POST", "/api/v1/projects{", "}"),
    ] {
        assert_ne!(
            authenticator.digest(&[method.as_bytes(), target.as_bytes(), body.as_bytes()]),
            digest
        );
    }
}

#[test]
fn a_secret_has_thirty_two_characters() {
    for (text, good) in [("a".repeat(32), true), ("a".repeat(31), false), ("é".repeat(31), false)]
    {
        assert_eq!(Secret::new(&text.as_str().into()).is_ok(), good, "{text}");
    }
}

#[test]
fn a_password_is_any_text_of_a_length_that_can_be_hashed() {
    let longest = "é".repeat(512);
    for (text, reason) in [
        ("", Some(InvalidPassword::Empty)),
        ("t", None),
        (longest.as_str(), None),
        (&format!("{longest}s"), Some(InvalidPassword::TooLong)),
        ("a\0b", Some(InvalidPassword::Nul)),
    ] {
        assert_eq!(text.parse::<Password>().err(), reason, "{text:?}");
    }
}

#[test]
fn a_new_password_is_long_enough_and_not_the_first_that_is_tried() {
    let check = |min_length, refuse_common, text: &str| {
        PasswordPolicy { min_length, refuse_common }.check(&text.parse().unwrap()).err()
    };
    assert_eq!(check(8, true, "ééééééé"), Some(InvalidPassword::TooShort(8)));
    assert_eq!(check(8, true, "éééééééé"), None);
    for common in ["password1", "PassWord1"] {
        assert_eq!(check(8, true, common), Some(InvalidPassword::Common));
        assert_eq!(check(8, false, common), None);
    }
}

fn caller(administrator: bool, grant: Option<Grant>) -> Caller {
    let user = User {
        id: UserId(7),
        username: "ann".parse().unwrap(),
        email: "ann@example.org".parse().unwrap(),
        administrator,
        status: UserStatus::Active,
        service_account: false,
        date_created: Timestamp::UNIX_EPOCH,
    };
    let credential = grant.map_or(Credential::Password, |_| Credential::Token(TokenId(5)));
    Caller { user, credential, grant, proof: None }
}

#[test]
fn a_caller_sees_what_they_belong_to_and_what_their_token_is_limited_to() {
    let (project, ann) = (ProjectId(3), UserId(7));
    let limited = Grant { scopes: Scopes::EVERYTHING, project: Some(project) };
    for (administrator, grant, viewer) in [
        (false, None, Viewer::User(ann)),
        (true, None, Viewer::Everything),
        (false, Some(Grant::EVERYTHING), Viewer::User(ann)),
        (true, Some(Grant::EVERYTHING), Viewer::Everything),
        (false, Some(limited), Viewer::Within { project, user: Some(ann) }),
        (true, Some(limited), Viewer::Within { project, user: None }),
    ] {
        let caller = caller(administrator, grant);
        assert_eq!(caller.viewer(), viewer);
        let request_id: RequestId = "7f3c".parse().unwrap();
        let (user, credential) = (Some(ann), Some(caller.credential));
        let expected = Actor { user, credential, request_id: Some(request_id.clone()), viewer };
        assert_eq!(caller.actor(Some(request_id)), expected);
    }
}

#[test]
fn a_caller_may_what_their_role_and_their_token_allow() {
    assert!(caller(true, None).may(Permission::ManageUsers));
    assert!(!caller(false, None).may(Permission::ManageUsers));
    assert!(caller(false, None).may(Permission::CreateProjects));
    let reads = Grant { scopes: "read".parse().unwrap(), project: None };
    assert!(!caller(true, Some(reads)).may(Permission::ManageUsers));
}

#[test]
fn work_is_run_again_for_the_databases_sake_alone() {
    assert!(Error::WrongCredentials.database().is_none());
    assert!(matches!(Error::from(Database::Overloaded).database(), Some(Database::Overloaded)));
    assert!(matches!(Error::from(Refused::Full), Error::Busy));
    assert!(matches!(Error::from(Refused::Panicked), Error::Database(Database::Panicked)));
}
