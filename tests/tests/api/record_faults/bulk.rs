//! A crash in the middle of a bulk leaves all of it or nothing.

use super::{Random, is_long, number};
use crate::Lab;
use crate::lab::project;
use omicron_tests::{Backend, Client};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[test]
fn a_bulk_that_a_crash_meets_is_kept_whole_or_not_at_all_on_sqlite() {
    crash_in_bulks(Backend::Sqlite);
}

#[test]
fn a_bulk_that_a_crash_meets_is_kept_whole_or_not_at_all_on_postgresql() {
    crash_in_bulks(Backend::Postgres);
}

fn crash_in_bulks(backend: Backend) {
    let (size, rounds) = if is_long() { (10_000, 12) } else { (2_000, 4) };
    let half = size / 2;
    let mut lab = Lab::with(backend, &[]);
    let mut random = Random(5);
    // The first one says how long one takes.
    lab.root().post("/api/v1/projects", &project("p0")).expect(201);
    let began = Instant::now();
    lab.root().post("/api/v1/projects/1/records/bulk", &items(size)).expect(200);
    let whole = began.elapsed();
    assert_eq!(counts(&lab.root(), 1), (half, half));
    let (mut kept, mut told) = (0, 0);
    for round in 0..rounds {
        let root = lab.root();
        root.post("/api/v1/projects", &project(&format!("p{}", round + 1))).expect(201);
        let id = round + 2;
        // Late ones as well: what matters most comes at the end.
        let share = if round % 2 == 0 { random.below(1000) } else { 850 + random.below(250) };
        let wait = whole * u32::try_from(share).unwrap() / 1000;
        let is_told = std::thread::scope(|scope| {
            let path = format!("/api/v1/projects/{id}/records/bulk");
            let ask = move || root.request("POST", &path).json(&items(size)).try_send();
            let sent = scope.spawn(ask);
            std::thread::sleep(wait);
            lab.server.kill();
            sent.join().unwrap().is_ok_and(|answer| answer.expect(200).status == 200)
        });
        lab.server.restart();
        let root = lab.root();
        let mut found = counts(&root, id);
        assert!(found == (0, 0) || found == (half, half), "{found:?} after {wait:?}");
        assert!(!is_told || found.0 == half, "an acknowledged bulk is lost");
        // PostgreSQL may be about to finish what the dead server asked for last.
        std::thread::sleep(Duration::from_millis(200));
        found = counts(&root, id);
        assert!(found == (0, 0) || found == (half, half), "{found:?} after {wait:?}");
        kept += usize::from(found.0 > 0);
        told += usize::from(is_told);
        assert_eq!(counts_then(&root, id, found), found);
    }
    eprintln!("a bulk of {size} takes {whole:?}; of {rounds}, {kept} were kept, {told} told");
}

/// So many items: samples, and experiments that use them.
fn items(size: i64) -> Value {
    let pair = |each: i64| {
        let data = json!({"number": each});
        let sample = json!({
            "kind": "sample", "ref": format!("s{each}"),
            "record": {"title": format!("Ingot {each}"), "data": data, "tags": ["hot"]},
        });
        let links = json!([{"relation": "uses", "target": format!("#s{each}")}]);
        let experiment = json!({"kind": "experiment", "record": {"title": "Melt", "links": links}});
        [sample, experiment]
    };
    let items: Vec<Value> = (0..size / 2).flat_map(pair).collect();
    json!({"items": items})
}

/// How many samples and experiments there are.
fn counts(client: &Client, project: i64) -> (i64, i64) {
    let count = |kind: &str| {
        let path = format!("/api/v1/projects/{project}/{kind}?limit=1");
        let total = client.get(&path).expect(200).json()["total"].clone();
        assert_eq!(total["more"], false);
        number(&total["count"])
    };
    (count("samples"), count("experiments"))
}

/// How many there are as of now, once that is as many as there should be.
fn counts_then(client: &Client, project: i64, expected: (i64, i64)) -> (i64, i64) {
    let began = Instant::now();
    let count = |kind: &str| {
        let path = format!("/api/v1/projects/{project}/{kind}?limit=1000&fields=id&as_of=now");
        i64::try_from(super::ids_in(&super::walk(client, &path), kind).len()).unwrap()
    };
    loop {
        let found = (count("samples"), count("experiments"));
        if found == expected || began.elapsed() > Duration::from_secs(30) {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
