//! The log: where it goes, and what its lines look like.

use crate::support::{mode, wait_until};
use omicron_tests::Server;
use serde_json::Value;
use std::fs;

#[test]
fn a_log_file_is_opened_again_on_sighup() {
    let folder = tempfile::tempdir().unwrap();
    let (path, moved) = (folder.path().join("log"), folder.path().join("log.1"));
    let mut server = Server::builder().env("LOGFILE", &path.display().to_string()).start();
    assert_eq!(mode(&path), 0o640);
    assert!(fs::read_to_string(&path).unwrap().contains("listening on http://127.0.0.1:"));
    // Whoever started the server reads it there, and nothing else.
    assert_eq!(server.log().lines().count(), 1, "{}", server.log());
    fs::rename(&path, &moved).unwrap();
    server.signal("HUP");
    wait_until("the log is opened again", || {
        fs::read_to_string(&path).is_ok_and(|text| text.contains("opened again"))
    });
    let before = fs::read_to_string(&moved).unwrap();
    assert!(server.is_running());
    assert_eq!(server.client().get("/healthz").status, 200);
    assert_eq!(server.terminate().code(), Some(0));
    assert!(fs::read_to_string(&path).unwrap().contains("stopped"));
    assert_eq!(fs::read_to_string(&moved).unwrap(), before);
}

#[test]
fn sighup_without_a_log_file_does_no_harm() {
    let mut server = Server::builder().start();
    server.signal("HUP");
    wait_until("it is logged", || server.log().contains("no LOGFILE"));
    assert!(server.is_running());
}

#[test]
fn json_lines_are_objects_whatever_a_client_sends() {
    let mut server = Server::builder().env("LOG_FORMAT", "json").start();
    let answer = server.client().request("GET", "/%0A%22%1b[31m").send();
    assert_eq!(answer.status, 404);
    server.terminate();
    let log = server.log();
    for line in log.lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        assert!(object["time"].as_str().unwrap().ends_with('Z') && object["level"].is_string());
        assert!(object["message"].is_string() && object["target"].is_string(), "{line}");
    }
}

#[test]
fn the_address_is_told_however_little_is_logged() {
    let server = Server::builder().env("RUST_LOG", "error").start();
    assert_eq!(server.log(), format!("listening on {}\n", server.base_url()));
}
