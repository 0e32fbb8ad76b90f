//! This test program once more, in another role: a process to kill, or a server to speak to.

use omicron_tests::{Server, ServerBuilder};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, thread};

/// Set where this program plays another role.
pub const SECOND_SELF: &str = "OMICRON_TESTS_SECOND_SELF";

/// A command that runs one ignored test of this program in its other role.
pub fn second_self(test: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(arguments(test)).env(SECOND_SELF, "1");
    command
}

/// A server that answers each request with the request as it arrived.
pub fn echo() -> ServerBuilder {
    let binary = env::current_exe().unwrap();
    Server::builder().binary(binary).args(arguments("stand_in::echo_server")).env(SECOND_SELF, "1")
}

fn arguments(test: &str) -> [&str; 4] {
    [test, "--exact", "--ignored", "--nocapture"]
}

/// Waits for up to ten seconds.
pub fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(10), "not in time: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
#[ignore = "part of other tests"]
fn echo_server() {
    if env::var_os(SECOND_SELF).is_none() {
        return;
    }
    if env::var_os("REFUSE").is_some() {
        eprintln!("a bad configuration");
        std::process::exit(78);
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let variables: Vec<_> = env::vars().map(|(name, value)| format!("{name}={value}")).collect();
    println!("\nstarted in {} with {variables:?}", env::current_dir().unwrap().display());
    println!("[INFO] listening on http://{}, at last", listener.local_addr().unwrap());
    for stream in listener.incoming() {
        thread::spawn(move || answer(&stream.unwrap()));
    }
}

fn answer(mut stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let (mut request, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some((_, value)) = line.to_lowercase().split_once("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        request += &line;
        if line.trim_end().is_empty() {
            break;
        }
    }
    reader.take(length).read_to_string(&mut request).unwrap();
    let head = "HTTP/1.1 418 Echo\r\nx-twice: a\r\nx-twice: b\r\nconnection: close\r\n";
    let chunked = request.starts_with("GET /chunked");
    let body = if chunked {
        format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n{request}\r\n0\r\n\r\n", request.len())
    } else {
        format!("content-length: {}\r\n\r\n{request}", request.len())
    };
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
}
