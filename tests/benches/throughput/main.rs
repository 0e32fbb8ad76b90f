//! How fast the server is, beside a bare actix handler and PostgreSQL's own `pgbench`, all on this
//! machine in one run: `cargo bench -p omicron-tests`. Prints the tables of `docs/performance.md`. With
//! `-- sealing` it prints instead what sealing costs whoever writes.
//!
//! The load comes from `wrk` (Debian's package of that name), on the same cores as the server.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod guesses;
mod hello;
mod load;
mod pgbench;
mod report;
mod sealing;
mod subject;

use load::{Load, wrk};
use omicron_tests::{Backend, Cluster};
use report::{Figure, Report};
use std::time::Duration;
use subject::Subject;

/// How long each figure is measured, and from how many connections.
const SECONDS: u64 = 5;
const CONNECTIONS: u32 = 16;

fn main() {
    if std::env::args().any(|argument| argument == hello::ARGUMENT) {
        return hello::serve();
    }
    if let Err(error) = wrk::version() {
        eprintln!("wrk is needed to make the load ({error}): apt-get install wrk");
        std::process::exit(1);
    }
    let cluster = Cluster::durable();
    let mut report = Report::default();
    if std::env::args().any(|argument| argument == "sealing") {
        sealing::measure(&cluster, &mut report);
        return report.print();
    }
    let hello = hello::Hello::start();
    let bare = Load::get(hello.url()).run();
    report.add("bare actix handler", &bare, 1.0);
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let subject = Subject::start(backend, &cluster);
        let one = Load::get(&subject.url("/api/v1/projects/1")).bearer(&subject.token).run();
        report.add(&format!("GET a project by id, {backend:?}"), &one, one.rate / bare.rate);
        let list = Load::get(&subject.url("/api/v1/projects?items_per_page=50&page=3"));
        let list = list.bearer(&subject.token).run();
        report.add(
            &format!("GET 50 projects with owners, {backend:?}"),
            &list,
            list.rate / bare.rate,
        );
        let walk = Load::get(&subject.url("/api/v1/projects?cursor=NTAwMA&limit=50"));
        let walk = walk.bearer(&subject.token).run();
        report.add(
            &format!("GET 50 projects from a cursor, {backend:?}"),
            &walk,
            walk.rate / bare.rate,
        );
        let (guessed, answered) = subject.while_others_guess(|| {
            Load::get(&subject.url("/api/v1/projects/1")).bearer(&subject.token).run()
        });
        report.add(
            &format!(
                "GET a project by id, {} wrong logins a second, {backend:?}",
                guesses::A_SECOND
            ),
            &guessed,
            guessed.rate / bare.rate,
        );
        report.note(&format!("{backend:?}: {answered} wrong logins were answered meanwhile"));
    }
    drop(hello);
    let inserts = pgbench::inserts_per_second(&cluster);
    report.add("pgbench, one durable INSERT", &Figure::of_rate(inserts), 1.0);
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let subject = Subject::start(backend, &cluster);
        let posts = Load::post(&subject.url("/api/v1/projects")).bearer(&subject.token).run();
        report.add(&format!("POST a project, durable, {backend:?}"), &posts, posts.rate / inserts);
    }
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let mut subject = Subject::start(backend, &cluster);
        let (memory, start): (f64, Duration) =
            (subject.idle_megabytes(), subject.time_to_first_answer());
        report.note(&format!(
            "{backend:?}: {memory:.0} MB resident when idle; {:.0} ms from start to the first answer on an existing database",
            start.as_secs_f64() * 1000.0,
        ));
    }
    report.print();
}
