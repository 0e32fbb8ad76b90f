//! Changes that a page of another site has a browser make.
//!
//! A browser that remembers a password sends it along with whatever any page sends here, and asks
//! first only where a script sets headers of its own. So where the sites are listed that may call, no
//! other page changes anything, whatever the browser sends.

use crate::problem::Problem;
use crate::state::{Origins, State};
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderName, ORIGIN};

/// Refuses a change that a page of a site makes which may not call.
pub(crate) fn check(request: &HttpRequest, state: &State) -> Result<(), Problem> {
    let Origins::Listed(listed) = &state.settings.allowed_origins else { return Ok(()) };
    let harmless = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let Some(origin) = header(request, &ORIGIN).filter(|_| !harmless) else { return Ok(()) };
    let own = header(request, &HOST).is_some_and(|host| is_of(origin, host));
    if own || listed.iter().any(|allowed| allowed == origin) {
        return Ok(());
    }
    Err(Problem::forbidden(format!(
        "pages of {origin} may change nothing here: ALLOWED_ORIGINS lists those that may"
    )))
}

/// What is no text equals nothing.
fn header<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().unwrap_or_default())
}

/// Whether a page comes from this host; its scheme may be another one, behind a proxy.
fn is_of(origin: &str, host: &str) -> bool {
    let bare = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    bare.is_some_and(|bare| bare.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn a_page_is_of_a_host_if_all_of_its_name_is() {
        assert!(is_of("https://lab.example", "lab.example"));
        assert!(is_of("http://Lab.example:5000", "lab.example:5000"));
        for (origin, host) in [
            ("https://lab.example.evil", "lab.example"),
            ("https://evil-lab.example", "lab.example"),
            ("https://lab.example:444", "lab.example"),
            ("null", "lab.example"),
            ("null", "null"),
            ("", ""),
        ] {
            assert!(!is_of(origin, host), "{origin} {host}");
        }
    }
}
