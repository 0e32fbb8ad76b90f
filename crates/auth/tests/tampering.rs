//! What can be changed on the way, and what a signature must say: without a database.

use crate::support::{BODY, COVERED, Request};
use omicron_auth::signature::{BadSignature, SigningKey};

const GOOD: &str = r#"created=1795521600;keyid="7";nonce="4f0a""#;

fn key() -> SigningKey {
    "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=".parse().unwrap()
}

/// What is wrong with the headers of a request; its MAC is not looked at.
fn wrong(request: &Request) -> String {
    request.read().err().map(|bad| bad.to_string()).unwrap_or_default()
}

fn with_parameters(parameters: &str) -> Request {
    Request::post().sign(parameters, &key())
}

#[test]
fn a_signature_that_says_all_it_has_to_is_read() {
    let request = with_parameters(GOOD).read().unwrap();
    assert_eq!(request.token().0, 7);
    assert!(request.body().check(BODY).is_ok());
    assert_eq!(request.body().check(b"{}"), Err(BadSignature::BodyChanged));
    assert_eq!(request.body().check(b""), Err(BadSignature::BodyChanged));
}

#[test]
fn a_parameter_that_is_missing_or_wrong_is_named() {
    let long = format!(r#"created=1;keyid="7";nonce="{}""#, "n".repeat(129));
    let cases = [
        (r#"keyid="7";nonce="n""#, "created"),
        (r#"created="1795521600";keyid="7";nonce="n""#, "created"),
        (r#"created=1795521600.0;keyid="7";nonce="n""#, "created"),
        (r#"created=@1795521600;keyid="7";nonce="n""#, "created"),
        (r#"created=999999999999999;keyid="7";nonce="n""#, "created"),
        (r#"created=1;nonce="n""#, "keyid"),
        (r#"created=1;keyid=7;nonce="n""#, "keyid"),
        (r#"created=1;keyid="07";nonce="n""#, "keyid"),
        (r#"created=1;keyid="+7";nonce="n""#, "keyid"),
        (r#"created=1;keyid="-7";nonce="n""#, "keyid"),
        (r#"created=1;keyid="0";nonce="n""#, "keyid"),
        (r#"created=1;keyid="9223372036854775808";nonce="n""#, "keyid"),
        (r#"created=1;keyid="7""#, "nonce"),
        (r#"created=1;keyid="7";nonce="""#, "nonce"),
        (r#"created=1;keyid="7";nonce=n"#, "nonce"),
        (&long, "nonce"),
        (r#"created=1;keyid="7";nonce="n";expires="2""#, "expires"),
        (r#"created=1;keyid="7";nonce="n";alg="rsa-pss-sha512""#, "alg"),
        (r#"created=1;keyid="7";nonce="n";alg="none""#, "alg"),
        (r#"created=1;keyid="7";nonce="n";alg="HMAC-SHA256""#, "alg"),
        (r#"created=1;keyid="7";nonce="n";alg=hmac-sha256"#, "alg"),
        (r#"created=1;keyid="7";nonce="n";alg"#, "alg"),
        (r#"created=1;keyid="7";nonce="n";tag="another-service""#, "tag"),
        (r#"created=1;keyid="7";nonce="n";tag"#, "tag"),
        // Of a parameter that stands twice, the last one counts.
        (r#"created=1;keyid="7";nonce="n";keyid="x""#, "keyid"),
    ];
    for (parameters, name) in cases {
        let said = wrong(&with_parameters(parameters));
        assert!(
            said.starts_with(&format!("the signature's parameter {name}")),
            "{parameters}: {said}"
        );
    }
    for parameters in
        [r#"alg="hmac-sha256""#, r#"tag="omicron""#, "expires=1795521700", r#"app="mine""#]
    {
        assert_eq!(wrong(&with_parameters(&format!("{GOOD};{parameters}"))), "");
    }
}

#[test]
fn what_decides_about_the_request_must_be_covered() {
    for missing in ["@method", "@authority", "@path", "@query"] {
        let covered: Vec<_> = COVERED.into_iter().filter(|name| *name != missing).collect();
        let said = wrong(&Request::post().covering(&covered).sign(GOOD, &key()));
        assert!(said.starts_with("the signature must cover") && said.contains(missing), "{said}");
    }
    let enough: [&[&str]; 2] =
        [&["@method", "@target-uri"], &["@query", "@path", "@authority", "@method"]];
    for covered in enough {
        assert_eq!(wrong(&Request::post().covering(covered).sign(GOOD, &key())), "");
    }
    let without_query = Request { query: None, ..Request::post() };
    assert_eq!(
        wrong(&without_query.covering(&["@method", "@authority", "@path"]).sign(GOOD, &key())),
        ""
    );
}

#[test]
fn a_body_is_refused_unless_its_digest_is_covered() {
    let covered = ["@method", "@target-uri"];
    let request = Request::post().covering(&covered).sign(GOOD, &key()).read().unwrap();
    // There is a digest, and whoever changes the body can change that too.
    assert_eq!(request.body().check(BODY), Err(BadSignature::BodyUncovered));
    assert!(request.body().check(b"").is_ok());
}

#[test]
fn what_can_not_be_computed_is_refused() {
    let components = [
        r#""@status""#,
        r#""@query-param";name="a""#,
        r#""@signature-params""#,
        r#""@unknown""#,
        r#""content-digest";sf"#,
        r#""content-digest";bs"#,
        r#""content-digest";key="sha-256""#,
        r#""@method";req"#,
        r#""content-type";tr"#,
        r#""Content-Type""#,
        r#""two words""#,
        r#""""#,
    ];
    for component in components {
        let mut request = with_parameters(GOOD);
        request.set("signature-input", &format!(r#"omicron=("@method" {component});{GOOD}"#));
        let said = wrong(&request);
        assert!(said.contains("does not support"), "{component}: {said}");
    }
    let many: Vec<_> = (0..65).map(|number| format!("\"x-{number}\"")).collect();
    let cases = [
        (format!(r#"omicron=("@method" "@method");{GOOD}"#), "more than once"),
        (format!(r#"omicron=("@method" "@target-uri" "x-nothing");{GOOD}"#), "does not have"),
        (format!("omicron=({});{GOOD}", many.join(" ")), "more than 64"),
        (format!("omicron=(1 2);{GOOD}"), "not written as"),
        ("omicron=1".to_owned(), "not written as"),
        ("omicron=(\"@method\"".to_owned(), "not written as"),
        ("\u{e4}".to_owned(), "not written as"),
        (String::new(), "with the same label"),
    ];
    for (input, expected) in cases {
        let mut request = with_parameters(GOOD);
        request.set("signature-input", &input);
        let said = wrong(&request);
        assert!(said.contains(expected), "{input}: {said}");
    }
}

#[test]
fn both_headers_have_to_be_there_with_one_label() {
    for name in ["signature", "signature-input"] {
        let mut request = with_parameters(GOOD);
        request.headers.retain(|(other, _)| other != name);
        assert_eq!(request.read().err(), Some(BadSignature::Incomplete));
    }
    for (signature, expected) in [
        ("other=:AAAA:", "same label"),
        ("omicron=1", "not written"),
        ("omicron=(:AAAA:)", "not written"),
    ] {
        let mut request = with_parameters(GOOD);
        request.set("signature", signature);
        assert!(wrong(&request).contains(expected), "{signature}");
    }
}

#[test]
fn of_several_signatures_exactly_one_may_be_ours() {
    let of_a_proxy = r#"("@method");created=1;keyid="rsa-1";alg="rsa-pss-sha512""#;
    let tagged = r#"("@method");created=1;keyid="8";tag="another""#;
    let second = r#"("@method");created=1;keyid="8";nonce="n""#;
    let with = |others: &[&str]| {
        let mut request = with_parameters(GOOD);
        for (number, other) in others.iter().enumerate() {
            request.headers.insert(0, ("signature-input".into(), format!("sig{number}={other}")));
            request.headers.insert(0, ("signature".into(), format!("sig{number}=:AAAA:")));
        }
        request.read()
    };
    assert_eq!(with(&[of_a_proxy, tagged]).unwrap().token().0, 7);
    assert_eq!(with(&[second]).err(), Some(BadSignature::Ambiguous));
    assert_eq!(with(&[of_a_proxy, second]).err(), Some(BadSignature::Ambiguous));
}

#[test]
fn no_value_can_pass_for_two_lines() {
    let mut request = Request::post();
    request.path = "/a\n\"@query\": ?".to_owned();
    let input = r#"("@method" "@authority" "@path")"#;
    let input: omicron_auth::signature::SignatureInput = input.parse().unwrap();
    assert!(request.with(|message| input.base(message)).is_err());
}

#[test]
fn the_example_of_the_documentation_is_signed_as_it_says() {
    let page = include_str!("../../../docs/api.md");
    let line = |name: &str| {
        let start = format!("{name}: omicron=");
        page.lines().find_map(|line| line.strip_prefix(&start)).unwrap()
    };
    let input = line("Signature-Input");
    let (covered, parameters) = input.split_once(')').unwrap();
    let covered: Vec<_> = covered[1..].split(' ').map(|name| name.trim_matches('"')).collect();
    let request = Request::post().covering(&covered).sign(&parameters[1..], &key());
    assert_eq!(request.header("signature"), format!("omicron={}", line("Signature")));
}
