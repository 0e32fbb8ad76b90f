//! The stream: what was missed, then what happens, through crashes and broken lines.

use super::reader::{Next, Reader};
use super::{all, told};
use crate::lab::{project, text, token_of};
use crate::{Lab, fixture};
use omicron_tests::{Backend, Client, Server, on_both};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How many write at a time.
const WRITERS: u32 = 4;

/// How often the reader's line breaks, and how many changes a second arrive meanwhile.
fn storm() -> (usize, u32) {
    if std::env::var_os("OMICRON_TEST_FEED").is_some() { (50, 500) } else { (8, 60) }
}

fn bearer(client: &Client) -> String {
    format!("Bearer {}", token_of(client))
}

fn sample(client: &Client, title: &str) {
    client.post("/api/v1/projects/1/samples", &json!({"title": title})).expect(201);
}

/// What a stream says until it has told as much as there is in the list.
fn read_until(reader: &mut Reader, position: i64) -> Vec<Value> {
    let mut events = Vec::new();
    while events.last().is_none_or(|event: &Value| event["position"].as_i64() < Some(position)) {
        events.push(reader.event());
    }
    events
}

on_both! {
    fn a_stream_tells_what_was_missed_and_then_what_happens(lab: &Lab) {
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        all(&ann, "", 10, 2);
        let token = bearer(&ann);
        let mut from_now = Reader::open(&ann, &token, "", None).unwrap();
        let mut from_the_first = Reader::open(&ann, &token, "?after=0", None).unwrap();
        let mut samples = Reader::open(&ann, &token, "?after=0&kind=sample&project=Alloys", None).unwrap();
        let first = told(&[from_the_first.event(), from_the_first.event()]);
        assert_eq!(first.iter().map(|(_, action, _)| action.as_str()).collect::<Vec<_>>(), ["user.registered", "project.created"]);
        sample(&ann, "Ingot");
        let seen = samples.event();
        assert_eq!(told(std::slice::from_ref(&seen))[0].1, "record.created");
        assert_eq!(read_until(&mut from_the_first, seen["position"].as_i64().unwrap()).last(), Some(&seen));
        assert_eq!(read_until(&mut from_now, seen["position"].as_i64().unwrap()).last(), Some(&seen));
        // The header, which browsers send by themselves, wins over the address they began with.
        let mut again = Reader::open(&ann, &token, "?after=0", from_now.last).unwrap();
        sample(&ann, "Bar");
        let next = again.event();
        assert!(next["position"].as_i64() > seen["position"].as_i64(), "{next}");
    }

    fn a_stream_is_over_when_its_credential_is(lab: &Lab) {
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let (token, other) = (token_of(&ann), bearer(&ann));
        let mut ending = Reader::open(&ann, &format!("Bearer {token}"), "", None).unwrap();
        let mut lasting = Reader::open(&ann, &other, "", None).unwrap();
        lab.anonymous().bearer(&token).delete("/api/v1/token").expect(200);
        let over = |reader: &mut Reader| loop {
            match reader.next(Duration::from_secs(20)) {
                Next::Over(word) => return word,
                Next::Event(_) => {}
                Next::Silence => panic!("the stream goes on"),
            }
        };
        assert_eq!(over(&mut ending), "your credential is no longer good for this");
        sample(&ann, "Ingot");
        lasting.event();
        lab.root().put("/api/v1/users/ann/disabled", &json!({})).expect(200);
        assert_eq!(over(&mut lasting), "your credential is no longer good for this");
    }

    fn whoever_leaves_a_project_hears_no_more_of_it(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        ann.post("/api/v1/projects/1/members", &json!({"username": "bob"})).expect(201);
        let mut reader = Reader::open(&bob, &bearer(&bob), "?kind=sample", None).unwrap();
        sample(&ann, "Seen");
        assert_eq!(reader.event()["subject"]["id"], 1);
        ann.delete("/api/v1/projects/1/members/bob").expect(204);
        // What was seen is believed for a second; the server may be busy for some more.
        std::thread::sleep(Duration::from_secs(4));
        sample(&ann, "Hidden");
        assert!(matches!(reader.next(Duration::from_secs(2)), Next::Silence));
        ann.post("/api/v1/projects/1/members", &json!({"username": "bob"})).expect(201);
        std::thread::sleep(Duration::from_secs(4));
        sample(&ann, "Seen again");
        assert_eq!(reader.event()["subject"]["id"], 3);
    }

    fn a_broken_line_and_a_killed_server_lose_and_repeat_nothing(lab: &Lab) {
        // The lab's own server goes on beside the one that is killed, where two can share a database.
        let (breaks, rate) = storm();
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let token = text(&ann.post("/api/v1/tokens?expiration=3600", &json!({})).expect(201).json()["token"]);
        let writer = lab.anonymous().bearer(&token);
        let mut server = lab.database.url().starts_with("postgres").then(|| Server::start(lab.database.url()));
        let over = AtomicBool::new(false);
        let seen = std::thread::scope(|scope| {
            let began = Instant::now();
            let written = [(); WRITERS as usize].map(|()| scope.spawn(|| {
                let (mut number, mut next) = (0, Instant::now());
                while !over.load(Ordering::Relaxed) {
                    number += 1;
                    sample(&writer, &format!("Ingot {number}"));
                    next += Duration::from_secs(1) * WRITERS / rate;
                    std::thread::sleep(next.saturating_duration_since(Instant::now()));
                }
                number
            }));
            let (mut seen, mut last) = (Vec::new(), Some(0));
            for number in 0..breaks {
                let client = server.as_ref().map_or_else(|| lab.anonymous(), Server::client);
                let mut reader = Reader::open(&client, &format!("Bearer {token}"), "?kind=sample", last).unwrap();
                for _ in 0..10 {
                    seen.push(reader.event()["subject"]["id"].as_i64().unwrap());
                }
                last = reader.last;
                reader.hang_up();
                if let Some(server) = server.as_mut().filter(|_| number % 4 == 3) {
                    server.kill();
                    server.restart();
                }
            }
            over.store(true, Ordering::Relaxed);
            let written: u32 = written.into_iter().map(|thread| thread.join().unwrap()).sum();
            println!("{breaks} breaks, {} changes a second", f64::from(written) / began.elapsed().as_secs_f64());
            let made = all(&writer, "&kind=sample", 1000, seen.len()).len();
            let mut rest = Reader::open(&lab.anonymous(), &format!("Bearer {token}"), "?kind=sample", last).unwrap();
            while seen.len() < made {
                seen.push(rest.event()["subject"]["id"].as_i64().unwrap());
            }
            seen
        });
        let mut ids = seen.clone();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), seen.len(), "an event came twice");
        let listed: Vec<i64> = all(&writer, "&kind=sample", 1000, seen.len()).iter().map(|event| event["subject"]["id"].as_i64().unwrap()).collect();
        assert_eq!(seen, listed[..seen.len()]);
    }
}

