//! Keys and their texts.

use crate::kit::{ORIGIN, key, public};
use omicron_tlog::{KeyError, SigningKey, VerifierKey};
use proptest::prelude::*;
use signed_note::{Signer, StandardSigner, StandardVerifier, Verifier};

/// The keys of the documentation of Go's signed notes.
const PRIVATE: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

#[test]
fn keys_of_go_are_read_and_written() {
    let key: SigningKey = PRIVATE.parse().unwrap();
    assert_eq!(key.verifier().to_string(), PUBLIC);
    assert_eq!(key.to_secret_text(), PRIVATE);
    assert_eq!(PUBLIC.parse::<VerifierKey>().as_ref(), Ok(key.verifier()));
}

#[test]
fn others_read_our_keys() {
    for seed in 0..20 {
        let signer = StandardSigner::new(&key(seed).to_secret_text()).unwrap();
        let verifier = StandardVerifier::new(&public(seed).to_string()).unwrap();
        assert_eq!(Signer::name(&signer), ORIGIN);
        assert_eq!(Signer::key_id(&signer), Verifier::key_id(&verifier));
        assert_eq!(public(seed).hash(), Verifier::key_id(&verifier).to_be_bytes());
    }
}

#[test]
fn a_private_key_does_not_show_its_seed() {
    let key: SigningKey = PRIVATE.parse().unwrap();
    let shown = format!("{key:?} {key:#?}");
    assert!(shown.contains(PUBLIC), "{shown}");
    assert!(!shown.contains("AYEKFALV") && !shown.contains("129, 10, 20"), "{shown}");
}

#[test]
fn names_are_one_word_without_a_plus() {
    for name in ["", "our lab", "lab+1", "lab\n", "lab\u{a0}", "lab\u{0}", "\u{2003}"] {
        assert_eq!(SigningKey::new(name, [1; 32]).unwrap_err(), KeyError::Name, "{name:?}");
    }
    assert!(SigningKey::new("labör.example.org/π", [1; 32]).is_ok());
}

#[test]
fn what_is_wrong_with_a_key_is_said() {
    let parse = |text: &str| text.parse::<VerifierKey>().unwrap_err();
    assert_eq!(parse(""), KeyError::Form);
    assert_eq!(parse("PeterNeumann+c74f20a3"), KeyError::Form);
    assert_eq!(parse("PeterNeumann+c74f20a3+"), KeyError::Form);
    assert_eq!(parse("PeterNeumann+c74f20a3+AQ=="), KeyError::Form);
    assert_eq!(parse(PRIVATE), KeyError::Form);
    assert_eq!(parse(&format!("{PUBLIC}\n")), KeyError::Form);
    assert_eq!(parse(&PUBLIC.replace("+A", "+B")), KeyError::Algorithm(5));
    assert_eq!(parse(&PUBLIC.replace("Peter", "Peter ")), KeyError::Name);
    assert_eq!(parse(&PUBLIC.replace("Peter", "Pete")), KeyError::Hash);
    assert_eq!(parse(&PUBLIC.replace("c74f", "C74F")), KeyError::Hash);
    assert_eq!(PUBLIC.parse::<SigningKey>().unwrap_err(), KeyError::NotPrivate);
    assert_eq!(PRIVATE.replace("c74f", "c74e").parse::<SigningKey>().unwrap_err(), KeyError::Hash);
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text: String, parts in "[A-Za-z+/=0-9]{0,80}") {
        for text in [text, parts.clone(), format!("PRIVATE+KEY+{parts}")] {
            let _ = text.parse::<VerifierKey>();
            let _ = text.parse::<SigningKey>();
        }
    }

    #[test]
    fn a_key_is_read_as_it_was_written(seed: [u8; 32], name in "[a-z./]{1,20}") {
        let key = SigningKey::new(&name, seed).unwrap();
        let read: SigningKey = key.to_secret_text().parse().unwrap();
        prop_assert_eq!(read.to_secret_text(), key.to_secret_text());
        let public = key.verifier();
        prop_assert_eq!(&public.to_string().parse::<VerifierKey>().unwrap(), public);
    }
}
