//! The history as others check it: checkpoints, proofs, and a look at all of it.

use crate::lab::{invalid, person, problem, project, text};
use crate::{Lab, fixture};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use omicron_tests::{
    AUDIT_SIGNING_KEY, Answer, Backend, Client, Server, TOKEN_SECRET_KEY, TestDatabase, on_both,
};
use serde_json::{Value, json};
use std::process::Output;
use std::time::{Duration, Instant};

const SAMPLES: &str = "/api/v1/projects/1/samples";
const KEYS: &str = "/.well-known/omicron-journal-keys";
const LATEST: &str = "/api/v1/checkpoints/latest";

/// Ann, with a project and a sample in it.
fn ann_with_a_sample(lab: &Lab) -> Client {
    let ann = lab.person("ann");
    ann.post("/api/v1/projects", &project("Alloys")).expect(201);
    ann.post(SAMPLES, &json!({"title": "Ingot"})).expect(201);
    ann
}

/// The answer, once a checkpoint vouches for what it proves.
pub fn proven(client: &Client, path: &str) -> Answer {
    let began = Instant::now();
    loop {
        let answer = client.get(path);
        if answer.status != 409 {
            return answer.expect(200);
        }
        assert_eq!(answer.header("retry-after"), Some("2"), "{answer}");
        assert_eq!(problem(answer, 409)["type"], "urn:omicron:problem:unsigned");
        assert!(began.elapsed() < Duration::from_mins(1), "the server signs nothing");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The size of the last checkpoint, once there is one.
pub fn signed_size(client: &Client) -> String {
    let began = Instant::now();
    loop {
        let answer = client.get(LATEST);
        if answer.status == 200 {
            return answer.text().lines().nth(1).unwrap().to_owned();
        }
        problem(answer, 404);
        assert!(began.elapsed() < Duration::from_mins(1), "the server signs nothing");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The public key, as everyone can read it.
fn key(lab: &Lab) -> String {
    lab.anonymous().get(KEYS).expect(200).text().trim().to_owned()
}

fn audit(lab: &Lab, args: &[&str]) -> Output {
    let env = [
        ("DATABASE_URL", lab.database.url()),
        ("TOKEN_SECRET_KEY", TOKEN_SECRET_KEY),
        ("AUDIT_SIGNING_KEY", AUDIT_SIGNING_KEY),
    ];
    Server::run(&[&["audit"], args].concat(), &env)
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What the program says of a proof that has nothing but that and a public key.
fn check(proof: &str, key: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proof.json");
    std::fs::write(&file, proof).unwrap();
    let file = file.display().to_string();
    printed(&Server::run(&["audit", "check-proof", &file, "--key", key], &[]))
}

/// Does to the database what no program of ours would.
fn tamper(lab: &Lab, table: &str, sql: &str) {
    match lab.database.backend() {
        Backend::Sqlite => {
            let file = lab.database.url().strip_prefix("sqlite:///").unwrap();
            let mut connection = SqliteConnection::establish(file).unwrap();
            let unguarded = format!(
                "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = OFF;
                 DROP TRIGGER {table}_are_not_changed; DROP TRIGGER {table}_are_kept; {sql}"
            );
            connection.batch_execute(&unguarded).unwrap();
        }
        Backend::Postgres => {
            let mut connection = PgConnection::establish(lab.database.url()).unwrap();
            let unguarded = format!("ALTER TABLE {table} DISABLE TRIGGER ALL; {sql}");
            connection.batch_execute(&unguarded).unwrap();
        }
    }
}

on_both! {
    fn a_version_of_a_record_is_proven_to_whoever_has_the_public_key(lab: &Lab) {
        let ann = ann_with_a_sample(lab);
        ann.patch(&format!("{SAMPLES}/1"), &json!({"title": "Ingot 8"}), &[("if-match", "\"1\"")]).expect(200);
        let last = proven(&ann, &format!("{SAMPLES}/1/proof"));
        let first = proven(&ann, &format!("{SAMPLES}/1/proof?version=1"));
        assert_eq!(first.header("content-type"), Some("application/json"));
        let keys = lab.anonymous().get(KEYS).expect(200);
        assert_eq!(keys.header("content-type"), Some("text/plain; charset=utf-8"));
        let key = keys.text().trim();
        for (proof, title, action) in [(&first, "\"Ingot\"", "record.created"), (&last, "\"Ingot 8\"", "record.changed")] {
            let told = check(proof.text(), key);
            assert!(told.contains(&format!("\"title\":{title}")) && told.contains(action), "{told}");
            assert!(told.contains("sample:1, in project 1"), "{told}");
        }
        // The same from the command line, and of what is no record as well.
        let proof = printed(&audit(lab, &["prove", "samples/1", "--version", "1"]));
        assert_eq!(serde_json::from_str::<Value>(&proof).unwrap()["entry"], first.json()["entry"]);
        check(&printed(&audit(lab, &["prove", "project:1"])), key);
        for version in ["0", "3", "-1", "x"] {
            problem(ann.get(&format!("{SAMPLES}/1/proof?version={version}")), 404);
        }
        problem(ann.get("/api/v1/projects/1/experiments/1/proof"), 404);
        lab.person("eve");
        let eve = lab.anonymous().basic("eve", crate::lab::PASSWORD);
        problem(eve.get(&format!("{SAMPLES}/1/proof?version=1")), 404);
    }

    fn checkpoints_are_for_everyone_and_continue_one_another(lab: &Lab) {
        let ann = ann_with_a_sample(lab);
        let first = proven(&ann, &format!("{SAMPLES}/1/proof")).json();
        ann.post(SAMPLES, &json!({"title": "Ingot 9"})).expect(201);
        let second = proven(&ann, &format!("{SAMPLES}/2/proof")).json();
        let size = |proof: &Value| text(&proof["checkpoint"]).lines().nth(1).unwrap().to_owned();
        let (from, to) = (size(&first), size(&second));
        let anonymous = lab.anonymous();
        let key = key(lab);
        let consistency = |from: &str, to: &str| {
            anonymous.get(&format!("/api/v1/checkpoints/consistency?from={from}&to={to}"))
        };
        let told = check(consistency(&from, &to).expect(200).text(), &key);
        assert!(told.contains(&format!("had {from} positions")) && told.contains(&format!("and {to} at")), "{told}");
        problem(consistency(&from, "999999"), 404);
        invalid(consistency("x", &to), "/from");
        invalid(consistency(&from, "-1"), "/to");
        // The list is walked by cursor; the last of it is the latest.
        let (mut path, mut notes) = ("/api/v1/checkpoints?limit=1".to_owned(), Vec::new());
        loop {
            let part = anonymous.get(&path).expect(200);
            for one in part.json()["checkpoints"].as_array().unwrap() {
                assert_eq!(text(&one["note"]).lines().nth(1).unwrap(), one["size"].to_string());
                assert!(text(&one["note"]).contains(&format!("\ntime {}\n", text(&one["signed_at"]))), "{one}");
                notes.push(text(&one["note"]));
            }
            let Some(link) = part.header("link") else { break };
            link.strip_prefix('<').unwrap().split_once('>').unwrap().0.clone_into(&mut path);
        }
        assert!(notes.len() >= 2 && notes.contains(&text(&first["checkpoint"])), "{notes:?}");
        let latest = anonymous.get(LATEST).expect(200);
        assert_eq!(latest.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(latest.text(), notes.last().unwrap());
        let all = anonymous.get("/api/v1/checkpoints").expect(200).json();
        assert_eq!(all["checkpoints"].as_array().unwrap().len(), notes.len());
    }

    fn what_was_changed_by_hand_is_named(lab: &Lab) {
        let ann = ann_with_a_sample(lab);
        proven(&ann, &format!("{SAMPLES}/1/proof"));
        let checkpoint = lab.anonymous().get(LATEST).expect(200);
        assert!(printed(&audit(lab, &["verify"])).contains("faults       0"));
        let sql = "UPDATE event_payloads SET payload = replace(payload, 'Ingot', 'Inglt')
                   WHERE seq = (SELECT seq FROM events WHERE subject = 'sample:1');
                   UPDATE records SET state = replace(state, 'Ingot', 'Inglt');";
        tamper(lab, "event_payloads", sql);
        let output = audit(lab, &["verify"]);
        let told = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        let proof = proven(&ann, &format!("{SAMPLES}/1/proof")).json();
        let (position, seq) = (&proof["entry"]["position"], &proof["entry"]["seq"]);
        let fault = format!("position {position}: the state that event {seq} left was changed");
        assert!(told.contains("faults       1\n") && told.contains(&fault), "{told}");
        // Its proof does not hold either.
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let key = key(lab);
        let proof = file("proof.json", &proof.to_string());
        let output = Server::run(&["audit", "check-proof", &proof, "--key", &key], &[]);
        assert!(String::from_utf8(output.stderr).unwrap().contains("the payload is not the one"));
        assert_eq!(output.status.code(), Some(1));
        // A tail that is cut off is told by a checkpoint that was kept elsewhere.
        tamper(lab, "checkpoints", "DELETE FROM checkpoints;");
        tamper(lab, "positions", "DELETE FROM positions WHERE position > 2;");
        let kept = file("checkpoint", checkpoint.text());
        let told = String::from_utf8(audit(lab, &["verify", "--checkpoint", &kept]).stdout).unwrap();
        assert!(told.contains("the rest was cut off"), "{told}");
    }

    fn what_was_erased_of_a_person_is_said_to_be_and_all_else_verifies(lab: &Lab) {
        let ann = ann_with_a_sample(lab);
        let bob = lab.anonymous().post("/api/v1/users", &person("bob")).expect(201).json()["id"].clone();
        let of_bob = format!("user:{bob}");
        let key = key(lab);
        let before = check(&printed(&audit(lab, &["prove", &of_bob, "--version", "1"])), &key);
        assert!(before.contains("bob@example.org"), "{before}");
        lab.root().delete(&format!("/api/v1/users/{bob}")).expect(200);
        proven(&ann, &format!("{SAMPLES}/1/proof"));
        let proof = printed(&audit(lab, &["prove", &of_bob, "--version", "1"]));
        let told = check(&proof, &key);
        assert!(told.contains("user.registered") && told.contains("it was erased"), "{told}");
        assert!(!told.contains("bob@") && !proof.contains("bob@"), "{proof}");
        printed(&audit(lab, &["checkpoint"]));
        let told = printed(&audit(lab, &["verify"]));
        let erased = told.lines().find_map(|line| line.strip_prefix("erased       ")).unwrap();
        assert!(!erased.starts_with('0') && told.contains("faults       0"), "{told}");
    }

    fn a_server_whose_key_was_replaced_signs_nothing_until_it_has_the_new_one(lab: &Lab) {
        let ann = ann_with_a_sample(lab);
        proven(&ann, &format!("{SAMPLES}/1/proof"));
        let old = lab.anonymous().get(LATEST).expect(200);
        let new = printed(&audit(lab, &["rotate"]));
        ann.post(SAMPLES, &json!({"title": "Ingot 9"})).expect(201);
        // It finds out when it is about to sign.
        let began = Instant::now();
        while !lab.logs("this process signs no checkpoints any more") {
            assert!(began.elapsed() < Duration::from_mins(1), "{}", lab.server.log());
        }
        // What it does goes on, and waits for a checkpoint.
        let said = problem(ann.get(&format!("{SAMPLES}/2/proof")), 409);
        assert_eq!(said["title"], "No checkpoint vouches for it yet");
        let second = Server::builder().database(lab.database.url()).env("AUDIT_SIGNING_KEY", new.trim()).start();
        let there = second.client().basic("ann", crate::lab::PASSWORD);
        let proof = proven(&there, &format!("{SAMPLES}/2/proof"));
        let keys = second.client().get(KEYS).expect(200);
        let keys: Vec<&str> = keys.text().lines().collect();
        assert_eq!(keys.len(), 2);
        check(proof.text(), keys[1]);
        // The old checkpoint verifies, and the proof of before still holds with the old key.
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("checkpoint");
        std::fs::write(&kept, old.text()).unwrap();
        let kept = kept.display().to_string();
        assert!(printed(&audit(lab, &["verify", "--checkpoint", &kept])).contains("faults       0"));
    }

    fn what_was_done_before_a_server_ends_is_signed(lab: &Lab) {
        let database = TestDatabase::empty(lab.database.backend());
        let mut server = Server::start(database.url());
        let root = server.client().basic("root", omicron_tests::ROOT_PASSWORD);
        for name in ["a", "b", "c"] {
            root.post("/api/v1/projects", &project(name)).expect(201);
        }
        assert!(server.terminate().success());
        let told = printed(&Server::run(&["audit", "verify"], &[("DATABASE_URL", database.url())]));
        let positions = told.lines().find_map(|line| line.strip_prefix("positions    ")).unwrap();
        let all = format!("the last of which vouches for the positions up to {positions}");
        assert!(told.contains(&all) && told.contains("waiting      0"), "{told}");
    }
}
