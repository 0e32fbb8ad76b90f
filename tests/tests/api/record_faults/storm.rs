//! Many edit while the server and the database crash: nothing that was acknowledged is lost or
//! overwritten unseen, and the past stays what it was.

use super::field::{Editor, Field};
use super::told::check;
use super::{KINDS, PROJECT, edits, is_long, next_of, position_of, records_in};
use crate::lab::{PASSWORD, person, project};
use omicron_tests::{Answer, Backend, Client, Cluster, Server, TestDatabase, on_both};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

const EDITORS: usize = 8;

fn fixture(backend: Backend) -> Backend {
    backend
}

on_both! {
    fn nothing_acknowledged_is_lost_or_overwritten_unseen_and_the_past_stays(backend: &Backend) {
        Storm::over(*backend).pass();
    }
}

/// What happens while everyone edits.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// The server is killed, and started again.
    Kill,
    /// The database crashes, if it is a server, and the server with it if so said.
    Crash { both: bool },
    /// Someone looks at the present as the past that it will be.
    Look { quiet: bool },
    /// The present is compared with the past that it has become.
    Compare,
}

/// A list as of a moment.
struct Look {
    kind: &'static str,
    limit: usize,
    position: i64,
    parts: Vec<Vec<u8>>,
}

struct Storm {
    server: Server,
    cluster: Option<Cluster>,
    _file: Option<TestDatabase>,
    field: Field,
    looks: Vec<Look>,
}

impl Storm {
    fn over(backend: Backend) -> Self {
        let (cluster, file) = match backend {
            Backend::Sqlite => (None, Some(TestDatabase::sqlite())),
            Backend::Postgres => (Some(Cluster::durable()), None),
        };
        let made = cluster.as_ref().map(Cluster::create_database);
        let url = made.or_else(|| file.as_ref().map(|file| file.url().to_owned())).unwrap();
        let server = Server::builder().database(&url).start();
        let client = server.client();
        for name in ["ann", "bob"] {
            client.post("/api/v1/users", &person(name)).expect(201);
        }
        let ann = client.basic("ann", PASSWORD);
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        ann.post(&format!("{PROJECT}/members"), &json!({"username": "bob"})).expect(201);
        let field = Field::default();
        server.base_url().clone_into(&mut field.url.write().unwrap());
        Self { server, cluster, _file: file, field, looks: Vec::new() }
    }

    fn pass(mut self) {
        let began = Instant::now();
        let goal = edits();
        let field = std::mem::take(&mut self.field);
        std::thread::scope(|scope| {
            let editors: Vec<_> = (0..EDITORS)
                .map(|number| {
                    let field = &field;
                    scope.spawn(move || Editor::new(field, number, 12).work())
                })
                .collect();
            // Whatever fails, nobody goes on for ever.
            let _over = Over(&field);
            for (after, act) in plan(goal) {
                let waited = Instant::now();
                while field.done.load(Ordering::Relaxed) < after {
                    assert!(!editors.iter().any(ScopedJoinHandle::is_finished), "an editor failed");
                    assert!(waited.elapsed() < Duration::from_mins(2), "no edit gets through");
                    std::thread::sleep(Duration::from_millis(1));
                }
                self.act(&field, act);
            }
        });
        let stormed = began.elapsed();
        let ann = patient(&field);
        for look in &self.looks {
            let again = look_at(&ann, look.kind, look.limit, &look.position.to_string());
            assert_eq!(again.position, look.position);
            assert!(again.parts == look.parts, "{} as of {} changed", look.kind, look.position);
        }
        let (lost, outdated) = (field.lost.lock().unwrap().len(), field.outdated.into_inner());
        let acknowledged = field.acknowledged.into_inner().unwrap();
        assert!(acknowledged.len() >= goal && outdated > 0);
        let changes = acknowledged.len();
        let kept = check(&ann, acknowledged, field.lost.into_inner().unwrap());
        eprintln!(
            "{changes} changes of {} records acknowledged in {stormed:?}, {outdated} refused as \
             outdated, {lost} answers lost, of which {} changes were kept; {} looks; {:?} in all",
            kept.records,
            kept.unsaid,
            self.looks.len(),
            began.elapsed(),
        );
    }

