//! The client's address: the one function that tells it.

use crate::state::State;
use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// From where a request comes, behind the proxies that are trusted.
pub(crate) fn address(request: &HttpRequest) -> IpAddr {
    let proxies = State::of(request).map_or(0, |state| state.settings.limits.trusted_proxies);
    // A socket without addresses is one of this machine.
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.ip());
    behind(proxies, request.headers(), peer.to_canonical())
}

/// Each proxy appends the address from which it has the request, so with `n` of them the `n`-th from
/// the right is the client; what stands before it is what the client says. Where there is no such
/// address, or two headers disagree on it, it is taken to be the nearest proxy's.
pub(crate) fn behind(proxies: usize, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
    let Some(place) = proxies.checked_sub(1) else { return peer };
    let said = |name: &HeaderName| headers.contains_key(name).then(|| nth(headers, name, place));
    // A proxy writes one of them, and passes the other one on as the client wrote it.
    let found = match (said(&X_FORWARDED_FOR), said(&FORWARDED)) {
        (Some(one), Some(other)) if one == other => one,
        (Some(_), Some(_)) | (None, None) => None,
        (Some(one), None) | (None, Some(one)) => one,
    };
    found.unwrap_or(peer)
}

fn nth(headers: &HeaderMap, name: &HeaderName, place: usize) -> Option<IpAddr> {
    // A proxy adds to the client's line, whatever bytes that has.
    let lines: Vec<_> =
        headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let element = lines.iter().rev().flat_map(|line| line.rsplit(',')).nth(place)?;
    if *name == X_FORWARDED_FOR { parse(element) } else { parse(node(element)?) }
}

/// Whom an element of `Forwarded` (RFC 7239) is about.
fn node(element: &str) -> Option<&str> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    Some(value.trim().trim_matches('"'))
}

/// An address, with a port or without.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse::<SocketAddr>().map(|address| address.ip());
    let bare = || text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.or_else(|_| bare()).ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn behind_proxies(proxies: usize, lines: &[(&HeaderName, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append((*name).clone(), HeaderValue::from_str(value).unwrap());
        }
        behind(proxies, &headers, [10, 0, 0, 1].into()).to_string()
    }

    const XFF: HeaderName = X_FORWARDED_FOR;

    #[test]
    fn without_a_trusted_proxy_nothing_is_believed() {
        assert_eq!(behind_proxies(0, &[(&XFF, "192.0.2.1")]), "10.0.0.1");
        assert_eq!(behind_proxies(0, &[(&FORWARDED, "for=192.0.2.1")]), "10.0.0.1");
    }

    #[test]
    fn the_nth_from_the_right_is_the_client() {
        let three = [(&XFF, "6.6.6.6, 192.0.2.1"), (&XFF, " 192.0.2.2 ")];
        let found: Vec<_> = (1..5).map(|proxies| behind_proxies(proxies, &three)).collect();
        assert_eq!(found, ["192.0.2.2", "192.0.2.1", "6.6.6.6", "10.0.0.1"]);
        assert_eq!(behind_proxies(1, &[]), "10.0.0.1");
    }

    #[test]
    fn addresses_are_read_in_all_their_forms() {
        for (line, address) in [
            ("192.0.2.1:4711", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(behind_proxies(1, &[(&XFF, line)]), address, "{line}");
            let forwarded = format!("For=\"{line}\";proto=https");
            assert_eq!(behind_proxies(1, &[(&FORWARDED, &forwarded)]), address, "{forwarded}");
        }
        for line in ["", "unknown", "192.0.2.1,", "a\tb", "999.1.1.1", "for=192.0.2.1"] {
            assert_eq!(behind_proxies(1, &[(&XFF, line)]), "10.0.0.1", "{line}");
        }
    }

    #[test]
    fn what_the_client_says_does_not_hide_what_the_proxy_adds() {
        for client in ["\u{fc}", "\"", "for=\"", ",;,", "\t"] {
            let line = format!("{client}, 192.0.2.1");
            assert_eq!(behind_proxies(1, &[(&XFF, &line)]), "192.0.2.1", "{line}");
            let line = format!("{client}, for=192.0.2.1");
            assert_eq!(behind_proxies(1, &[(&FORWARDED, &line)]), "192.0.2.1", "{line}");
        }
    }

    #[test]
    fn headers_that_disagree_are_not_believed() {
        for (other, address) in
            [("for=192.0.2.1", "192.0.2.1"), ("for=6.6.6.6", "10.0.0.1"), ("nonsense", "10.0.0.1")]
        {
            let both = [(&XFF, "192.0.2.1"), (&FORWARDED, other)];
            assert_eq!(behind_proxies(1, &both), address, "{other}");
        }
    }
}
