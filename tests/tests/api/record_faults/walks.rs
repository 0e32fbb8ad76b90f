//! A walk by cursor while others write: each record that is there all the while comes once.

use super::{PROJECT, Random, ids_in, is_long, position_of, records_in, walk};
use crate::lab::project;
use crate::{Lab, fixture};
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection};
use omicron_tests::{Backend, Client, on_both};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const SAMPLES: &str = "/api/v1/projects/1/samples";

on_both! {
    fn a_walk_under_writes_sees_each_record_once(lab: &Lab) {
        let (count, rounds) = if is_long() { (3000, 10) } else { (600, 3) };
        let root = lab.root();
        root.post("/api/v1/projects", &project("Alloys")).expect(201);
        let item = |each: i32| json!({"kind": "sample", "record": {"title": format!("Ingot {each}")}});
        let items: Vec<_> = (0..count).map(item).collect();
        let made = root.post(&format!("{PROJECT}/records/bulk"), &json!({"items": items})).expect(200);
        let first: Vec<i64> = made.json()["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect();
        let (over, written, began) = (AtomicBool::new(false), AtomicUsize::new(0), Instant::now());
        std::thread::scope(|scope| {
            let _over = Over(&over);
            for number in 0..4 {
                let (first, over, written, root) = (&first, &over, &written, root.clone());
                scope.spawn(move || write(&root, first, Random(number), (over, written)));
            }
            for _ in 0..rounds {
                walk_live(&root);
                walk_then(lab, &root);
            }
        });
        let rate = written.load(Ordering::Relaxed) * 1000 / usize::try_from(began.elapsed().as_millis()).unwrap();
        eprintln!("{rate} writes a second, {rounds} walks of each kind in {:?}", began.elapsed());
        assert!(rate > 10);
    }
}

/// At most 70 writes a second: four of them are to come to 200 together.
fn write(
    root: &Client,
    first: &[i64],
    mut random: Random,
    (over, written): (&AtomicBool, &AtomicUsize),
) {
    while !over.load(Ordering::Relaxed) {
        let began = Instant::now();
        if random.below(3) == 0 {
            root.post(SAMPLES, &json!({"title": "new"})).expect(201);
        } else {
            let path = format!("{SAMPLES}/{}", random.of(first));
            let title = format!("Ingot {}", random.below(1_000_000));
            root.patch(&path, &json!({"title": title}), &[("if-match", "*")]).expect(200);
        }
        written.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(14).saturating_sub(began.elapsed()));
    }
}

fn walk_live(root: &Client) {
    let before = ids_in(&walk(root, &format!("{SAMPLES}?limit=1000")), "samples");
    let ids = ids_in(&walk(root, &format!("{SAMPLES}?sort=id&limit=50")), "samples");
    assert!(ids.is_sorted_by(|one, next| one < next), "twice, or in no order: {ids:?}");
    let missing: Vec<_> = before.iter().filter(|id| ids.binary_search(id).is_err()).collect();
    assert!(missing.is_empty(), "{missing:?} were left out");
    let after: BTreeSet<i64> =
        ids_in(&walk(root, &format!("{SAMPLES}?limit=1000")), "samples").into_iter().collect();
    assert!(ids.iter().all(|id| after.contains(id)));
}

/// The journal itself says what there was.
fn walk_then(lab: &Lab, root: &Client) {
    let parts = walk(root, &format!("{SAMPLES}?sort=id&limit=50&as_of=now"));
    let position = position_of(&parts[0]);
    assert!(parts.iter().all(|part| position_of(part) == position));
    assert!(parts.len() > 10);
    let ids = ids_in(&parts, "samples");
    assert_eq!(ids, begun_by(lab, position), "as of {position}");
    let versions: Vec<_> = records_in(&parts, "samples");
    let again = walk(root, &format!("{SAMPLES}?limit=1000&as_of={position}"));
    assert!(versions == records_in(&again, "samples"), "another past as of {position}");
}

#[derive(QueryableByName)]
struct Begun {
    #[diesel(sql_type = Text)]
    subject: String,
}

/// The samples that were begun by that position, by id.
fn begun_by(lab: &Lab, position: i64) -> Vec<i64> {
    let query = |mark: &str| {
        diesel::sql_query(format!(
            "SELECT e.subject AS subject FROM events e JOIN positions p ON p.seq = e.seq
             WHERE e.action = 'record.created' AND p.position <= {mark}"
        ))
        .bind::<BigInt, _>(position)
    };
    let url = lab.database.url();
    let begun: Vec<Begun> = match lab.database.backend() {
        Backend::Sqlite => {
            let path = url.strip_prefix("sqlite:///").unwrap();
            query("?").load(&mut SqliteConnection::establish(path).unwrap()).unwrap()
        }
        Backend::Postgres => query("$1").load(&mut PgConnection::establish(url).unwrap()).unwrap(),
    };
    let id = |begun: Begun| begun.subject.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut ids: Vec<i64> = begun.into_iter().map(id).collect();
    ids.sort_unstable();
    ids
}

/// Ends the writing.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
