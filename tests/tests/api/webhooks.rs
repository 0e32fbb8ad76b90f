//! Webhooks: what happens is posted to those who asked for it.

use crate::lab::{Lab, fixture, invalid, problem, project, text};
use hmac::{Hmac, KeyInit as _, Mac as _};
use omicron_tests::{Backend, Client, on_both};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::{Duration, Instant};

mod example;
mod outage;
mod receiver;
mod secrets;
mod trust;

use example::Example;
use receiver::{Letter, Receiver};

/// Generous: two cores may be busy with something else.
const PATIENCE: Duration = Duration::from_mins(3);

/// A laboratory whose webhooks may lead to this machine.
fn open(backend: Backend) -> Lab {
    Lab::with(backend, &[("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8")])
}

fn await_that(what: &str, done: impl Fn() -> bool) {
    await_for(what, PATIENCE, done);
}

fn await_for(what: &str, patience: Duration, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < patience, "{what} does not come about");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn make(client: &Client, body: &Value) -> Value {
    client.post("/api/v1/webhooks", body).expect(201).json()
}

/// What waits or has ended, in one state.
fn deliveries(client: &Client, webhook: &Value, state: &str) -> Vec<Value> {
    let path = format!("/api/v1/webhooks/{}/deliveries?state={state}", webhook["id"]);
    client.get(&path).expect(200).json()["deliveries"].as_array().unwrap().clone()
}

/// A sample that is begun, and changed so many times.
fn sample(client: &Client, place: &str, changes: usize) {
    let list = format!("/api/v1/projects/{place}/samples");
    let id = client.post(&list, &json!({"title": "Melt"})).expect(201).json()["id"].clone();
    for number in 0..changes {
        let change = json!({"title": format!("Melt {number}")});
        client.patch(&format!("{list}/{id}"), &change, &[("if-match", "*")]).expect(200);
    }
}

/// The signature that Standard Webhooks asks for, computed from the words of its specification.
fn signature(secret: &str, letter: &Letter) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD as base64};
    let key = base64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(key.len(), 32);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let signed = [letter.header("webhook-id"), letter.header("webhook-timestamp"), &letter.body];
    mac.update(signed.join(".").as_bytes());
    format!("v1,{}", base64.encode(mac.finalize().into_bytes()))
}

/// Checks that all came, each thing's events in their order, and that what came twice is the same.
fn check(letters: &[Letter], expected: usize) {
    let mut seen = std::collections::BTreeMap::new();
    let mut last = std::collections::BTreeMap::new();
    for letter in letters {
        let body = letter.json();
        let position = body["data"]["position"].as_i64().unwrap();
        assert_eq!(letter.header("webhook-id"), format!("evt_{position}"));
        if let Some(before) = seen.insert(position, letter.body.clone()) {
            assert_eq!(before, letter.body, "what comes twice is the same");
            continue;
        }
        let subject = (text(&body["data"]["kind"]), body["data"]["id"].to_string());
        let before: i64 = last.insert(subject, position).unwrap_or_default();
        assert!(before < position, "{position} after {before}");
    }
    assert_eq!(seen.len(), expected, "{:?}", seen.keys());
}

fn different(letters: &[Letter]) -> usize {
    let ids = letters.iter().map(|letter| letter.header("webhook-id"));
    ids.collect::<std::collections::BTreeSet<_>>().len()
}