    fn act(&mut self, field: &Field, act: Act) {
        match act {
            Act::Kill => self.kill(field, false),
            Act::Crash { both } if both || self.cluster.is_none() => self.kill(field, true),
            Act::Crash { .. } => {
                let cluster = self.cluster.as_ref().unwrap();
                cluster.stop_immediate();
                cluster.start();
            }
            Act::Look { quiet } => {
                let _silence = quiet.then(|| field.gate.write().unwrap());
                let ann = patient(field);
                let limit = if self.looks.len() % 8 < 4 { 1000 } else { 7 };
                self.looks.extend(KINDS.map(|kind| look_at(&ann, kind, limit, "now")));
            }
            Act::Compare => self.compare(field),
        }
    }

    fn kill(&mut self, field: &Field, with_database: bool) {
        self.server.kill();
        field.url.write().unwrap().clear();
        if let Some(cluster) = self.cluster.as_ref().filter(|_| with_database) {
            cluster.stop_immediate();
            cluster.start();
        }
        self.server.restart();
        self.server.base_url().clone_into(&mut field.url.write().unwrap());
    }

    /// While nobody edits, the past catches up with the present.
    fn compare(&mut self, field: &Field) {
        let _silence = field.gate.write().unwrap();
        let (ann, began) = (patient(field), Instant::now());
        loop {
            let present = dump(&ann, "");
            // A change whose answer was lost may still be under way.
            if present == dump(&ann, "&as_of=now") {
                self.looks.extend(KINDS.map(|kind| look_at(&ann, kind, 1000, "now")));
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "the past is not the present");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// What happens after how many acknowledged changes.
fn plan(goal: usize) -> Vec<(usize, Act)> {
    let (crashes, looks, compares) = if is_long() { (10, 20, 4) } else { (2, 5, 2) };
    let spread = |count: usize, act: &dyn Fn(usize) -> Act| -> Vec<(usize, Act)> {
        (0..count).map(|each| (goal * (each + 1) / (count + 1), act(each))).collect()
    };
    let mut plan = spread(crashes, &|each| match each % 3 {
        0 => Act::Kill,
        1 => Act::Crash { both: false },
        _ => Act::Crash { both: true },
    });
    plan.extend(spread(looks, &|each| Act::Look { quiet: each % 2 == 1 }));
    plan.extend(spread(compares, &|_| Act::Compare));
    plan.sort_by_key(|(after, _)| *after);
    plan.push((goal, Act::Compare));
    plan
}

/// A client of a server that answers again.
fn patient(field: &Field) -> Client {
    let (ann, began) = (field.client("ann").unwrap(), Instant::now());
    while !ann.request("GET", PROJECT).try_send().is_ok_and(|answer| answer.status == 200) {
        assert!(began.elapsed() < Duration::from_secs(30), "the server does not come back");
        std::thread::sleep(Duration::from_millis(5));
    }
    ann
}

/// Broken connections may be left from a crash of the database: 503 is asked again.
fn walk(client: &Client, first: String) -> Vec<Answer> {
    let (mut parts, mut next, began) = (Vec::new(), Some(first), Instant::now());
    while let Some(path) = next.take() {
        let answer = client.get(&path);
        if answer.status == 503 && began.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(20));
            next = Some(path);
        } else {
            next = next_of(&answer);
            parts.push(answer.expect(200));
        }
    }
    parts
}

fn look_at(client: &Client, kind: &'static str, limit: usize, as_of: &str) -> Look {
    let parts = walk(client, format!("{PROJECT}/{kind}?limit={limit}&as_of={as_of}"));
    let position = position_of(&parts[0]);
    assert!(parts.iter().all(|part| position_of(part) == position));
    Look { kind, limit, position, parts: parts.into_iter().map(|part| part.body).collect() }
}

/// All records.
fn dump(client: &Client, query: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for kind in KINDS {
        for trashed in [false, true] {
            let first = format!("{PROJECT}/{kind}?limit=1000&trashed={trashed}{query}");
            all.extend(records_in(&walk(client, first), kind));
        }
    }
    all
}

/// Ends the editing.
struct Over<'a>(&'a Field);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::Relaxed);
    }
}
