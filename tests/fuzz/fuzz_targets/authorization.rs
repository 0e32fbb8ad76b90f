//! `Authorization`: what is read is what was meant, in each of its spellings.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use libfuzzer_sys::fuzz_target;
use omicron_auth::{Credentials, Password, TokenText};

fuzz_target!(|text: &str| {
    if let Ok(Credentials::Token(token)) = text.parse() {
        // The one spelling of a token, and it is found again in all places that it may stand in.
        let token = token.expose();
        assert!(text.to_ascii_lowercase().contains(&token) || !text.contains('-'));
        for whole in [token.clone(), format!("{token}:")] {
            assert_eq!(
                read(&format!("Basic {}", STANDARD.encode(whole))),
                Read::Token(token.clone())
            );
        }
        assert_eq!(read(&format!("bearer  {token} ")), Read::Token(token));
    }
    assert_eq!(read(text), read(&format!(" {text} ")), "white space around it says nothing");

    // The same text as a client would send it.
    let expected = expected(text);
    let (padded, bare) = (STANDARD.encode(text), STANDARD_NO_PAD.encode(text));
    assert_eq!(read(&format!("Basic {padded}")), expected);
    assert_eq!(read(&format!("bAsIc {bare}")), expected);
    if !padded.is_empty() {
        assert_eq!(read(&padded), expected);
    }
});

#[derive(Debug, PartialEq)]
enum Read {
    Password(String),
    Token(String),
    Nothing,
}

fn read(header: &str) -> Read {
    match header.parse() {
        Ok(Credentials::Password { username, .. }) => Read::Password(username),
        Ok(Credentials::Token(token)) => Read::Token(token.expose()),
        Err(_) => Read::Nothing,
    }
}

/// What RFC 7617 makes of `username:password`, and we of a token in its place.
fn expected(text: &str) -> Read {
    let token = |text: &str| {
        text.parse().map_or(Read::Nothing, |token: TokenText| Read::Token(token.expose()))
    };
    match text.split_once(':') {
        None => token(text),
        Some((name, "")) => token(name),
        Some((name, password)) if password.parse::<Password>().is_ok() => {
            Read::Password(name.to_owned())
        }
        Some(_) => Read::Nothing,
    }
}
