//! Requests that two servers could read in two ways: never more than one answer, and the connection
//! ends.

use crate::fixture;
use omicron_tests::Backend;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// The second request, which would be smuggled past a proxy.
const HIDDEN: &str = "GET /healthz?hidden HTTP/1.1\r\nHost: x\r\n\r\n";

/// The statuses of all answers to what is sent on one connection.
pub fn statuses(address: &str, request: &str) -> Vec<u16> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let lines = answer.match_indices("HTTP/1.1 ").map(|(at, _)| answer[at + 9..at + 12].parse());
    lines.map(Result::unwrap).collect()
}

/// Each with what can be read in two ways.
pub fn ambiguous() -> Vec<(&'static str, String)> {
    let post = "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let length = HIDDEN.len();
    vec![
        (
            "CL and TE",
            format!(
                "{post}Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{HIDDEN}",
                length + 5
            ),
        ),
        (
            "TE and CL",
            format!(
                "{post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{HIDDEN}"
            ),
        ),
        ("two CL", format!("{post}Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{HIDDEN}")),
        ("a list of CL", format!("{post}Content-Length: 0, {length}\r\n\r\n{HIDDEN}")),
        ("a signed CL", format!("{post}Content-Length: +0\r\n\r\n{HIDDEN}")),
        (
            "two TE",
            format!(
                "{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{HIDDEN}"
            ),
        ),
        (
            "a TE that is none",
            format!("{post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{HIDDEN}"),
        ),
        (
            "a blank before the colon",
            format!("{post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{HIDDEN}"),
        ),
        ("obs-fold", format!("{post}X-Fold: a\r\n Content-Length: 0\r\n\r\n{HIDDEN}")),
        ("two Host", format!("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n{HIDDEN}")),
        ("a bare CR", format!("GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n{HIDDEN}")),
        ("a bare LF", format!("{post}X: y\nContent-Length: {length}\r\n\r\n{HIDDEN}")),
        (
            "a bare LF after a chunk",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n1\na\n0\r\n\r\n{HIDDEN}"),
        ),
        (
            "a bad chunk",
            format!("{post}Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n{HIDDEN}"),
        ),
    ]
}

#[test]
fn a_request_that_can_be_read_in_two_ways_has_no_second_one_in_it() {
    let lab = fixture(Backend::Sqlite);
    let address = lab.server.base_url().trim_start_matches("http://");
    for (what, request) in ambiguous() {
        let answers = statuses(address, &request);
        println!("{what}: {answers:?}");
        assert!(answers.len() <= 1, "{what}: {answers:?}");
        assert!(answers.iter().all(|status| (400..500).contains(status)), "{what}: {answers:?}");
    }
    assert!(!lab.server.log().contains("hidden"));
    lab.anonymous().get("/healthz").expect(200);
}
