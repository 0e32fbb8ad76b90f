//! `audit`: the history verified, and proven to others.

use crate::support::{Said, environment, fixture, mode, on, run, with_input};
use omicron_tests::{AUDIT_SIGNING_KEY, Backend, Server, TestDatabase, on_both};
use std::fs;
use std::path::{Path, PathBuf};

/// The public half of the key that the kit gives.
const KEY: &str = "omicron-test-kit+6f963ea6+AVqQfpyUqgmcKnnwFBWXuGMp933l/P0Gt8jupOaYDkw9";

fn lab(db: &TestDatabase) {
    on(db, &["demo", "--size", "40"]).good();
}

fn add_person(db: &TestDatabase, name: &str) {
    on(db, &["user", "create", name, "--email", "a@example.org", "--generate"]).good();
}

/// A file with this text, in a folder.
fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// What the check of a proof says that has nothing but the proof and a key.
fn check(proof: &str, key: &str) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let proof = file(folder.path(), "proof.json", proof);
    run(&["audit", "check-proof", &proof, "--key", key], &[("PORT", "nonsense")])
}

fn size(checkpoint: &str) -> String {
    checkpoint.lines().nth(1).unwrap().to_owned()
}

/// The same with one letter or digit within this part of it changed.
fn flipped(text: &str, part: &str) -> String {
    let start = text.find(part).unwrap() + part.len();
    let at = start + text[start..].find(|c: char| c.is_ascii_digit()).unwrap();
    let other = if text.as_bytes()[at] == b'7' { "8" } else { "7" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// Settings without a given key, so that it is in a file.
fn keyless(db: &TestDatabase) -> Vec<(&str, &str)> {
    environment(db).into_iter().filter(|(name, _)| *name != "AUDIT_SIGNING_KEY").collect()
}

/// The file that the key is kept in by a command that runs in this folder.
fn key_file(db: &TestDatabase, folder: &Path) -> PathBuf {
    match db.backend() {
        Backend::Sqlite => {
            let database = db.url().strip_prefix("sqlite:///").unwrap();
            format!("{database}.audit-signing-key").into()
        }
        Backend::Postgres => folder.join("audit-signing-key"),
    }
}

on_both! {
    fn what_is_proven_can_be_checked_with_the_public_key_alone(db: &TestDatabase) {
        lab(db);
        let proof = on(db, &["audit", "prove", "project:1", "--version", "1"]).good();
        assert_eq!(on(db, &["audit", "keys"]).good(), format!("{KEY}\n"));
        let told = check(&proof, KEY).good();
        for words in ["the proof holds", "omicron-test-kit", "project.created", "of       project:1"] {
            assert!(told.contains(words), "{words}: {told}");
        }
        let other = run(&["audit", "new-key"], &[]);
        let other = other.err.trim().rsplit(' ').next().unwrap();
        assert!(check(&proof, other).bad(1).contains("none of the known keys signed it"));
        for part in ["\"checkpoint\"", "\"position\"", "\"seq\"", "\"actor\"", "\"salt\"", "\"path\""] {
            let told = check(&flipped(&proof, part), KEY).bad(1);
            assert!(told.contains("does not hold: "), "{part}: {told}");
        }
        assert!(check("{}", KEY).bad(1).contains("not a proof"));
        let folder = tempfile::tempdir().unwrap();
        let proof = with_input(&["audit", "check-proof", "-", "--key", KEY], &[], folder.path(), &proof);
        assert!(proof.good().contains("the proof holds"));
    }

    fn what_is_not_there_is_not_proven(db: &TestDatabase) {
        lab(db);
        let prove = |what: &[&str]| on(db, &[&["audit", "prove"], what].concat()).bad(1);
        assert!(prove(&["project:999"]).contains("there is no version of project:999"));
        assert!(prove(&["project:1", "--version", "99"]).contains("no version 99 of project:1"));
        let told = on(db, &["audit", "consistency", "1", "2"]).bad(1);
        assert!(told.contains("no two checkpoints of 1 and 2"), "{told}");
        let told = on(db, &["audit", "prove", "thing:1"]);
        assert!(told.status == 1 && told.err.contains("sample:12"), "{told:?}");
    }

    fn two_checkpoints_are_proven_to_be_of_one_history(db: &TestDatabase) {
        lab(db);
        let first = on(db, &["audit", "checkpoint"]).good();
        assert_eq!(on(db, &["audit", "checkpoint"]).good(), first, "nothing was done meanwhile");
        add_person(db, "ann");
        let second = on(db, &["audit", "checkpoint"]).good();
        assert_ne!(first, second);
        let proof = on(db, &["audit", "consistency", &size(&first), &size(&second)]).good();
        let told = check(&proof, KEY).good();
        assert!(told.contains(&format!("had {} positions", size(&first))), "{told}");
        assert!(check(&flipped(&proof, "\"path\""), KEY).bad(1).contains("does not continue the first"));
    }

    fn a_history_that_is_well_is_said_to_be(db: &TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let told = on(db, &["audit", "checkpoint"]).bad(1);
        assert!(told.contains("nothing was done yet"), "{told}");
        lab(db);
        let checkpoint = on(db, &["audit", "checkpoint"]).good();
        add_person(db, "ann");
        let kept = file(folder.path(), "checkpoint", &format!("\n{}", checkpoint.replace('\n', "\r\n")));
        let said = on(db, &["audit", "verify", "--checkpoint", &kept, "--key", KEY]);
        assert!(!said.err.contains("--key"), "{said:?}");
        let told = said.good();
        let size = size(&checkpoint);
        for line in [
            format!("positions    {size}\n"),
            "erased       0, as".to_owned(),
            "waiting      1 for".to_owned(),
            format!("checkpoints  2, the last of which vouches for the positions up to {size}\n"),
            "faults       0\n".to_owned(),
        ] {
            assert!(told.contains(&line), "{line}: {told}");
        }
        assert!(on(db, &["audit", "verify"]).err.contains("--key takes one that was kept elsewhere"));
    }

    fn checkpoints_of_others_and_of_more_are_faults(db: &TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        lab(db);
        let checkpoint = on(db, &["audit", "checkpoint"]).good();
        let other = TestDatabase::sqlite();
        run(&["db", "create"], &environment(&other)).good();
        add_person(&other, "ann");
        let verify = |name: &str, text: &str| {
            let kept = file(folder.path(), name, text);
            on(&other, &["audit", "verify", "--checkpoint", &kept])
        };
        on(&other, &["audit", "checkpoint"]).good();
        let said = verify("more", &checkpoint);
        assert!(said.out.contains("the rest was cut off"), "{said:?}");
        assert!(said.status == 1 && said.err.contains("not what it was: see the fault above"));
        let forged = flipped(&checkpoint, "omicron-test-kit\n");
        assert!(verify("forged", &forged).out.contains("the signature of omicron-test-kit"));
        assert!(verify("none", "Hello").bad(1).contains("none holds no checkpoint: a checkpoint has four lines"));
    }

    fn a_key_is_made_once_and_kept_in_a_file(db: &TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let here = |args: &[&str]| with_input(args, &keyless(db), folder.path(), "");
        add_person(db, "ann");
        let first = here(&["audit", "checkpoint"]).good();
        let path = key_file(db, folder.path());
        assert_eq!(mode(&path), 0o600);
        let key = here(&["audit", "keys"]).good();
        assert!(key.starts_with("omicron-") && first.starts_with(key.split('+').next().unwrap()), "{key}");
        add_person(db, "bob");
        here(&["audit", "checkpoint"]).good();
        assert_eq!(here(&["audit", "keys"]).good(), key);
        // A server that comes without it starts nothing of its own.
        let held = fs::read_to_string(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let server = [&keyless(db)[..], &[("PORT", "0"), ("ROOT_PASSWORD", "a striped cat")]].concat();
        let told = with_input(&[], &server, folder.path(), "").bad(78);
        assert!(told.contains(key.trim()) && told.contains("neither in") && told.contains("--lost"), "{told}");
        assert!(!path.exists() && !told.contains("PRIVATE"), "{told}");
        fs::write(&path, "tiger").unwrap();
        let told = with_input(&[], &server, folder.path(), "").bad(78);
        assert!(told.contains("AUDIT_SIGNING_KEY is not given, and") && !told.contains("tiger"), "{told}");
        fs::write(&path, held).unwrap();
        assert_eq!(here(&["audit", "verify"]).status, 0);
    }

    fn a_second_server_with_another_key_is_refused(db: &TestDatabase) {
        let server = Server::start(db.url());
        let other = run(&["audit", "new-key"], &[]).good();
        let mut env = environment(db);
        env.iter_mut().filter(|(name, _)| *name == "AUDIT_SIGNING_KEY").for_each(|pair| pair.1 = other.trim());
        let env = [&env[..], &[("PORT", "0")]].concat();
        let told = run(&[], &env).bad(78);
        assert!(told.contains(&format!("signed with the key {KEY}")), "{told}");
        assert!(told.contains("AUDIT_SIGNING_KEY holds another one") && !told.contains("PRIVATE"), "{told}");
        assert_eq!(server.client().get("/healthz").status, 200);
        let replica = Server::start(db.url());
        assert!(replica.log().contains(&format!("checkpoints are signed with the key {KEY}")));
    }

    fn a_key_in_a_file_is_replaced_and_what_it_has_signed_stays_good(db: &TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let here = |args: &[&str]| with_input(args, &keyless(db), folder.path(), "");
        assert!(here(&["audit", "rotate"]).bad(1).contains("no signing key yet"));
        add_person(db, "ann");
        let old = here(&["audit", "checkpoint"]).good();
        let path = key_file(db, folder.path());
        let held = fs::read_to_string(&path).unwrap();
        assert!(here(&["audit", "rotate"]).err.contains("restart each server"));
        let keys = here(&["audit", "keys"]).good();
        let keys: Vec<&str> = keys.lines().collect();
        let hash = keys[0].split('+').nth(1).unwrap();
        let beside = PathBuf::from(format!("{}.{hash}", path.display()));
        assert_eq!((fs::read_to_string(&beside).unwrap(), mode(&beside)), (held.clone(), 0o600));
        assert!(fs::read_to_string(&path).unwrap() != held && mode(&path) == 0o600);
        let both = here(&["audit", "checkpoint"]).good();
        assert_eq!(both.matches("\n— ").count(), 2, "{both}");
        add_person(db, "bob");
        let new = here(&["audit", "checkpoint"]).good();
        assert!(new.matches("\n— ").count() == 1 && new.lines().next() == old.lines().next(), "{new}");
        let kept = file(folder.path(), "old", &old);
        let verify = |key: &[&str]| here(&[&["audit", "verify", "--checkpoint", &kept], key].concat());
        verify(&[]).good();
        verify(&["--key", keys[0], "--key", keys[1]]).good();
        verify(&["--key", &keys.join("\n")]).good();
        // Whoever trusts the old one alone sees the history go on.
        let proof = here(&["audit", "consistency", &size(&old), &size(&both)]).good();
        check(&proof, keys[0]).good();
        // Who comes back with the old one is told.
        fs::copy(&beside, &path).unwrap();
        add_person(db, "eve");
        assert!(here(&["audit", "checkpoint"]).bad(78).contains("holds another one"));
    }

    fn a_key_that_was_given_is_replaced_by_one_that_is_printed(db: &TestDatabase) {
        add_person(db, "ann");
        on(db, &["audit", "checkpoint"]).good();
        let new = on(db, &["audit", "rotate"]).good();
        assert!(new.starts_with("PRIVATE+KEY+omicron-test-kit+"), "{new}");
        add_person(db, "bob");
        assert!(on(db, &["audit", "checkpoint"]).bad(78).contains(KEY));
        let env = [("DATABASE_URL", db.url()), ("AUDIT_SIGNING_KEY", new.trim())];
        run(&["audit", "checkpoint"], &env).good();
        run(&["audit", "verify"], &env).good();
    }

    fn a_key_that_is_lost_is_replaced_and_the_history_goes_on(db: &TestDatabase) {
        add_person(db, "ann");
        let old = on(db, &["audit", "checkpoint"]).good();
        let other = run(&["audit", "new-key"], &[]).good();
        let env = [("DATABASE_URL", db.url()), ("AUDIT_SIGNING_KEY", other.trim())];
        assert!(run(&["audit", "rotate"], &env).bad(78).contains("--lost"));
        let new = run(&["audit", "rotate", "--lost"], &env).good();
        let env = [("DATABASE_URL", db.url()), ("AUDIT_SIGNING_KEY", new.trim())];
        add_person(db, "bob");
        let last = run(&["audit", "checkpoint"], &env).good();
        assert_eq!(last.matches("\n— ").count(), 1);
        run(&["audit", "verify"], &env).good();
        let proof = run(&["audit", "consistency", &size(&old), &size(&last)], &env).good();
        let keys = run(&["audit", "keys"], &env).good();
        assert!(check(&proof, KEY).bad(1).contains("none of the known keys"), "nobody vouches for the new key");
        let folder = tempfile::tempdir().unwrap();
        let proof = file(folder.path(), "proof.json", &proof);
        let both: Vec<&str> = keys.lines().flat_map(|key| ["--key", key]).collect();
        run(&[&["audit", "check-proof", &proof], &both[..]].concat(), &[]).good();
    }
}

#[test]
fn a_new_key_is_printed_and_told_apart_by_its_name() {
    let said = run(&["audit", "new-key", "lab.example.org/journal"], &[("PORT", "nonsense")]);
    assert!(said.err.starts_with("the public key is lab.example.org/journal+"), "{said:?}");
    assert!(said.good().starts_with("PRIVATE+KEY+lab.example.org/journal+"));
    let made_up = || run(&["audit", "new-key"], &[]).good();
    assert!(made_up().starts_with("PRIVATE+KEY+omicron-") && made_up() != made_up());
    assert!(run(&["audit", "new-key", "our lab"], &[]).bad(1).contains("white space"));
    assert!(
        run(&["audit", "check-proof", "x", "--key", "lab"], &[]).err.contains("name+hash+base64")
    );
    let told = run(&["audit", "check-proof", "nowhere", "--key", KEY], &[]).bad(1);
    assert!(told.contains("nowhere can't be read"), "{told}");
    assert!(AUDIT_SIGNING_KEY.contains("+6f963ea6+"));
}
