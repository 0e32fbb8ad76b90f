//! The first start: one administrator, and a password that only they see.

use crate::support::{environment, fixture, mode, on, run};
use omicron_tests::{Backend, ROOT_PASSWORD, Server, ServerBuilder, TestDatabase, on_both};
use std::fs;

fn without_password() -> ServerBuilder {
    Server::builder().without_env("ROOT_PASSWORD")
}

fn read_users(server: &Server, password: &str) -> u16 {
    server.client().basic("root", password).get("/api/v1/users").status
}

#[test]
fn a_generated_password_is_kept_in_a_file_and_never_in_the_log() {
    let mut server = without_password().without_env("TOKEN_SECRET_KEY").start();
    let path = server.base_directory().join("root-password");
    let password = fs::read_to_string(&path).unwrap().trim_end().to_owned();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(read_users(&server, &password), 200);
    let log = server.log();
    assert!(log.contains("root-password") && !log.contains(&password), "{log}");
    // The second start makes nobody, and asks for nothing.
    fs::remove_file(&path).unwrap();
    server.restart();
    assert_eq!(read_users(&server, &password), 200);
    assert!(!path.exists());
}

#[test]
fn a_generated_key_outlives_a_restart_beside_its_database() {
    let mut server = Server::builder().without_env("TOKEN_SECRET_KEY").start();
    let key = server.base_directory().join("omicron.sqlite3.token-secret-key");
    assert_eq!(mode(&key), 0o600);
    let root = server.client().basic("root", ROOT_PASSWORD);
    let answer = root.post("/api/v1/token", &serde_json::json!({})).expect(201);
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    server.restart();
    assert_eq!(server.client().bearer(&token).get("/users").status, 200);
    server.terminate();
    fs::write(&key, "short").unwrap();
    let base = server.base_directory().display().to_string();
    let told = run(&[], &[("BASE_DIRECTORY", &base), ("PORT", "0")]).bad(78);
    assert!(told.contains("TOKEN_SECRET_KEY") && told.contains("token-secret-key"), "{told}");
}

#[test]
fn a_password_that_was_given_is_taken_and_not_told() {
    let server = Server::builder().env("ROOT_USER", "ann").start();
    let ann = server.client().basic("ann", ROOT_PASSWORD);
    assert_eq!(ann.get("/api/v1/users?status=pending").status, 200);
    assert!(!server.base_directory().join("root-password").exists());
    assert!(!server.log().contains(ROOT_PASSWORD));
}

#[test]
fn what_others_can_reach_needs_a_password_until_there_is_an_administrator() {
    let db = fixture(Backend::Sqlite);
    for exposed in [("STATE", "PROD"), ("IP_ADDRESS", "0.0.0.0")] {
        let env =
            [&environment(&db)[..], &[exposed, ("PORT", "0"), ("BCRYPT_COST", "10")]].concat();
        assert!(run(&[], &env).bad(78).contains("ROOT_PASSWORD must be given"));
        let weak = [&env[..], &[("ROOT_PASSWORD", "iloveyou1")]].concat();
        assert!(run(&[], &weak).bad(78).contains("ROOT_PASSWORD is among the commonest"));
    }
    on(&db, &["user", "create", "ann", "--email", "a@b", "--administrator", "--generate"]).good();
    let prod = without_password().database(db.url()).env("STATE", "PROD").env("BCRYPT_COST", "10");
    assert_eq!(prod.start().client().get("/healthz").status, 200);
}

#[test]
fn a_name_that_someone_else_has_is_told() {
    let db = fixture(Backend::Sqlite);
    on(&db, &["user", "create", "Root", "--email", "a@b", "--generate"]).good();
    let told = run(&[], &[("DATABASE_URL", db.url()), ("PORT", "0"), ("BCRYPT_COST", "4")]).bad(78);
    assert!(told.contains("ROOT_USER is root, someone who is no administrator"), "{told}");
}

on_both! {
    fn servers_that_start_at_once_make_one_administrator(db: &TestDatabase) {
        let start = || Server::start(db.url());
        let servers = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect::<Vec<_>>()
        });
        for server in &servers {
            assert_eq!(read_users(server, ROOT_PASSWORD), 200);
        }
        assert_eq!(on(db, &["user", "list"]).good().lines().count(), 2);
    }
}
