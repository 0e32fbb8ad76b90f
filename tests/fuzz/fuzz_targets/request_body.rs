//! A body: read as any other JSON reader does, and what its schema accepts fits the type that it is
//! read into.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omicron_api::fuzzing::{bodies, json};
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let lenient: Option<Value> = serde_json::from_slice(data).ok();
    match json(data) {
        Some(strict) => {
            assert_eq!(Some(&strict), lenient.as_ref());
            assert_eq!(json(strict.to_string().as_bytes()), Some(strict));
        }
        // Where the lenient one drops what stands twice, or makes a double of a long number, nothing is
        // so in what it has read.
        None => {
            if let Some(lenient) = lenient {
                let written = lenient.to_string();
                assert_eq!(json(written.as_bytes()), Some(lenient));
                assert_ne!(written.as_bytes(), data);
            }
        }
    }
    for (schema, refused) in bodies(data) {
        let status = refused.map(|status| status.as_u16());
        assert!(matches!(status, None | Some(400)), "{schema}: {status:?}");
    }
});
