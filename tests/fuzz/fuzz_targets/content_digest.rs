//! `Content-Digest` (RFC 9530): only the body that it was made of fits it.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use omicron_auth::signature::ContentDigest;
use omicron_fuzz::first_line;
use sha2::{Digest as _, Sha256, Sha512};

fuzz_target!(|data: &[u8]| {
    let (header, body) = first_line(data);
    let sha256 = STANDARD.encode(Sha256::digest(body));
    let sha512 = STANDARD.encode(Sha512::digest(body));

    if let Some(digest) = std::str::from_utf8(header).ok().and_then(|text| text.parse().ok()) {
        let digest: ContentDigest = digest;
        if digest.fits(body) {
            // But for the last characters, in which base64 may be written in several ways.
            let holds = |text: &str| header.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(holds(&sha256[..42]) || holds(&sha512[..84]));
        }
        assert!(!(digest.fits(body) && digest.fits(&[body, b"!"].concat())));
    }

    let both = format!("sha-512=:{sha512}:, md5=:AAAA:, sha-256=:{sha256}:");
    let mut other = body.to_vec();
    other.push(0);
    for written in [format!("sha-256=:{sha256}:"), format!("sha-512=:{sha512}:;a=1"), both] {
        let digest: ContentDigest = written.parse().unwrap();
        assert!(digest.fits(body) && !digest.fits(&other), "{written}");
    }
});
