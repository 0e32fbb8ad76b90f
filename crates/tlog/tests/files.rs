//! Proofs as files.

use crate::kit::{
    ORIGIN, chain, checkpoint, consistency, entry, file, inclusion, journal, key, leaves, payload,
    public,
};
use omicron_tlog::{
    Checked, Checkpoint, ConsistencyProof, InclusionProof, Payload, Proof, ProofError,
};

fn check(proof: &Proof) -> Result<Checked, ProofError> {
    let read = Proof::parse(&file(proof)).unwrap();
    assert_eq!(read, *proof);
    read.check(&[public(1)])
}

fn refused(proof: &Proof) -> String {
    chain(&check(proof).unwrap_err())
}

#[test]
fn a_proof_of_inclusion_says_what_it_has_proven() {
    for position in 1..=5 {
        let Ok(Checked::Inclusion { entry: found, payload: state, checkpoint: of }) =
            check(&Proof::Inclusion(inclusion(position, 5)))
        else {
            panic!("position {position} is not proven")
        };
        assert_eq!((found, state), (entry(position), Some(payload(position))));
        assert_eq!(of, checkpoint(&mut journal(5), 5));
    }
}

#[test]
fn an_erased_payload_leaves_the_entry_proven() {
    let proof = Proof::Inclusion(InclusionProof { payload: None, ..inclusion(2, 3) });
    assert!(file(&proof).contains(r#""payload":null"#));
    assert!(matches!(check(&proof), Ok(Checked::Inclusion { payload: None, .. })));
}

#[test]
fn a_proof_of_consistency_says_what_it_has_proven() {
    for (first, second) in [(0, 4), (1, 4), (3, 4), (4, 4), (255, 257)] {
        let mut tree = leaves(second);
        let (old, new) = (checkpoint(&mut tree, first), checkpoint(&mut tree, second));
        let checked = check(&Proof::Consistency(consistency(first, second))).unwrap();
        assert_eq!(checked, Checked::Consistency { first: old, second: new });
    }
}

#[test]
fn a_file_says_what_it_is_first() {
    let inclusion = file(&Proof::Inclusion(inclusion(1, 2)));
    assert!(inclusion.starts_with(r#"{"format":"omicron-inclusion-proof/1","checkpoint":"#));
    let consistency = file(&Proof::Consistency(consistency(1, 2)));
    assert!(consistency.starts_with(r#"{"format":"omicron-consistency-proof/1","first":"#));
}

#[test]
fn a_file_may_be_written_with_other_white_space() {
    let proof = Proof::Inclusion(inclusion(1, 2));
    let pretty = serde_json::to_string_pretty(&proof).unwrap();
    assert_eq!(Proof::parse(&format!("{pretty}\n")).unwrap(), proof);
}

#[test]
fn what_is_no_proof_is_refused_with_its_reason() {
    let good = file(&Proof::Inclusion(inclusion(2, 3)));
    for (from, to, cause) in [
        ("inclusion-proof/1", "inclusion-proof/2", "unknown variant `omicron-inclusion-proof/2`"),
        (r#""format":"omicron-inclusion-proof/1","#, "", "missing field `format`"),
        (r#""path":"#, r#""extra":1,"path":"#, "unknown field `extra`"),
        (r#""path":"#, r#""path":[],"path":"#, "duplicate field `path`"),
        (r#"{"format""#, r#"{"format":"omicron-inclusion-proof/1","format""#, "duplicate field"),
        (r#""seq":"#, r#""seq":1,"seq":"#, "duplicate field `seq`"),
        (r#""salt":"#, r#""pepper":"","salt":"#, "unknown field `pepper`"),
        (r#""path":["#, r#""path":["AAAA","#, "a hash has 32 bytes, not 3"),
        (r#""path":["#, r#""path":["?","#, "a hash is written as 44 characters of base64"),
    ] {
        let error = chain(&Proof::parse(&good.replacen(from, to, 1)).unwrap_err());
        assert!(error.starts_with("the file is not a proof of a known format: "), "{error}");
        assert!(error.contains(cause), "{error}");
    }
    let without = good.replace(&format!(r#""payload":{},"#, payload_of(&good)), "");
    let error = chain(&Proof::parse(&without).unwrap_err());
    assert!(error.contains("missing field `payload`"), "{error}");
}

/// The payload's text in a file.
fn payload_of(file: &str) -> &str {
    let (_, rest) = file.split_once(r#""payload":"#).unwrap();
    rest.split_once(r#","path":"#).unwrap().0
}

#[test]
fn what_does_not_hold_in_a_proof_of_inclusion_is_named() {
    let good = || inclusion(2, 3);
    let changed = |change: fn(&mut InclusionProof)| {
        let mut proof = good();
        change(&mut proof);
        refused(&Proof::Inclusion(proof))
    };
    let elsewhere = "the entry is not under the root of the checkpoint: ";
    for (error, expected) in [
        (changed(|it| it.entry.action.push('!')), "the path does not lead to the root"),
        (changed(|it| it.entry.position = 1), "the path does not lead to the root"),
        (changed(|it| it.entry.position = 4), "leaf 3 is not in a tree of 3 leaves"),
        (changed(|it| it.path.clear()), "the path has too few hashes"),
        (changed(|it| it.path.extend_from_within(..)), "the path has too many hashes"),
    ] {
        assert_eq!(error, format!("{elsewhere}{expected}"));
    }
    for position in [0, -1, i64::MIN] {
        let mut proof = good();
        proof.entry.position = position;
        let expected = format!("there is no position {position}: they begin at 1");
        assert_eq!(refused(&Proof::Inclusion(proof)), expected);
    }
    assert_eq!(
        changed(|it| it.entry.position = i64::MAX),
        "the entry or its payload cannot be hashed: 9223372036854775807 is too large for \
         canonical JSON"
    );
    let other = "the payload is not the one that the entry vouches for";
    assert_eq!(changed(|it| it.payload = Some(payload(1))), other);
    assert_eq!(
        changed(|it| it.checkpoint = it.checkpoint.replacen("\n3\n", "\n4\n", 1)),
        format!(
            "the checkpoint does not hold: the signature of {} is wrong: the checkpoint was \
             changed, or never signed by it",
            public(1)
        )
    );
    let error = Proof::Inclusion(good()).check(&[public(2)]).unwrap_err();
    assert_eq!(chain(&error), "the checkpoint does not hold: none of the known keys signed it");
}

#[test]
fn bytes_cannot_move_from_the_salt_to_the_text() {
    let mut proof = inclusion(2, 3);
    let whole = payload(2);
    let (kept, moved) = whole.salt.split_at(30);
    assert_eq!(moved, "02");
    proof.payload = Some(Payload { salt: kept.to_owned(), text: format!("\u{2}{}", whole.text) });
    assert!(refused(&Proof::Inclusion(proof)).contains("the salt must be 32"));
}

#[test]
fn what_does_not_hold_in_a_proof_of_consistency_is_named() {
    let (small, large) = (consistency(3, 3), consistency(3, 5));
    let backward = ConsistencyProof {
        first: large.second.clone(),
        second: large.first.clone(),
        path: large.path.clone(),
    };
    assert_eq!(
        refused(&Proof::Consistency(backward)),
        "the second checkpoint does not continue the first: a tree of 3 leaves cannot continue one \
         of 5"
    );

    // A tail that was cut off and made again.
    let mut rebuilt = journal(3);
    let rebuilt = checkpoint(&mut rebuilt, 3).sign(&[&key(1)]).unwrap().to_string();
    let cut = ConsistencyProof { first: rebuilt, ..large.clone() };
    assert_eq!(
        refused(&Proof::Consistency(cut)),
        "the second checkpoint does not continue the first: the path does not lead to the root"
    );

    let elsewhere = Checkpoint { origin: "other".to_owned(), ..checkpoint(&mut leaves(3), 3) };
    let second = elsewhere.sign(&[&key(1)]).unwrap().to_string();
    assert_eq!(
        refused(&Proof::Consistency(ConsistencyProof { second, ..small })),
        format!("the checkpoints are of two journals: {ORIGIN} and other")
    );

    let broken = ConsistencyProof { second: "nothing".to_owned(), ..large };
    assert!(
        refused(&Proof::Consistency(broken)).starts_with("the second checkpoint does not hold")
    );
}
