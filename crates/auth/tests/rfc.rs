//! The examples of RFC 9421 and RFC 9530 themselves.

use omicron_auth::signature::{BadSignature, ContentDigest, Message, SignatureInput, SigningKey};

/// B.1.5, `test-shared-secret`.
const KEY: &str =
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
/// The digest in B.2's requests.
const SHA512: &str = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";

/// B.2, `test-request`.
fn test_request() -> Message<'static> {
    Message {
        method: "POST",
        scheme: "https",
        authority: "example.com",
        target: "/foo?param=Value&Pet=dog",
        path: "/foo",
        query: Some("param=Value&Pet=dog"),
        headers: vec![
            ("host", b"example.com"),
            ("date", b"Tue, 20 Apr 2021 02:07:55 GMT"),
            ("content-type", b"application/json"),
            ("content-digest", SHA512.as_bytes()),
            ("content-length", b"18"),
        ],
    }
}

fn base(message: &Message<'_>, input: &str) -> String {
    let input: SignatureInput = input.parse().unwrap();
    String::from_utf8(input.base(message).unwrap()).unwrap()
}

/// The first line of a base that covers this alone.
fn line(message: &Message<'_>, name: &str) -> String {
    base(message, &format!("(\"{name}\")")).lines().next().unwrap().to_owned()
}

#[test]
fn a_request_is_signed_with_hmac_sha256_as_in_b_2_5() {
    let input =
        r#"("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret""#;
    let base = base(&test_request(), input);
    assert_eq!(
        base,
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\
         \"@authority\": example.com\n\
         \"content-type\": application/json\n\
         \"@signature-params\": (\"date\" \"@authority\" \"content-type\")\
         ;created=1618884473;keyid=\"test-shared-secret\""
    );
    let key: SigningKey = KEY.parse().unwrap();
    let signature = key.sign(base.as_bytes());
    assert_eq!(signature.header(), "omicron=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:");
    assert!(key.verify(base.as_bytes(), signature.bytes()));
}

#[test]
fn a_base_without_components_is_that_of_b_2_1() {
    let input = r#"();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd""#;
    assert_eq!(base(&test_request(), input), format!("\"@signature-params\": {input}"));
}

#[test]
fn the_selected_components_of_b_2_2_take_a_query_parameter_which_is_refused() {
    let input = r#"("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example""#;
    let refused = input.parse::<SignatureInput>().unwrap_err();
    assert!(matches!(refused, BadSignature::Unsupported(_)), "{refused:?}");
}

#[test]
fn a_base_of_everything_is_that_of_b_2_3() {
    let input = r#"("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss""#;
    let expected = format!(
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\
         \"@method\": POST\n\
         \"@path\": /foo\n\
         \"@query\": ?param=Value&Pet=dog\n\
         \"@authority\": example.com\n\
         \"content-type\": application/json\n\
         \"content-digest\": {SHA512}\n\
         \"content-length\": 18\n\
         \"@signature-params\": {input}"
    );
    assert_eq!(base(&test_request(), input), expected);
}

#[test]
fn header_fields_are_combined_and_trimmed_as_in_2_1() {
    let message = Message {
        headers: vec![
            ("x-ows-header", b"   Leading and trailing whitespace.   "),
            ("cache-control", b"max-age=60"),
            ("example-dict", b"  a=1,    b=2;x=1;y=2,   c=(a   b   c)"),
            ("cache-control", b"   must-revalidate"),
            ("x-empty-header", b""),
        ],
        ..test_request()
    };
    let lines = [
        r#""cache-control": max-age=60, must-revalidate"#,
        r#""example-dict": a=1,    b=2;x=1;y=2,   c=(a   b   c)"#,
        r#""x-empty-header": "#,
        r#""x-ows-header": Leading and trailing whitespace."#,
    ];
    for expected in lines {
        let name = expected.split('"').nth(1).unwrap();
        assert_eq!(line(&message, name), expected);
    }
}

#[test]
fn derived_components_are_those_of_2_2() {
    let message = Message {
        method: "GET",
        authority: "www.example.com",
        target: "/path?param=value&foo=bar&baz=bat%2Dman",
        path: "/path",
        query: Some("param=value&foo=bar&baz=bat%2Dman"),
        ..test_request()
    };
    let lines = [
        r#""@method": GET"#,
        r#""@target-uri": https://www.example.com/path?param=value&foo=bar&baz=bat%2Dman"#,
        r#""@authority": www.example.com"#,
        r#""@scheme": https"#,
        r#""@request-target": /path?param=value&foo=bar&baz=bat%2Dman"#,
        r#""@path": /path"#,
        r#""@query": ?param=value&foo=bar&baz=bat%2Dman"#,
    ];
    for expected in lines {
        assert_eq!(line(&message, expected.split('"').nth(1).unwrap()), expected);
    }
    let bare = Message { path: "", query: None, ..message };
    assert_eq!(line(&bare, "@path"), r#""@path": /"#);
    assert_eq!(line(&bare, "@query"), r#""@query": ?"#);
}

#[test]
fn an_authority_is_in_lower_case_and_without_a_port_that_goes_without_saying() {
    let cases = [
        ("https", "WWW.Example.COM:443", "www.example.com"),
        ("https", "example.com:80", "example.com:80"),
        ("http", "example.com:80", "example.com"),
        ("http", "[::1]:5000", "[::1]:5000"),
    ];
    for (scheme, authority, expected) in cases {
        let message = Message { scheme, authority, ..test_request() };
        assert_eq!(line(&message, "@authority"), format!("\"@authority\": {expected}"));
    }
}

#[test]
fn a_base_is_written_in_one_way_however_the_header_was() {
    let input = r#"(  "@method"   "@path" );created=1618884473;  keyid="7""#;
    let written = base(&test_request(), input);
    assert!(
        written.ends_with(r#": ("@method" "@path");created=1618884473;keyid="7""#),
        "{written}"
    );
}

#[test]
fn the_digests_of_rfc_9530_fit_their_bodies() {
    let line = b"{\"hello\": \"world\"}\n";
    let sha256 = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
    let sha512 = "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:";
    let both = format!("{sha256}, {sha512}, md5=:AAAA:");
    for header in [sha256, sha512, &both] {
        let digest: ContentDigest = header.parse().unwrap();
        assert!(digest.fits(line), "{header}");
        assert!(!digest.fits(line.trim_ascii()), "{header}");
    }
    // B.2 of RFC 9421: the same without the end of the line.
    assert!(SHA512.parse::<ContentDigest>().unwrap().fits(line.trim_ascii()));
    // Both are compared, not one of them.
    let mixed = format!("{sha256}, {SHA512}").parse::<ContentDigest>().unwrap();
    assert!(!mixed.fits(line) && !mixed.fits(line.trim_ascii()));
}

#[test]
fn a_digest_that_says_nothing_is_refused() {
    let long = format!("sha-256=:{}:", "A".repeat(88));
    for header in [
        "",
        "md5=:AAAA:",
        "sha-256",
        "sha-256=1",
        "sha-256=(1 2)",
        "sha-256=:AAAA:",
        "sha-256=x",
        "SHA-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
        &long,
        "sha-256=:\u{e4}:",
    ] {
        assert!(header.parse::<ContentDigest>().is_err(), "{header}");
    }
}