fn what_happens_is_posted_signed_and_in_order(backend: Backend) {
    let lab = open(backend);
    let ann = lab.person("ann");
    for name in ["Alloys", "Others"] {
        ann.post("/api/v1/projects", &project(name)).expect(201);
    }
    let receiver = Receiver::start();
    let made =
        make(&ann, &json!({"project": "Alloys", "url": receiver.url(), "kinds": ["sample"]}));
    sample(&ann, "Others", 1);
    sample(&ann, "Alloys", 3);
    await_that("the last delivery", || receiver.letters().len() >= 4);
    let letters = receiver.letters();
    check(&letters, 4);
    let secret = text(&made["secret"]);
    let types: Vec<_> = letters.iter().map(|letter| text(&letter.json()["type"])).collect();
    assert_eq!(types, ["record.created", "record.changed", "record.changed", "record.changed"]);
    for letter in &letters {
        assert_eq!(letter.header("webhook-signature"), signature(&secret, letter));
        assert_eq!(letter.header("content-type"), "application/json");
        assert!(!letter.body.contains("Melt"), "it tells ids alone: {}", letter.body);
        assert_eq!(letter.json()["data"]["project"], made["project"]);
    }
    await_that("that all is noted", || deliveries(&ann, &made, "delivered").len() == 4);

    // With another secret, from then on.
    let path = format!("/api/v1/webhooks/{}", made["id"]);
    let rotated =
        text(&ann.post(&format!("{path}/secret"), &json!({})).expect(200).json()["secret"]);
    assert_ne!(rotated, secret);
    let from = letters[0].json()["data"]["position"].clone();
    ann.post(&format!("{path}/replay"), &json!({"from": from})).expect(200);
    await_that("the replay", || receiver.letters().len() >= 8);
    let letters = receiver.letters();
    check(&letters, 4);
    assert_eq!(letters[4].header("webhook-signature"), signature(&rotated, &letters[4]));
}

#[test]
fn what_happens_is_posted_signed_and_in_order_on_sqlite() {
    what_happens_is_posted_signed_and_in_order(Backend::Sqlite);
}

#[test]
fn what_happens_is_posted_signed_and_in_order_on_postgresql() {
    what_happens_is_posted_signed_and_in_order(Backend::Postgres);
}

/// Down for ten minutes is this with a clock that is told to go on, in the crate's own tests.
fn a_receiver_that_was_down_gets_all_in_order(backend: Backend) {
    let lab = open(backend);
    let root = lab.root();
    root.post("/api/v1/projects", &project("Alloys")).expect(201);
    let receiver = Receiver::start();
    let address = receiver.stop();
    let url = format!("http://{address}/");
    let webhook = make(&root, &json!({"project": "Alloys", "url": url, "kinds": ["sample"]}));
    sample(&root, "Alloys", 4);
    sample(&root, "Alloys", 4);
    let is_tried = |delivery: &Value| {
        delivery["attempts"].as_i64().unwrap() > 0 && delivery["last_error"].is_string()
    };
    await_that("an attempt", || deliveries(&root, &webhook, "pending").iter().any(is_tried));
    let receiver = Receiver::start_at(address);
    await_that("all of it", || different(&receiver.letters()) == 10);
    check(&receiver.letters(), 10);
}

#[test]
fn a_receiver_that_was_down_gets_all_in_order_on_sqlite() {
    a_receiver_that_was_down_gets_all_in_order(Backend::Sqlite);
}

#[test]
fn a_receiver_that_was_down_gets_all_in_order_on_postgresql() {
    a_receiver_that_was_down_gets_all_in_order(Backend::Postgres);
}

fn a_server_that_is_killed_while_it_delivers_loses_nothing(backend: Backend) {
    let mut lab = open(backend);
    lab.root().post("/api/v1/projects", &project("Alloys")).expect(201);
    let receiver = Receiver::start();
    receiver.be_slow();
    let body = json!({"project": "Alloys", "url": receiver.url(), "kinds": ["sample"]});
    make(&lab.root(), &body);
    for _ in 0..6 {
        sample(&lab.root(), "Alloys", 3);
    }
    await_that("some deliveries", || receiver.letters().len() >= 3);
    lab.server.kill();
    let before = receiver.letters().len();
    assert!(different(&receiver.letters()) < 24, "it was killed before the end");
    receiver.be_quick();
    lab.server.restart();
    await_that("all of it", || different(&receiver.letters()) == 24);
    let letters = receiver.letters();
    check(&letters, 24);
    assert!(letters.len() > before);
}

