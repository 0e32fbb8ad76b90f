//! Ten minutes without the receiver, and servers that are killed before, while and after it is there again:
//! the long form, in real time, of what is tested in seconds beside it and with a manual clock in the crate.
//!
//! `cargo test -p omicron-tests --test api webhooks::outage -- --ignored --nocapture`

use super::{Receiver, await_for, check, different, make, open};
use crate::lab::{Lab, project};
use omicron_tests::{Backend, Client};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const OUTAGE: Duration = Duration::from_mins(10);
/// The fifth attempt comes within 14 minutes of the first.
const PATIENCE: Duration = Duration::from_mins(20);
const LIST: &str = "/api/v1/projects/Alloys/samples";

fn begin(client: &Client) -> Value {
    client.post(LIST, &json!({"title": "Melt"})).expect(201).json()["id"].clone()
}

/// What happens to ten samples until the time is over, with two kills on the way; how much it was.
fn work(lab: &mut Lab) -> usize {
    let start = Instant::now();
    let samples: Vec<Value> = (0..10).map(|_| begin(&lab.root())).collect();
    let mut count = samples.len();
    let mut kills = 0;
    while start.elapsed() < OUTAGE {
        if start.elapsed() > OUTAGE / 3 * (kills + 1) {
            kills += 1;
            lab.server.kill();
            lab.server.restart();
        }
        let path = format!("{LIST}/{}", samples[count % samples.len()]);
        let change = json!({"title": format!("Melt {count}")});
        lab.root().patch(&path, &change, &[("if-match", "*")]).expect(200);
        count += 1;
        // Three a second: more than may wait as deliveries.
        std::thread::sleep(Duration::from_millis(330));
    }
    count
}

fn ten_minutes_without_the_receiver_and_killed_servers_lose_nothing(backend: Backend) {
    let mut lab = open(backend);
    lab.root().post("/api/v1/projects", &project("Alloys")).expect(201);
    let address = Receiver::start().stop();
    let url = format!("http://{address}/");
    make(&lab.root(), &json!({"project": "Alloys", "url": url, "kinds": ["sample"]}));
    let count = work(&mut lab);
    let receiver = Receiver::start_at(address);
    receiver.be_slow();
    let up = Instant::now();
    for so_many in [4, 40, 80] {
        await_for("deliveries", PATIENCE, || different(&receiver.letters()) >= so_many);
        lab.server.kill();
        lab.server.restart();
    }
    receiver.be_quick();
    await_for("all of it", PATIENCE, || different(&receiver.letters()) >= count);
    let letters = receiver.letters();
    check(&letters, count);
    println!(
        "{backend:?}: {count} events, {} letters, all there {:?} after the receiver was",
        letters.len(),
        up.elapsed()
    );
}

#[test]
#[ignore = "takes half an hour"]
fn ten_minutes_without_the_receiver_and_killed_servers_lose_nothing_on_sqlite() {
    ten_minutes_without_the_receiver_and_killed_servers_lose_nothing(Backend::Sqlite);
}

#[test]
#[ignore = "takes half an hour"]
fn ten_minutes_without_the_receiver_and_killed_servers_lose_nothing_on_postgresql() {
    ten_minutes_without_the_receiver_and_killed_servers_lose_nothing(Backend::Postgres);
}
