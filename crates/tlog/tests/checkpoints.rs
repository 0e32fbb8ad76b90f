//! Checkpoints as signed notes.

use crate::kit::{ORIGIN, TIME, checkpoint, key, leaves, public};
use omicron_tlog::{Checkpoint, CheckpointError, Hash, SignedCheckpoint};
use proptest::prelude::*;
use signed_note::{Note, NoteError, StandardSigner, StandardVerifier, VerifierList};

fn of_three() -> Checkpoint {
    checkpoint(&mut leaves(3), 3)
}

/// A note that the key of the seed 1 signed.
fn note() -> String {
    of_three().sign(&[&key(1)]).unwrap().to_string()
}

fn parse_error(note: &str) -> CheckpointError {
    note.parse::<SignedCheckpoint>().unwrap_err()
}

fn verifiers(seed: u8) -> VerifierList {
    VerifierList::new(vec![Box::new(StandardVerifier::new(&public(seed).to_string()).unwrap())])
}

#[test]
fn others_verify_our_notes() {
    let theirs = Note::from_bytes(note().as_bytes()).unwrap();
    let (known, unknown) = theirs.verify(&verifiers(1)).unwrap();
    assert_eq!((known.len(), unknown.len()), (1, 0));
    assert_eq!(theirs.text(), of_three().to_string().as_bytes());
    assert!(matches!(theirs.verify(&verifiers(2)), Err(NoteError::UnverifiedNote)));
}

#[test]
fn we_verify_the_notes_of_others() {
    let mut theirs = Note::new(of_three().to_string().as_bytes(), &[]).unwrap();
    let signer = StandardSigner::new(&key(1).to_secret_text()).unwrap();
    theirs.add_sigs(&[&signer]).unwrap();
    let theirs = String::from_utf8(theirs.to_bytes()).unwrap();
    assert_eq!(theirs, note());
    let ours: SignedCheckpoint = theirs.parse().unwrap();
    assert_eq!(ours.verify(&[public(1)]), Ok(&of_three()));
}

#[test]
fn a_note_is_written_in_one_way() {
    let root = "m0ll+LIgukL3A5rQeByWbPkLsa6hWoBYbWNLMiqx9M4=";
    let lines: Vec<_> = note().lines().map(str::to_owned).collect();
    assert_eq!(lines[..5], [ORIGIN, "3", root, &format!("time {TIME}"), ""]);
    assert_eq!(lines.len(), 6);
    assert!(lines[5].starts_with(&format!("— {ORIGIN} ")));
    assert_eq!(note().parse::<SignedCheckpoint>().unwrap().to_string(), note());
}

#[test]
fn whoever_knows_all_keys_wants_no_signature_of_another() {
    let both = of_three().sign(&[&key(1), &key(2)]).unwrap();
    assert_eq!(both.unverified(), &of_three());
    let known = [public(3), public(2), public(1)];
    assert_eq!(both.signers(&known), Ok(vec![&known[2], &known[1]]));
    assert_eq!(both.signers(&known[1..2]), Err(CheckpointError::Unknown));
    // A byte of what is said to be the second signature
    let (head, last) = both
        .to_string()
        .trim_end()
        .rsplit_once('\n')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let at = last.len() - 10;
    let other = if last.as_bytes()[at] == b'A' { "B" } else { "A" };
    let forged = format!("{head}\n{}{other}{}\n", &last[..at], &last[at + 1..]);
    let forged: SignedCheckpoint = forged.parse().unwrap();
    assert!(forged.verify(&[public(1)]).is_ok());
    assert!(matches!(forged.signers(&known), Err(CheckpointError::Forged(_))));
}

#[test]
fn either_key_vouches_for_the_checkpoint_at_which_they_change() {
    let both = of_three().sign(&[&key(1), &key(2)]).unwrap();
    for keys in [vec![public(1)], vec![public(2)], vec![public(3), public(2), public(1)]] {
        assert_eq!(both.verify(&keys), Ok(&of_three()));
    }
    assert_eq!(both.verify(&[public(3)]), Err(CheckpointError::Unknown));
    assert_eq!(both.verify(&[]), Err(CheckpointError::Unknown));
}

