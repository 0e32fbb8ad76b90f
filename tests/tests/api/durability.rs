//! What was acknowledged stays, whenever the server is killed.

use crate::Lab;
use crate::lab::{project, text};
use omicron_tests::{Backend, Server};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Kills the server this often, each time at another moment of its work.
const KILLS: u64 = 20;

#[test]
fn a_killed_server_on_sqlite_loses_nothing_it_acknowledged() {
    kill_while_writing(Backend::Sqlite);
}

#[test]
fn a_killed_server_on_postgresql_loses_nothing_it_acknowledged() {
    kill_while_writing(Backend::Postgres);
}

fn kill_while_writing(backend: Backend) {
    let Lab { mut server, database } = Lab::with(backend, &[]);
    let acknowledged = Mutex::new(BTreeSet::new());
    let number = AtomicUsize::new(0);
    for kill in 0..KILLS {
        write_until_killed(
            &mut server,
            &acknowledged,
            &number,
            Duration::from_millis(40 + kill * 17 % 160),
        );
        server.restart();
    }
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() > 100, "only {} writes were acknowledged", acknowledged.len());
    let kept = all_projects(&server);
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), acknowledged.len());
    drop(database);
}

fn write_until_killed(
    server: &mut Server,
    acknowledged: &Mutex<BTreeSet<String>>,
    number: &AtomicUsize,
    after: Duration,
) {
    let killed = AtomicBool::new(false);
    let root = server.client().basic("root", omicron_tests::ROOT_PASSWORD);
    // The first answer says that the server is warm, so that the kill meets writes.
    root.get("/api/v1/projects?items_per_page=1").expect(200);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !killed.load(Ordering::Relaxed) {
                    let name = format!("p-{}", number.fetch_add(1, Ordering::Relaxed));
                    let post = root.request("POST", "/api/v1/projects").json(&project(&name));
                    if let Ok(answer) = post.try_send()
                        && answer.status == 201
                    {
                        acknowledged.lock().unwrap().insert(name);
                    }
                }
            });
        }
        std::thread::sleep(after);
        server.kill();
        killed.store(true, Ordering::Relaxed);
    });
}

fn all_projects(server: &Server) -> BTreeSet<String> {
    let root = server.client().basic("root", omicron_tests::ROOT_PASSWORD);
    let mut names = BTreeSet::new();
    for page in 1.. {
        let body = root.get(&format!("/api/v1/projects?page={page}")).expect(200).json();
        let projects = body["projects"].as_array().unwrap();
        if projects.is_empty() {
            return names;
        }
        names.extend(projects.iter().map(|project| text(&project["name"])));
    }
    names
}
