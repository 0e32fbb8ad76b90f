//! How much a client may take, and for how long.

use crate::lab::{problem, token_of};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Backend, raw};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn left(answer: &Answer) -> u32 {
    let header = answer.header("ratelimit").unwrap_or_else(|| panic!("no RateLimit: {answer}"));
    let (_, rest) = header.split_once("\"caller\";r=").unwrap();
    rest.split(';').next().unwrap().parse().unwrap()
}

#[test]
fn each_caller_may_ask_for_so_much_a_minute() {
    let lab = Lab::with(Backend::Sqlite, &[("RATE_LIMIT", "6")]);
    let ann = lab.person("ann");
    let token = lab.anonymous().bearer(&token_of(&lab.root()));
    let answers: Vec<_> = (0..6).map(|_| ann.get("/api/v1/users/ann").expect(200)).collect();
    assert_eq!(answers.iter().map(left).collect::<Vec<_>>(), [5, 4, 3, 2, 1, 0]);
    assert_eq!(answers[0].header("ratelimit-policy"), Some("\"caller\";q=6;w=60"));
    let over = ann.get("/api/v1/users/ann");
    let wait: u64 = over.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait) && left(&over) == 0, "{over}");
    assert_eq!(problem(over, 429)["type"], "urn:omicron:problem:throttled");
    // Another one, and someone at the same address without a name, have shares of their own.
    assert_eq!(left(&token.get("/api/v1/users/root").expect(200)), 4);
    assert_eq!(left(&lab.anonymous().get("/").expect(200)), 4, "one went for the registration");
    for _ in 0..4 {
        lab.anonymous().basic("ann", "wrong").get("/").expect(200);
    }
    problem(lab.anonymous().get("/openapi.json"), 429);
    problem(lab.anonymous().bearer("nonsense").get("/api/v1/users"), 429);
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = lab.anonymous().get(path).expect(200);
        assert_eq!(answer.header("ratelimit"), None, "{path}");
    }
}

#[test]
fn without_a_limit_there_is_no_header() {
    let lab = Lab::with(Backend::Sqlite, &[("RATE_LIMIT", "0")]);
    assert_eq!(lab.anonymous().get("/").expect(200).header("ratelimit"), None);
    assert_eq!(left(&fixture(Backend::Sqlite).anonymous().get("/").expect(200)), 59_999);
}

#[test]
fn addresses_and_headers_have_a_greatest_length() {
    let lab = fixture(Backend::Sqlite);
    let path = |length: usize| format!("/?{}", "x".repeat(length - 2));
    lab.anonymous().get(&path(8192)).expect(200);
    problem(lab.anonymous().get(&path(8193)), 414);
    for head in [format!("X-Long: {}\r\n", "x".repeat(200_000)), "X-Many: x\r\n".repeat(200)] {
        let request = format!("GET / HTTP/1.1\r\nHost: x\r\n{head}\r\n");
        let answer = raw(lab.server.base_url(), request.as_bytes());
        assert!([400, 431].contains(&answer.status), "{answer}");
    }
    lab.anonymous().get("/").expect(200);
}

fn connect(lab: &Lab) -> TcpStream {
    let address = lab.server.base_url().trim_start_matches("http://");
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// Sends a beginning, then a byte now and then, until the server has had enough; what it answers
/// and after which time.
fn trickle(lab: &Lab, beginning: &str) -> (String, Duration) {
    let (mut stream, start) = (connect(lab), Instant::now());
    stream.write_all(beginning.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut answer = Vec::new();
    while start.elapsed() < Duration::from_secs(10) {
        let mut buffer = [0; 1024];
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => answer.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                if stream.write_all(b"x").is_err() {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    (String::from_utf8_lossy(&answer).into_owned(), start.elapsed())
}

#[test]
fn clients_that_take_their_time_are_dropped_and_harm_nobody() {
    let lab = Lab::with(Backend::Sqlite, &[("BODY_TIMEOUT", "1")]);
    let body = "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 1000\r\n\r\n{";
    std::thread::scope(|scope| {
        let slow: Vec<_> = (0..20)
            .map(|number| {
                let beginning = if number % 2 == 0 { "GET / HTTP/1.1\r\nX-Slow: " } else { body };
                let lab = &lab;
                scope.spawn(move || trickle(lab, beginning))
            })
            .collect();
        for _ in 0..10 {
            lab.anonymous().get("/healthz").expect(200);
        }
        for slow in slow {
            let (answer, after) = slow.join().unwrap();
            assert!(answer.starts_with("HTTP/1.1 408"), "{answer:?} after {after:?}");
            assert!(after < Duration::from_secs(6), "{after:?}");
        }
    });
}

#[test]
fn a_body_without_end_is_refused_at_the_limit_and_its_connection_closed() {
    let lab = fixture(Backend::Sqlite);
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for (path, status) in [("users", "413"), ("projects", "401"), ("nothing", "404")] {
        let mut stream = connect(&lab);
        let head = format!(
            "POST /api/v1/{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
             Transfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answers = stream.try_clone().unwrap();
        let answer = std::thread::spawn(move || {
            let mut head = [0; 12];
            answers.read_exact(&mut head).map(|()| String::from_utf8_lossy(&head).into_owned())
        });
        let start = Instant::now();
        while stream.write_all(chunk.as_bytes()).is_ok() {
            assert!(start.elapsed() < Duration::from_secs(10), "{path}: it is still read");
        }
        assert_eq!(answer.join().unwrap().unwrap(), format!("HTTP/1.1 {status}"), "{path}");
    }
}

#[test]
fn a_body_in_chunks_is_as_good_as_another_and_its_connection_stays() {
    let lab = fixture(Backend::Sqlite);
    let mut stream = connect(&lab);
    let body = crate::lab::person("ann").to_string();
    let request = format!(
        "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    for status in ["201", "422"] {
        stream.write_all(request.as_bytes()).unwrap();
        let mut buffer = [0; 4096];
        let length = stream.read(&mut buffer).unwrap();
        let answer = String::from_utf8_lossy(&buffer[..length]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert!(!answer.to_lowercase().contains("connection: close"), "{answer}");
    }
}

#[test]
fn the_client_is_whom_the_trusted_proxies_name() {
    let forged = [
        ("x-forwarded-for", "6.6.6.6, 192.0.2.7"),
        ("x-real-ip", "6.6.6.6"),
        ("x-forwarded-host", "evil.example"),
    ];
    for (proxies, client) in
        [("0", "client=127.0.0.1"), ("1", "client=192.0.2.7"), ("2", "client=6.6.6.6")]
    {
        let lab = Lab::with(Backend::Sqlite, &[("TRUSTED_PROXIES", proxies)]);
        let request = lab.anonymous().request("GET", "/api/v1/schemas");
        let answer = forged
            .iter()
            .fold(request, |request, (name, value)| request.header(name, value))
            .send();
        assert!(!answer.expect(200).text().contains("evil"));
        assert!(lab.logs(client), "{}", lab.server.log());
    }
}

#[test]
fn connections_beyond_the_most_wait_for_their_turn() {
    let lab = Lab::with(Backend::Sqlite, &[("MAX_CONNECTIONS", "1"), ("WORKERS", "1")]);
    let get = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let (mut first, mut second) = (connect(&lab), connect(&lab));
    let mut buffer = [0; 1024];
    first.write_all(get).unwrap();
    assert!(first.read(&mut buffer).unwrap() > 0);
    second.write_all(get).unwrap();
    second.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(second.read(&mut buffer).is_err(), "it waits");
    drop(first);
    second.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert!(second.read(&mut buffer).unwrap() > 0);
}