#[test]
fn a_server_that_stops_ends_its_streams_at_once() {
    let mut lab = fixture(Backend::Sqlite);
    let root = lab.root();
    let mut reader = Reader::open(&root, &bearer(&root), "", None).unwrap();
    let began = Instant::now();
    assert!(lab.server.terminate().success());
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    loop {
        match reader.next(Duration::from_secs(5)) {
            Next::Event(_) => {}
            Next::Over(word) => return assert_eq!(word, "the server stops: connect again"),
            Next::Silence => panic!("the stream goes on"),
        }
    }
}

#[test]
fn who_reads_nothing_holds_up_nobody_and_misses_nothing() {
    let lab = fixture(Backend::Sqlite);
    let root = lab.root();
    root.post("/api/v1/projects", &project("Alloys")).expect(201);
    let token = bearer(&root);
    // More than what the system keeps for a connection that takes four kilobytes.
    let missed: Vec<Value> = (1..=3000)
        .map(|number| json!({"kind": "sample", "record": {"title": format!("Missed {number}")}}))
        .collect();
    root.post("/api/v1/projects/1/records/bulk", &json!({"items": missed})).expect(200);
    all(&root, "&kind=sample", 1000, 3000);
    let mut stalled: Vec<Reader> = (0..20)
        .map(|_| Reader::with_room(4096, &root, &token, "?kind=sample&after=0", None).unwrap())
        .collect();
    let mut reader = Reader::open(&root, &token, "?kind=sample", None).unwrap();
    for number in 1..=50 {
        sample(&root, &format!("Ingot {number}"));
        assert_eq!(reader.event()["subject"]["id"], 3000 + number);
    }
    for number in 1..=3050 {
        assert_eq!(stalled[0].event()["subject"]["id"], number);
    }
}

/// What a stream would say has no end, so its head is all there is.
#[test]
fn the_head_of_a_stream_is_answered_at_once() {
    let lab = fixture(Backend::Sqlite);
    let root = lab.root();
    let began = Instant::now();
    let stream = root.request("HEAD", "/api/v1/events").header("Accept", "text/event-stream");
    let head = stream.send().expect(200);
    assert_eq!(head.header("Content-Type"), Some("text/event-stream"));
    assert_eq!((head.header("Content-Length"), head.body.len()), (None, 0));
    root.get("/api/v1/users/root").expect(200);
    assert!(began.elapsed() < Duration::from_secs(14), "{:?}", began.elapsed());
}
