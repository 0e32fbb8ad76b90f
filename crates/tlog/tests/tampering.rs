//! No byte of a proof can be changed.

use crate::kit::{consistency, file, inclusion, public};
use omicron_tlog::Proof;
use proptest::prelude::*;
use std::sync::LazyLock;

static FILES: LazyLock<[String; 3]> = LazyLock::new(|| {
    let mut erased = inclusion(3, 7);
    erased.payload = None;
    [
        file(&Proof::Inclusion(inclusion(3, 7))),
        file(&Proof::Inclusion(erased)),
        file(&Proof::Consistency(consistency(3, 7))),
    ]
});

/// Whether a file proves anything at all.
fn proves(file: &[u8]) -> bool {
    std::str::from_utf8(file)
        .is_ok_and(|text| Proof::parse(text).is_ok_and(|proof| proof.check(&[public(1)]).is_ok()))
}

#[test]
fn a_proof_with_one_byte_missing_proves_nothing() {
    for file in FILES.iter() {
        assert!(proves(file.as_bytes()));
        for place in (0..file.len()).step_by(11) {
            let mut changed = file.clone().into_bytes();
            changed.remove(place);
            assert!(!proves(&changed), "without byte {place}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_proof_with_one_byte_changed_proves_nothing(
        which in 0..3_usize, place: prop::sample::Index, difference in 1..=255_u8,
    ) {
        let mut changed = FILES[which].clone().into_bytes();
        let place = place.index(changed.len());
        changed[place] ^= difference;
        prop_assert!(!proves(&changed), "{}", String::from_utf8_lossy(&changed));
    }

    #[test]
    fn any_text_is_read_without_a_panic(text: String, json in r#"[\[\]{}",:a-z0-9.\-\\]{0,60}"#) {
        let _ = Proof::parse(&text);
        let _ = Proof::parse(&json);
        let tagged = format!(r#"{{"format":"omicron-inclusion-proof/1",{json}}}"#);
        let _ = Proof::parse(&tagged).map(|proof| proof.check(&[public(1)]));
    }
}
