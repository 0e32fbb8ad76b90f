//! Servers: their environment, their start and their end.

use crate::stand_in::{SECOND_SELF, echo, second_self, wait_until};
use omicron_tests::{Server, TOKEN_SECRET_KEY};
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::Stdio;

#[test]
fn a_server_starts_with_nothing_but_what_it_was_given() {
    let server = echo().database("sqlite:///x").env("DEBUG", "yes").without_env("PORT").start();
    let log = server.log();
    let given = [
        TOKEN_SECRET_KEY,
        "STATE=CI",
        "IP_ADDRESS=127.0.0.1",
        "DATABASE_URL=sqlite:///x",
        "DEBUG=yes",
    ];
    for expected in given {
        assert!(log.contains(expected), "{expected} is not in {log}");
    }
    assert!(!log.contains("PORT=") && !log.contains("CARGO"), "{log}");
    let folder = server.base_directory().display().to_string();
    assert!(
        log.contains(&format!("started in {folder}"))
            && log.contains(&format!("BASE_DIRECTORY={folder}"))
    );
    assert_eq!(server.url("/x"), format!("{}/x", server.base_url()));
}

#[test]
fn a_server_that_refuses_to_start_shows_why() {
    let panic = catch_unwind(|| echo().env("REFUSE", "1").start()).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("78") && message.contains("a bad configuration"), "{message}");
}

#[test]
fn a_server_can_be_killed_terminated_and_restarted_in_its_folder() {
    let mut server = echo().start();
    let (first, folder) = (server.pid(), server.base_directory().to_owned());
    std::fs::write(folder.join("kept"), "").unwrap();
    assert_eq!(server.client().get("/").status, 418);
    server.kill();
    assert!(server.client().request("GET", "/").try_send().is_err());
    server.restart();
    assert_ne!(server.pid(), first);
    assert!(server.is_running() && folder.join("kept").exists());
    assert_eq!(server.client().get("/").status, 418);
    assert_eq!(server.terminate().signal(), Some(15));
    assert!(!server.is_running());
    assert_eq!(server.terminate().signal(), Some(15));
    drop(server);
    assert!(!folder.exists());
}

#[test]
fn a_server_ends_with_its_test_process() {
    let mut child =
        second_self("servers::second_self_with_a_server").stdout(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut lines = output.lines().map_while(Result::ok);
    let line = lines.find_map(|line| Some(line.split_once("server at http://")?.1.to_owned()));
    let (address, folder) = line.as_ref().and_then(|place| place.split_once(' ')).unwrap();
    assert!(TcpStream::connect(address).is_ok() && Path::new(folder).exists());
    child.kill().unwrap();
    child.wait().unwrap();
    wait_until("the server is gone", || {
        TcpStream::connect(address).is_err() && !Path::new(folder).exists()
    });
}

#[test]
#[ignore = "part of another test"]
fn second_self_with_a_server() {
    if std::env::var_os(SECOND_SELF).is_some() {
        let server: Server = echo().start();
        println!("\nserver at {} {}", server.base_url(), server.base_directory().display());
        loop {
            std::thread::park();
        }
    }
}
