//! `X-Forwarded-For` and `Forwarded`: whatever a client says of itself, the proxies' word counts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omicron_api::fuzzing::address;
use omicron_fuzz::{borrowed, headers_and_body};
use std::net::IpAddr;

const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

fuzz_target!(|data: &[u8]| {
    let (headers, _) = headers_and_body(data);
    let lines = borrowed(&headers);
    let Some(nobody_trusted) = address(0, &lines, PEER) else { return };
    assert_eq!(nobody_trusted, PEER);
    for proxies in 1..4 {
        let found = address(proxies, &lines, PEER).unwrap();
        assert_eq!(found, found.to_canonical(), "one address has one form");
    }
    for (name, client, proxy) in [
        ("x-forwarded-for", "192.0.2.7", "198.51.100.1"),
        ("forwarded", "for=192.0.2.7;proto=https", "proto=http;For=\"198.51.100.1:4711\""),
    ] {
        // A proxy passes one of the two on and adds to it: to the last line, or a line.
        let said: Vec<&[u8]> =
            lines.iter().filter(|(other, _)| *other == name).map(|(_, value)| *value).collect();
        for appended in [client.to_owned(), format!("{client}, {proxy}")] {
            let proxies = appended.matches("192.0.2.7").count() + appended.matches("198.").count();
            let (last, before) = said.split_last().map_or((&b""[..], &[][..]), |(l, b)| (*l, b));
            let joined = [last, b", ", appended.as_bytes()].concat();
            let same_line = before.iter().copied().chain([&joined[..]]);
            let new_line = said.iter().copied().chain([appended.as_bytes()]);
            for values in [same_line.collect::<Vec<_>>(), new_line.collect()] {
                let lines: Vec<_> = values.into_iter().map(|value| (name, value)).collect();
                let found = address(proxies, &lines, PEER).unwrap();
                assert_eq!(found.to_string(), "192.0.2.7", "{lines:?}");
            }
        }
    }
});