#[test]
fn a_server_that_is_killed_while_it_delivers_loses_nothing_on_sqlite() {
    a_server_that_is_killed_while_it_delivers_loses_nothing(Backend::Sqlite);
}

#[test]
fn a_server_that_is_killed_while_it_delivers_loses_nothing_on_postgresql() {
    a_server_that_is_killed_while_it_delivers_loses_nothing(Backend::Postgres);
}

/// The example of the documentation takes what is from here, once, and nothing else.
#[test]
fn the_receiver_of_the_documentation_understands_what_comes() {
    let lab = open(Backend::Sqlite);
    let root = lab.root();
    root.post("/api/v1/projects", &project("Alloys")).expect(201);
    let made =
        make(&root, &json!({"url": "http://127.0.0.1/", "kinds": ["sample"], "enabled": false}));
    let example = Example::start(&text(&made["secret"]));
    let url = format!("http://127.0.0.1:{}/", example.port);
    let change = json!({"url": url, "enabled": true});
    let path = format!("/api/v1/webhooks/{}", made["id"]);
    root.patch(&path, &change, &[("if-match", "*")]).expect(200);
    sample(&root, "Alloys", 1);
    assert!(example.next_line().starts_with("record.created sample "));
    assert!(example.next_line().starts_with("record.changed sample "));
    await_that("that all is noted", || deliveries(&root, &made, "delivered").len() == 2);
    // What comes again is nothing new, and what others send is nothing.
    root.post(&format!("{path}/replay"), &json!({"from": 1})).expect(200);
    await_that("the replay", || deliveries(&root, &made, "delivered").len() == 2);
    let others = Client::new(url).request("POST", "/").json(&json!({"type": "a"}));
    others.header("webhook-id", "evt_9").header("webhook-timestamp", "1").send().expect(401);
    sample(&root, "Alloys", 0);
    assert!(example.next_line().starts_with("record.created sample "));
}

#[test]
fn a_redirect_is_not_followed() {
    let lab = open(Backend::Sqlite);
    let (other, receiver) = (Receiver::start(), Receiver::start());
    receiver.answer(302, &format!("Location: {}\r\n", other.url()));
    let webhook = make(&lab.root(), &json!({"url": receiver.url()}));
    let tried = || deliveries(&lab.root(), &webhook, "pending").first().cloned();
    await_that("an attempt", || tried().is_some_and(|one| one["last_status"] == 302));
    assert_eq!(other.connections(), 0);
    let said = text(&tried().unwrap()["last_error"]);
    assert!(said.contains("redirects are not followed"), "{said}");
}

#[test]
fn nothing_is_connected_to_that_is_not_public_unless_it_is_allowed() {
    let lab = fixture(Backend::Sqlite);
    let receiver = Receiver::start();
    let port = receiver.url().rsplit_once(':').unwrap().1.trim_end_matches('/').to_owned();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "0177.0.0.1",
        "2130706433",
        "0x7f.1",
        "127.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[::]",
        "10.0.0.1",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
    ];
    for host in hosts {
        let made = make(&lab.root(), &json!({"url": format!("http://{host}:{port}/")}));
        let tried = || deliveries(&lab.root(), &made, "pending").first().cloned();
        await_that(host, || tried().is_some_and(|one| one["attempts"].as_i64() > Some(0)));
        let said = text(&tried().unwrap()["last_error"]);
        assert!(said.contains("WEBHOOK_ALLOWED_NETWORKS"), "{host}: {said}");
        let path = format!("/api/v1/webhooks/{}", made["id"]);
        lab.root().request("DELETE", &path).header("if-match", "*").send().expect(200);
    }
    assert_eq!(receiver.connections(), 0);
}