#[test]
fn one_wrong_signature_of_a_known_key_spoils_the_note() {
    let other = checkpoint(&mut leaves(3), 2).sign(&[&key(2)]).unwrap().to_string();
    let borrowed = other.lines().last().unwrap();
    let spoilt: SignedCheckpoint = format!("{}{borrowed}\n", note()).parse().unwrap();
    assert_eq!(spoilt.verify(&[public(1)]), Ok(&of_three()));
    for keys in [[public(1), public(2)], [public(2), public(1)]] {
        let error = spoilt.verify(&keys).unwrap_err();
        assert_eq!(error, CheckpointError::Forged(public(2).to_string()));
    }
}

#[test]
fn signatures_of_other_kinds_are_passed_over() {
    for line in ["— witness.example BAAAAAE=", &format!("— {ORIGIN} AAAAAAE=")] {
        let cosigned: SignedCheckpoint = format!("{}{line}\n", note()).parse().unwrap();
        assert_eq!(cosigned.verify(&[public(1)]), Ok(&of_three()), "{line}");
    }
}

#[test]
fn only_what_can_be_read_again_is_signed() {
    let changed = |change: fn(&mut Checkpoint)| {
        let mut checkpoint = of_three();
        change(&mut checkpoint);
        checkpoint.sign(&[&key(1)]).unwrap_err()
    };
    assert_eq!(changed(|it| it.origin = "lab\n9".to_owned()), CheckpointError::Origin);
    assert_eq!(changed(|it| it.origin.clear()), CheckpointError::Origin);
    assert_eq!(changed(|it| it.time.push_str("\nmore")), CheckpointError::Time);
    assert_eq!(changed(|it| it.time = "today".to_owned()), CheckpointError::Time);
    assert_eq!(of_three().sign(&[]), Err(CheckpointError::Signatures(0)));
    let (one, many) = (key(1), 17);
    assert_eq!(of_three().sign(&vec![&one; many]), Err(CheckpointError::Signatures(many)));
}

#[test]
fn what_is_wrong_with_a_note_is_said() {
    let root = of_three().to_string().lines().nth(2).unwrap().to_owned();
    for (from, to, error) in [
        ("\n\n", "\n", CheckpointError::Lines),
        ("\n3\n", "\n3\nmore\n", CheckpointError::Lines),
        ("lab.", "lab ", CheckpointError::Origin),
        ("\n3\n", "\n03\n", CheckpointError::Size),
        ("\n3\n", "\n+3\n", CheckpointError::Size),
        ("\n3\n", "\n18446744073709551616\n", CheckpointError::Size),
        (&root, &root.replace('=', ""), CheckpointError::Root),
        (&root, "AAAA", CheckpointError::Root),
        ("time ", "Time ", CheckpointError::Time),
        ("time ", "time  ", CheckpointError::Time),
        ("000Z", "000+00:00", CheckpointError::Time),
        (".170000Z", ".Z", CheckpointError::Time),
        ("T12", "t12", CheckpointError::Time),
        ("— ", "- ", CheckpointError::Signature),
        ("=\n", "=\r\n", CheckpointError::Root),
    ] {
        // The first occurrence alone, as the name stands before the signature, too.
        assert_eq!(parse_error(&note().replacen(from, to, 1)), error, "{from:?} as {to:?}");
    }
    assert_eq!(parse_error(note().trim_end()), CheckpointError::Signature);
    assert_eq!(parse_error(&format!("{}\n", note())), CheckpointError::Signature);
    assert_eq!(parse_error(&format!("{of}\n", of = of_three())), CheckpointError::Signature);
    let line = "— witness.example BAAAAAE=\n".repeat(16);
    assert_eq!(parse_error(&format!("{}{line}", note())), CheckpointError::Signatures(17));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_read_without_a_panic(text: String, lines in "(lab|—|[0-9]{0,9}|[ =AZ]|\n){0,30}") {
        let _ = text.parse::<SignedCheckpoint>();
        let _ = lines.parse::<SignedCheckpoint>();
    }

    #[test]
    fn a_checkpoint_is_read_as_it_was_signed(
        size: u64, root: [u8; 32], origin in "[a-zö./]{1,20}",
        time in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z",
    ) {
        let checkpoint = Checkpoint { origin, size, root: Hash::from(root), time };
        let signed = checkpoint.clone().sign(&[&key(1)]).unwrap();
        let read: SignedCheckpoint = signed.to_string().parse().unwrap();
        prop_assert_eq!(read.verify(&[public(1)]), Ok(&checkpoint));
        prop_assert_eq!(read, signed);
    }
}
