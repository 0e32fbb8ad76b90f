//! Someone else holds the database: the server says so soon, and recovers at once.

use crate::Lab;
use crate::lab::{problem, project};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use omicron_tests::{Answer, Backend};
use std::time::{Duration, Instant};

/// Waits until something holds, for so long.
fn within(limit: Duration, holds: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < limit {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

/// Checks what the server says while a lock is held, and after it was released. Whoever waits is told
/// within the patience; the scheduler of a busy machine may take some more for single ones.
fn check(lab: &Lab, patience: Duration, release: impl FnOnce()) {
    let root = lab.root();
    std::thread::scope(|scope| {
        let write = |number: usize| {
            let start = Instant::now();
            (root.post("/api/v1/projects", &project(&format!("p{number}"))), start.elapsed())
        };
        let writes: Vec<_> = (0..16).map(|number| scope.spawn(move || write(number))).collect();
        std::thread::sleep(Duration::from_millis(200));
        let start = Instant::now();
        lab.anonymous().get("/healthz").expect(200);
        assert!(start.elapsed() < patience, "{:?}", start.elapsed());
        let ready = lab.anonymous().get("/readyz");
        assert!(ready.header("retry-after").is_some(), "{ready}");
        problem(ready, 503);
        assert!(start.elapsed() < 2 * patience, "{:?}", start.elapsed());
        let told = |write: std::thread::ScopedJoinHandle<'_, (Answer, Duration)>| {
            let (answer, after) = write.join().unwrap();
            assert!(answer.header("retry-after").is_some(), "{answer}");
            problem(answer, 503);
            after
        };
        let mut told: Vec<_> = writes.into_iter().map(told).collect();
        told.sort_unstable();
        assert!(told[7] < patience, "{told:?}");
        assert!(told[15] < 2 * patience + Duration::from_secs(2), "{told:?}");
    });
    release();
    let ready = || lab.anonymous().get("/readyz").status == 200;
    assert!(within(Duration::from_secs(2), ready), "not ready again");
    root.post("/api/v1/projects", &project("afterwards")).expect(201);
    assert_eq!(root.get("/api/v1/projects").expect(200).header("count"), Some("1"));
}

#[test]
fn a_table_that_is_locked_on_postgresql_is_told_soon() {
    let lab = Lab::with(Backend::Postgres, &[]);
    lab.root().get("/readyz").expect(200);
    lab.root().get("/api/v1/projects").expect(200);
    let mut outsider = PgConnection::establish(lab.database.url()).unwrap();
    outsider.batch_execute("BEGIN; LOCK TABLE users, projects IN ACCESS EXCLUSIVE MODE").unwrap();
    check(&lab, Duration::from_secs(2), || outsider.batch_execute("ROLLBACK").unwrap());
}

#[test]
fn a_file_that_is_locked_on_sqlite_is_told_soon_and_can_be_read() {
    let lab = Lab::with(Backend::Sqlite, &[]);
    let root = lab.root();
    root.get("/api/v1/projects").expect(200);
    let path = lab.database.url().trim_start_matches("sqlite:///").to_owned();
    let mut outsider = SqliteConnection::establish(&path).unwrap();
    outsider.batch_execute("PRAGMA busy_timeout = 5000; BEGIN EXCLUSIVE").unwrap();
    root.get("/api/v1/projects").expect(200);
    check(&lab, Duration::from_millis(5_500), || outsider.batch_execute("ROLLBACK").unwrap());
}