on_both! {
    fn a_webhook_is_looked_after_by_those_who_look_after_its_project(lab: &Lab) {
        let (ann, bob, eve) = (lab.person("ann"), lab.person("bob"), lab.person("eve"));
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        ann.post("/api/v1/projects/Alloys/members", &json!({"username": "bob"})).expect(201);
        let body = json!({"project": "Alloys", "url": "https://example.org/a?b=c", "enabled": false});
        problem(bob.post("/api/v1/webhooks", &body), 403);
        problem(eve.post("/api/v1/webhooks", &body), 404);
        problem(ann.post("/api/v1/webhooks", &json!({"url": "https://example.org/"})), 403);
        let answer = ann.post("/api/v1/webhooks", &body).expect(201);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let (made, path) = (answer.json(), text(&answer.header("location").unwrap().into()));
        assert!(text(&made["secret"]).starts_with("whsec_"));
        problem(bob.get(&path), 403);
        problem(eve.get(&path), 404);
        let found = ann.get(&path).expect(200);
        assert!(found.json()["secret"].is_null());
        let listed = ann.get("/api/v1/webhooks?project=Alloys").expect(200).json();
        assert_eq!(listed["webhooks"], json!([found.json()]));
        assert_eq!(lab.root().get("/api/v1/webhooks").expect(200).json()["webhooks"], json!([]));

        let tag = text(&found.header("etag").unwrap().into());
        let change = json!({"description": "the chat", "actions": ["record.created"]});
        problem(ann.patch(&path, &change, &[]), 428);
        let changed = ann.patch(&path, &change, &[("if-match", &tag)]).expect(200).json();
        assert_eq!((&changed["version"], &changed["actions"]), (&json!(2), &json!(["record.created"])));
        problem(ann.patch(&path, &change, &[("if-match", &tag)]), 412);
        problem(ann.post(&format!("{path}/deliveries/9/retry"), &json!({})), 404);
        // What is deleted with its project ends with it.
        ann.delete("/api/v1/projects/Alloys").expect(200);
        problem(lab.root().get(&path), 404);
    }

    fn one_more_than_there_may_be_is_refused_with_a_way_out(lab: &Lab) {
        let root = lab.root();
        root.post("/api/v1/projects", &project("Alloys")).expect(201);
        for place in [json!({"project": "Alloys"}), json!({})] {
            let mut body = json!({"url": "https://example.org/", "enabled": false});
            body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
            let made: Vec<_> = (0..20).map(|_| make(&root, &body)).collect();
            let refused = problem(root.post("/api/v1/webhooks", &body), 409);
            assert_eq!(refused["type"], "urn:omicron:problem:conflict");
            assert!(text(&refused["detail"]).contains("delete one"), "{refused}");
            let path = format!("/api/v1/webhooks/{}", made[7]["id"]);
            root.request("DELETE", &path).header("if-match", "*").send().expect(200);
            make(&root, &body);
        }
    }

    fn what_makes_no_sense_is_refused(lab: &Lab) {
        let root = lab.root();
        let try_it = |body: Value| root.post("/api/v1/webhooks", &body);
        invalid(try_it(json!({"url": "ftp://example.org/"})), "/url");
        invalid(try_it(json!({"url": "https://ann:secret@example.org/"})), "/url");
        invalid(try_it(json!({"url": "https://example.org/", "kinds": ["sample", "ghost"]})), "/kinds/1");
        invalid(try_it(json!({"url": "https://example.org/", "actions": ["record.flown"]})), "/actions/0");
        invalid(try_it(json!({"url": "https://example.org/", "secret": "mine"})), "/secret");
        let made = make(&root, &json!({"url": "https://example.org/", "enabled": false}));
        let path = format!("/api/v1/webhooks/{}", made["id"]);
        invalid(root.post(&format!("{path}/replay"), &json!({"from": 1_000_000})), "/from");
        invalid(root.get(&format!("{path}/deliveries?state=lost")), "/state");
        problem(root.get("/api/v1/webhooks/999"), 404);
    }
}
