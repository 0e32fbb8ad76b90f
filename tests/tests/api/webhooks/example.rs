//! The receiver that stands in the documentation, as a process.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

pub struct Example {
    pub port: u16,
    lines: Receiver<String>,
    child: Child,
}

impl Example {
    pub fn start(secret: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/webhook.py");
        let mut child = Command::new("python3")
            .args([script, "0"])
            .env("OMICRON_WEBHOOK_SECRET", secret)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut example = Self { port: 0, lines, child };
        let line = example.next_line();
        example.port = line.strip_prefix("listening on ").unwrap().parse().unwrap();
        example
    }

    pub fn next_line(&self) -> String {
        self.lines.recv_timeout(Duration::from_mins(2)).unwrap()
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
