//! `user` and `token`: people and their tokens, from the command line.

use crate::support::{environment, fixture, on, run, with_input};
use omicron_tests::{Server, TestDatabase, on_both};

fn create(db: &TestDatabase, name: &str, more: &[&str]) -> String {
    let args = ["user", "create", name, "--email", "ann@example.org", "--generate"];
    on(db, &[&args, more].concat()).good().trim_end().to_owned()
}

fn server(db: &TestDatabase) -> Server {
    Server::builder().database(db.url()).env("REGISTRATION", "approval").start()
}

on_both! {
    fn people_are_added_kept_out_and_let_in(db: &TestDatabase) {
        let password = create(db, "ann", &["--administrator"]);
        let server = server(db);
        let ann = server.client().basic("ann", &password);
        assert_eq!(ann.get("/api/v1/users").status, 200);
        let told = on(db, &["user", "disable", "ann"]).bad(1);
        assert!(told.contains("last administrator"), "{told}");
        create(db, "bob", &["--administrator"]);
        on(db, &["user", "disable", "ann"]).good();
        assert_eq!(ann.get("/api/v1/users").status, 403);
        on(db, &["user", "enable", "1"]).good();
        assert_eq!(ann.get("/api/v1/users").status, 200);
        let other = on(db, &["user", "set-password", "ann", "--generate"]).good();
        assert_eq!(ann.get("/api/v1/users").status, 401);
        let ann = server.client().basic("ann", other.trim_end());
        assert_eq!(ann.get("/api/v1/users").status, 200);
    }

    fn who_waits_is_listed_and_approved(db: &TestDatabase) {
        create(db, "root", &["--administrator"]);
        let server = server(db);
        let new = serde_json::json!({"username": "eve", "password": "tiger", "email": "eve@lab.org"});
        let _ = server.client().post("/api/v1/users", &new).expect(201);
        let eve = server.client().basic("eve", "tiger");
        assert_eq!(eve.get("/api/v1/users").status, 403);
        let waiting = on(db, &["user", "list", "--status", "pending"]).good();
        assert!(waiting.contains("eve@lab.org") && !waiting.contains("root"), "{waiting}");
        on(db, &["user", "approve", "eve"]).good();
        assert_eq!(eve.get("/api/v1/users").status, 200);
        let all = on(db, &["user", "list"]).good();
        let heading = all.lines().next().unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(heading, ["ID", "NAME", "EMAIL", "STATUS", "ROLE", "CREATED"]);
        assert_eq!(all.lines().count(), 3, "{all}");
    }

    fn a_token_is_printed_once_works_and_ends(db: &TestDatabase) {
        create(db, "ann", &["--administrator"]);
        let said = on(db, &["token", "create", "ann", "--expiration", "3600"]);
        assert!(said.err.contains("token 1 of ann, good until"), "{said:?}");
        let token = said.good().trim_end().to_owned();
        assert_eq!(token.len(), 36);
        let server = server(db);
        let ann = server.client().bearer(&token);
        assert_eq!(ann.get("/api/v1/projects").status, 200);
        let list = on(db, &["token", "list", "ann"]).good();
        assert!(list.lines().nth(1).unwrap().starts_with("1 ") && !list.contains(&token), "{list}");
        on(db, &["token", "revoke", "1"]).good();
        assert!(on(db, &["token", "revoke", "1"]).bad(1).contains("there is no token 1"));
        assert_eq!(on(db, &["token", "list", "ann"]).good().lines().count(), 1);
        drop(server);
        create(db, "bob", &[]);
        on(db, &["user", "disable", "bob"]).good();
        let told = on(db, &["token", "create", "bob"]).bad(1);
        assert!(told.contains("bob can't log in: the account is disabled"), "{told}");
    }
}

#[test]
fn a_stranger_is_told_as_one() {
    let db = fixture(omicron_tests::Backend::Sqlite);
    for args in [
        ["user", "disable", "eve"],
        ["user", "approve", "eve"],
        ["user", "set-password", "eve"],
        ["token", "create", "eve"],
        ["token", "list", "99999999999999999999"],
    ] {
        let told = on(&db, &args).bad(1);
        assert!(told.contains(&format!("there is no user {:?}", args[2])), "{told}");
    }
}

#[test]
fn a_password_is_a_line_of_standard_input_and_must_be_good() {
    let db = fixture(omicron_tests::Backend::Sqlite);
    let folder = tempfile::tempdir().unwrap();
    let with = |state: &'static str, input| {
        let env: Vec<_> = environment(&db).into_iter().chain([("STATE", state)]).collect();
        let args = ["user", "create", "ann", "--email", "ann@example.org"];
        with_input(&args, &env, folder.path(), input)
    };
    assert!(with("DEV", "").bad(1).contains("the password must not be empty"));
    assert!(with("PROD", "password1\n").bad(1).contains("commonest"));
    let said = with("DEV", "with a blank \r\nnot this\n");
    assert_eq!((said.status, said.out.as_str()), (0, ""), "{said:?}");
    assert!(with("DEV", "again\n").bad(1).contains("the username is taken"));
    let server = Server::start(db.url());
    assert_eq!(server.client().basic("ann", "with a blank ").get("/users").status, 200);
    let bad = |args: &[&str]| run(args, &environment(&db)).bad(1);
    assert!(bad(&["user", "create", "12", "--email", "a@b"]).contains("the name must not"));
    assert!(bad(&["user", "create", "x", "--email", "ab"]).contains("the email"));
}
