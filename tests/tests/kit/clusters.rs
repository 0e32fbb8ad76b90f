//! The PostgreSQL cluster: it answers, survives a crash, and leaves nothing behind.

use crate::stand_in::{SECOND_SELF, second_self, wait_until};
use omicron_tests::Cluster;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

#[test]
fn a_cluster_answers() {
    let cluster = Cluster::shared();
    let url = cluster.create_database();
    assert_eq!(cluster.psql(&url, "SELECT 1 + 1, 'é'"), "2|é");
    assert_eq!(cluster.psql(&url, "SHOW fsync"), "off");
    let error = cluster.try_psql(&url, "SELECT nonsense").unwrap_err();
    assert!(error.contains("nonsense"), "{error}");
    cluster.drop_database(&url);
    assert!(cluster.try_psql(&url, "SELECT 1").is_err());
}

#[test]
fn what_was_written_durably_survives_a_crash() {
    let cluster = Cluster::durable();
    assert_eq!(cluster.psql(&cluster.create_database(), "SHOW fsync"), "on");
    let url = cluster.create_database();
    cluster.psql(&url, "CREATE TABLE kept AS SELECT 7 AS number");
    cluster.stop_immediate();
    assert!(cluster.try_psql(&url, "SELECT 1").is_err());
    cluster.start();
    assert_eq!(cluster.psql(&url, "SELECT number FROM kept"), "7");
}

#[test]
fn a_copy_waits_for_a_session_that_lingers_on_the_template() {
    let cluster = Cluster::shared();
    let template = cluster.create_database();
    std::thread::scope(|scope| {
        scope.spawn(|| cluster.psql(&template, "CREATE TABLE t (); SELECT pg_sleep(1.5)"));
        let busy = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        wait_until("the template is busy", || cluster.psql(&template, busy) == "t");
        let copy = cluster.create_database_from(&template);
        assert_eq!(cluster.psql(&copy, "SELECT count(*) FROM t"), "0");
    });
}

#[test]
fn a_dropped_cluster_is_gone() {
    let cluster = Cluster::fast();
    let (folder, port) = (cluster.folder().to_owned(), cluster.port());
    drop(cluster);
    assert!(is_gone(&folder, port));
}

#[test]
fn a_cluster_is_gone_after_its_process_was_killed() {
    let mut child =
        second_self("clusters::second_self_with_a_cluster").stdout(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let line = output.lines().map_while(Result::ok).find_map(|line| {
        let (_, place) = line.split_once("cluster at ")?;
        Some(place.to_owned())
    });
    let (port, folder) = line.as_ref().and_then(|place| place.split_once(' ')).unwrap();
    let (port, folder) = (port.parse().unwrap(), Path::new(folder));
    assert!(!is_gone(folder, port));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    child.kill().unwrap();
    child.wait().unwrap();
    wait_until("the cluster is gone", || is_gone(folder, port));
}

#[test]
#[ignore = "part of another test"]
fn second_self_with_a_cluster() {
    if std::env::var_os(SECOND_SELF).is_some() {
        let cluster = Cluster::shared();
        println!("\ncluster at {} {}", cluster.port(), cluster.folder().display());
        loop {
            std::thread::park();
        }
    }
}

fn is_gone(folder: &Path, port: u16) -> bool {
    !folder.exists() && TcpStream::connect(("127.0.0.1", port)).is_err()
}
