//! What a webhook's address may be. Where it leads is asked when it is connected to, not here: a name
//! may stand for something else by then.

use url::Url;

/// Whether what is posted may go without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// It may: nobody depends on this server.
    Allowed,
    /// Anyone in between could read it.
    Refused,
}

const LONGEST: usize = 2048;

/// The address in its one form, in which `0x7f.1` is `127.0.0.1`; or what is wrong with it.
pub(super) fn checked(text: &str, plain: Plain) -> Result<String, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| "must be a URL, with scheme and host")?;
    match url.scheme() {
        "https" => {}
        "http" if plain == Plain::Allowed => {}
        "http" => return Err("must begin with https://, since anyone in between could read it"),
        _ => return Err("must begin with https://"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must hold no credentials: deliveries are signed");
    }
    if url.fragment().is_some() {
        return Err("must hold no fragment, which is never sent");
    }
    let text = String::from(url);
    if text.len() > LONGEST { Err("must have at most 2048 characters") } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_its_one_form() {
        for (given, kept) in [
            ("https://Example.org", "https://example.org/"),
            (" https://example.org:443/a?b=c ", "https://example.org/a?b=c"),
            ("http://0177.0.0.1/", "http://127.0.0.1/"),
            ("http://2130706433/", "http://127.0.0.1/"),
            ("http://0x7f.1:8080/", "http://127.0.0.1:8080/"),
            ("http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
        ] {
            assert_eq!(checked(given, Plain::Allowed).as_deref(), Ok(kept), "{given}");
        }
    }

    #[test]
    fn what_is_no_address_to_post_to_is_refused() {
        let long = format!("https://example.org/{}", "a".repeat(LONGEST));
        for bad in [
            "",
            "example.org",
            "/hook",
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://a/",
            "https://",
            "https://ann:secret@example.org/",
            "https://ann@example.org/",
            "https://:secret@example.org/",
            "https://example.org/#a",
            "https://exa mple.org/",
            &long,
        ] {
            assert!(checked(bad, Plain::Allowed).is_err(), "{bad}");
        }
        assert!(checked("http://example.org/", Plain::Refused).is_err());
        assert!(checked("https://example.org/", Plain::Refused).is_ok());
        let longest = &long[..LONGEST];
        assert_eq!(checked(longest, Plain::Refused).as_deref(), Ok(longest));
    }
}
