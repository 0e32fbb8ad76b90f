//! `Idempotency-Key`: a key is the same bare and as a string of RFC 8941.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omicron_api::fuzzing::idempotency_key;

fuzz_target!(|data: &[u8]| {
    assert_eq!(idempotency_key(&[]), Ok(None));
    assert!(idempotency_key(&[data.to_vec(), data.to_vec()]).is_err(), "two are none");
    let Ok(key) = idempotency_key(&[data.to_vec()]) else { return };
    let key = key.expect("a header that is there gives a key or is refused");
    assert!((1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));

    let escaped = key.replace('\\', "\\\\").replace('"', "\\\"");
    let quoted = format!("\"{escaped}\"").into_bytes();
    assert_eq!(idempotency_key(&[quoted]), Ok(Some(key.clone())));
    if !key.starts_with('"') {
        assert_eq!(idempotency_key(&[key.clone().into_bytes()]), Ok(Some(key)));
    }
});
