//! Signed requests (RFC 9421), written as HTTP writes them: what is signed says without doubt what
//! it covers, and is understood when it comes back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omicron_auth::signature::{
    BadSignature, ContentDigest, Message, SignatureInput, SignedRequest, SigningKey,
};
use omicron_fuzz::{borrowed, first_line, headers_and_body};

fuzz_target!(|data: &[u8]| {
    let (line, rest) = first_line(data);
    let (headers, body) = headers_and_body(rest);
    let Some(message) = message(line, borrowed(&headers)) else { return };

    if let Ok(signed) = SignedRequest::read(&message) {
        let taken = signed.body().check(body).is_ok();
        let digest = all(&message, "content-digest").parse::<ContentDigest>();
        assert!(!taken || body.is_empty() || digest.unwrap().fits(body), "an unsigned body");
    }
    // Any input may stand in the header, without its label.
    for (_, value) in message.headers.iter().filter(|(name, _)| *name == "signature-input") {
        let Ok(value) = std::str::from_utf8(value) else { continue };
        let value = value.split_once('=').map_or(value, |(_, value)| value);
        if let Ok(input) = value.parse() {
            sign(input, &message);
        }
    }
});

/// Signs the message as a client would, and reads it.
fn sign(input: SignatureInput, message: &Message<'_>) {
    let header = input.header();
    let again: SignatureInput = header.strip_prefix("omicron=").unwrap().parse().unwrap();
    assert_eq!(again.header(), header, "it is written in one way");
    let Ok(base) = input.base(message) else { return };
    assert_eq!(again.base(message).unwrap(), base);

    // A line for each part, and the last one says which these are: no other request has the same.
    let text = String::from_utf8_lossy(&base);
    let (parts, last) = text.rsplit_once('\n').map_or(("", &*text), |split| split);
    let names: Vec<_> =
        parts.lines().map(|line| line.split_once(": ").expect("a name and a value").0).collect();
    assert!(last.starts_with(&format!("\"@signature-params\": ({})", names.join(" "))), "{text}");

    let key: SigningKey = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=".parse().unwrap();
    let signature = key.sign(&base).header();
    let mut signed = message.clone();
    signed.headers.retain(|(name, _)| !matches!(*name, "signature-input" | "signature"));
    signed.headers.push(("signature-input", header.as_bytes()));
    signed.headers.push(("signature", signature.as_bytes()));
    let read = SignedRequest::read(&signed).err();
    assert!(
        !matches!(
            read,
            Some(
                BadSignature::Malformed("Signature" | "Signature-Input")
                    | BadSignature::Incomplete
                    | BadSignature::Ambiguous
            )
        ),
        "{read:?}: {header}"
    );
}

/// A message of a line such as `GET https://lab.example/api/v1/projects?page=2`.
fn message<'a>(line: &'a [u8], headers: Vec<(&'a str, &'a [u8])>) -> Option<Message<'a>> {
    let (method, address) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let (scheme, rest) = address.split_once("://")?;
    let (authority, target) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    Some(Message { method, scheme, authority, target, path, query, headers })
}

/// A header's lines as one.
fn all(message: &Message<'_>, name: &str) -> String {
    let lines = message.headers.iter().filter(|(other, _)| *other == name);
    lines.map(|(_, value)| String::from_utf8_lossy(value)).collect::<Vec<_>>().join(", ")
}
