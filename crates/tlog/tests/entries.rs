//! What a leaf vouches for.

use crate::kit::entry;
use omicron_tlog::{Entry, EntryError, Payload};
use proptest::prelude::*;

/// What others must come to as well.
const VECTOR: &str = concat!(
    r#"{"action":"project.changed","actor":1,"at":"2026-11-24T12:00:00.120000Z","#,
    r#""credential":"token:5","format":1,"#,
    r#""payload_hash":"abababababababababababababababababababababababababababababababab","#,
    r#""position":3,"project":12,"request_id":null,"#,
    r#""sealed_at":"2026-11-24T12:00:00.170000Z","seq":7,"subject":"project:12"}"#
);

#[test]
fn the_test_vector() {
    let entry: Entry = serde_json::from_str(VECTOR).unwrap();
    assert_eq!(String::from_utf8(entry.canonical().unwrap()).unwrap(), VECTOR);
    assert_eq!(
        entry.leaf().unwrap().to_string(),
        "6693238e5be1afa9ba06edcb31a3fd33052c4bf068a2450c79d76a7e5573f494"
    );
}

proptest! {
    /// As a library for it writes it.
    #[test]
    fn what_is_hashed_is_canonical_json(
        (action, subject, credential) in (any::<String>(), any::<String>(), any::<Option<String>>()),
        (seq, actor, project) in (exact(), prop::option::of(exact()), prop::option::of(exact())),
        format: i16,
    ) {
        let entry = Entry { action, subject, credential, seq, actor, project, format, ..entry(3) };
        prop_assert_eq!(entry.canonical().unwrap(), serde_json_canonicalizer::to_vec(&entry).unwrap());
    }
}

fn exact() -> std::ops::Range<i64> {
    1 - (1 << 53)..1 << 53
}

#[test]
fn every_member_changes_the_leaf() {
    let leaf = entry(3).leaf().unwrap();
    let changes: [fn(&mut Entry); 12] = [
        |entry| entry.position += 1,
        |entry| entry.sealed_at.push('0'),
        |entry| entry.seq += 1,
        |entry| entry.at.push('0'),
        |entry| entry.actor = None,
        |entry| entry.credential = None,
        |entry| entry.request_id = Some(String::new()),
        |entry| entry.action.push('0'),
        |entry| entry.project = None,
        |entry| entry.subject.push('0'),
        |entry| entry.payload_hash.push('0'),
        |entry| entry.format += 1,
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut other = entry(3);
        change(&mut other);
        assert_ne!(other.leaf().unwrap(), leaf, "{number}");
    }
}

/// Canonical JSON would write it like the number beside it, and both entries had one leaf.
#[test]
fn numbers_that_would_be_rounded_are_refused() {
    for number in [1 << 53, i64::MAX, i64::MIN, -(1 << 53)] {
        for entry in [
            Entry { position: number, ..entry(1) },
            Entry { seq: number, ..entry(1) },
            Entry { actor: Some(number), ..entry(1) },
            Entry { project: Some(number), ..entry(1) },
        ] {
            let error = entry.leaf().unwrap_err();
            assert!(matches!(error, EntryError::Integer(found) if found == number), "{error}");
        }
    }
    let largest = Entry { seq: (1 << 53) - 1, ..entry(1) };
    let canonical = String::from_utf8(largest.canonical().unwrap()).unwrap();
    assert!(canonical.contains(r#""seq":9007199254740991,"#), "{canonical}");
}

#[test]
fn members_that_are_missing_unknown_or_there_twice_are_refused() {
    for (from, to, cause) in [
        (r#""actor":1,"#, "", "missing field `actor`"),
        (r#""request_id":null,"#, "", "missing field `request_id`"),
        (r#""seq":7,"#, r#""seq":7,"seq":7,"#, "duplicate field `seq`"),
        (r#""seq":7,"#, r#""seq":7,"extra":7,"#, "unknown field `extra`"),
        (r#""seq":7,"#, r#""seq":7.0,"#, "invalid type: floating point"),
        (r#""format":1,"#, r#""format":32768,"#, "invalid value: integer `32768`"),
    ] {
        let text = VECTOR.replace(from, to);
        let error = serde_json::from_str::<Entry>(&text).unwrap_err().to_string();
        assert!(error.contains(cause), "{error}");
    }
}

#[test]
fn a_payload_is_hashed_after_its_salt() {
    let salt = "000102030405060708090a0b0c0d0e0f";
    let payload = Payload { salt: salt.to_owned(), text: r#"{"a":1}"#.to_owned() };
    assert_eq!(
        payload.hash().unwrap(),
        "aed8a0ebb5f60a8aa06554873318b8e888584ebddf7878258719930ae328cbb2"
    );
}

#[test]
fn a_salt_is_16_bytes_in_small_digits() {
    for salt in ["", "ab", &"ab".repeat(15), &"ab".repeat(17), &"AB".repeat(16), &"+1".repeat(16)] {
        let payload = Payload { salt: salt.to_owned(), text: String::new() };
        assert!(matches!(payload.hash(), Err(EntryError::Salt)), "{salt}");
    }
}
