//! Signatures of any request, and headers of any bytes.

use crate::support::Request;
use omicron_auth::signature::{ContentDigest, Message, SignatureInput, SignedRequest, SigningKey};
use proptest::collection::vec;
use proptest::prelude::*;

const NAMES: [&str; 9] = [
    "@method",
    "@authority",
    "@path",
    "@query",
    "@scheme",
    "@target-uri",
    "@request-target",
    "x-one",
    "x-two",
];

prop_compose! {
    fn request()(
        method in "[A-Z]{1,8}", authority in "[a-z0-9.]{1,20}(:[0-9]{1,4})?", path in "/[!-\"$->@-~]{0,40}",
        query in proptest::option::of("[!-\"$-~]{0,40}"), one in "[ -~\t]{0,40}", two in vec("[ -~]{0,20}", 1..4),
        covered in Just(NAMES.map(str::to_owned).to_vec()).prop_shuffle(),
    ) -> Request {
        let headers = two.into_iter().map(|value| ("x-two".to_owned(), value));
        Request {
            method, authority, path, query, covered, scheme: "https".to_owned(),
            headers: headers.chain([("x-one".to_owned(), one)]).collect(),
        }
    }
}

fn message<'a>(headers: Vec<(&'a str, &'a [u8])>) -> Message<'a> {
    Message {
        method: "GET",
        scheme: "http",
        authority: "lab",
        target: "/",
        path: "/",
        query: None,
        headers,
    }
}

proptest! {
    #[test]
    fn what_is_signed_is_verified_and_no_other_key_does(
        request in request(), key in vec(any::<u8>(), 32), other in vec(any::<u8>(), 32),
        nonce in "[ -!#-\\[\\]-~]{1,128}",
    ) {
        let (key, other) = (keyed(&key), keyed(&other));
        let input = format!(r#"({});created=5;keyid="7";nonce="{nonce}""#, quoted(&request.covered));
        let input: SignatureInput = input.parse().unwrap();
        let base = request.with(|message| input.base(message)).unwrap();
        let signature = key.sign(&base);
        prop_assert!(key.verify(&base, signature.bytes()));
        prop_assert!(!key.verify(&base, &signature.bytes()[..31]));
        prop_assert!(key.expose() == other.expose() || !other.verify(&base, signature.bytes()));
        let parameters = format!(r#"created=5;keyid="7";nonce="{nonce}""#);
        let read = request.sign(&parameters, &key).read();
        prop_assert!(read.is_ok(), "{:?}", read);
    }

    /// A change anywhere is a change of the base: no two requests share a signature.
    #[test]
    fn different_requests_have_different_bases(one in request(), mut other in request()) {
        other.covered.clone_from(&one.covered);
        let input: SignatureInput = format!("({})", quoted(&one.covered)).parse().unwrap();
        let base = |request: &Request| request.with(|message| input.base(message)).unwrap();
        let same = |name: &str| {
            let value = |request: &Request| {
                let input: SignatureInput = format!("(\"{name}\")").parse().unwrap();
                request.with(|message| input.base(message)).unwrap()
            };
            value(&one) == value(&other)
        };
        prop_assert_eq!(base(&one) == base(&other), NAMES.into_iter().all(same));
    }

    #[test]
    fn no_bytes_make_the_parser_panic(
        input in vec(any::<u8>(), 0..200), signature in vec(any::<u8>(), 0..100), digest in vec(any::<u8>(), 0..100),
    ) {
        let headers = vec![
            ("signature-input", &input[..]), ("signature", &signature[..]), ("content-digest", &digest[..]),
        ];
        let _ = SignedRequest::read(&message(headers));
    }

    #[test]
    fn nothing_that_looks_like_a_signature_makes_the_parser_panic(
        input in r#"(omicron=\(("@method"|"@path"|"@authority"|"content-digest"| |;sf|;|=|")*\)(;(created|keyid|nonce|alg|tag|expires)=("[0-9a-z]*"|-?[0-9]{0,16}|:[a-zA-Z0-9+/=]*:|\?[01]|@[0-9]{1,15}|%"[ -~]*"))*,? ?){0,3}"#,
        digest in r"((sha-256|sha-512|md5)=?(:[a-zA-Z0-9+/=]*:)?,? ?){0,3}",
    ) {
        let signature = b"omicron=:AAAA:";
        let headers = vec![
            ("signature-input", input.as_bytes()), ("signature", &signature[..]), ("content-digest", digest.as_bytes()),
        ];
        let _ = SignedRequest::read(&message(headers));
        let _ = input.parse::<SignatureInput>();
        let _ = digest.parse::<ContentDigest>();
        let _ = digest.parse::<SigningKey>();
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" ")
}

fn keyed(bytes: &[u8]) -> SigningKey {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes).parse().unwrap()
}
