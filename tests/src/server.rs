//! The real server, as a process.

mod binary;
mod builder;
mod log;

pub use builder::ServerBuilder;

use crate::process::{plain, signal};
use crate::watcher::Watcher;
use log::Log;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{sync::mpsc, thread};
use tempfile::TempDir;

/// The password of the first administrator, `root`.
pub const ROOT_PASSWORD: &str = "correct-horse-battery";

/// The `TOKEN_SECRET_KEY` that every server gets, so that two on one database agree.
pub const TOKEN_SECRET_KEY: &str =
    "6f6d6963726f6e2d746573742d6b69742d746f6b656e2d7365637265742d6b65";

/// The `AUDIT_SIGNING_KEY` that every server gets, for the same reason.
pub const AUDIT_SIGNING_KEY: &str =
    "PRIVATE+KEY+omicron-test-kit+6f963ea6+AW9taWNyb24gdGVzdCBraXQ6IGEgc2VlZCBvZiAzMiBi";

/// What the watcher does: ends the server and removes its folder, if that is a temporary one.
const CLEAN_UP: &str = r#"kill -KILL "$1"; [ -z "$2" ] || rm -rf "$2""#;
/// How long a start may take.
const START: Duration = Duration::from_secs(30);
/// How long a stop may take: thirty seconds to drain, and a few to end.
const STOP: Duration = Duration::from_secs(35);
/// How long a one-shot command may take.
const COMMAND: Duration = Duration::from_mins(1);

/// A running `omicron-server`, killed when it is dropped and when this process ends in any way.
#[derive(Debug)]
pub struct Server {
    settings: ServerBuilder,
    base_directory: PathBuf,
    /// Set when the base directory is ours to remove.
    _temporary: Option<TempDir>,
    running: Running,
}

/// One run of the program.
#[derive(Debug)]
struct Running {
    child: Child,
    watcher: Watcher,
    log: Arc<Log>,
    base_url: String,
}

impl Server {
    /// A server with the kit's defaults, to be changed before it starts.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// A server on this database, with the kit's defaults.
    pub fn start(database_url: &str) -> Self {
        Self::builder().database(database_url).start()
    }

    /// The path of `omicron-server`, built by the first call unless `OMICRON_SERVER_BINARY` names one.
    pub fn binary() -> PathBuf {
        binary::path()
    }

    /// Runs a command of the same program to its end, in an empty folder and with no environment but `env`.
    pub fn run(args: &[&str], env: &[(&str, &str)]) -> Output {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut command = plain(Self::binary());
        command.args(args).envs(env.iter().copied()).current_dir(folder.path());
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server can be started");
        let (pid, (sender, receiver)) = (child.id(), mpsc::channel());
        thread::spawn(move || sender.send(child.wait_with_output()));
        let Ok(output) = receiver.recv_timeout(COMMAND) else {
            signal("KILL", pid);
            let output = receiver.recv().unwrap();
            panic!("{args:?} did not end within {COMMAND:?}: {output:?}");
        };
        output.expect("the output can be read")
    }

    fn launch(settings: &ServerBuilder, base_directory: &Path) -> Running {
        let mut command = settings.command(base_directory);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (pid, ours) = (child.id().to_string(), settings.is_folder_temporary());
        let folder = if ours { base_directory.as_os_str() } else { OsStr::new("") };
        let watcher = Watcher::start(CLEAN_UP, [OsStr::new(&pid), folder]);
        let log = Log::of(&mut child);
        let mut running = Running { child, watcher, log, base_url: String::new() };
        running.base_url = running.wait_for_address();
        running
    }

    /// Where the server listens: `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> &str {
        &self.running.base_url
    }

    /// The URL of a path, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.base_url)
    }

    /// A client of this server, without a credential; it does not follow a restart to another port.
    pub fn client(&self) -> crate::Client {
        crate::Client::new(self.base_url())
    }

    /// The folder that the server runs in.
    pub fn base_directory(&self) -> &Path {
        &self.base_directory
    }

    /// All that the present run has written to its standard output and error.
    pub fn log(&self) -> String {
        self.running.log.text()
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.running.child.id()
    }

    /// Whether the process has not ended by itself.
    pub fn is_running(&mut self) -> bool {
        self.running.exit_status().is_none()
    }

    /// Ends the process at once, with SIGKILL.
    pub fn kill(&mut self) {
        self.running.kill();
    }

    /// Sends a signal by name, such as `HUP`.
    pub fn signal(&self, name: &str) {
        assert!(signal(name, self.pid()), "no {name} for a server that has ended");
    }

    /// Asks the process to end, with SIGTERM, and gives it 35 seconds.
    pub fn terminate(&mut self) -> ExitStatus {
        if let Some(status) = self.running.exit_status() {
            return status;
        }
        self.signal("TERM");
        self.running.wait(STOP).unwrap_or_else(|| panic!("no end within {STOP:?}:\n{}", self.log()))
    }

    /// Starts the server again with the same settings in the same folder, after it was killed or terminated.
    pub fn restart(&mut self) {
        self.kill();
        self.running = Self::launch(&self.settings, &self.base_directory);
    }
}

impl Running {
    fn wait_for_address(&mut self) -> String {
        let start = Instant::now();
        loop {
            if let Some(address) = self.log.address() {
                return address;
            }
            if let Some(status) = self.exit_status() {
                panic!(
                    "the server ended with {status} before it listened:\n{}",
                    self.log.finished()
                );
            }
            assert!(start.elapsed() < START, "the server does not listen:\n{}", self.log.text());
            self.log.wait_for_more();
        }
    }

    fn exit_status(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().expect("a child can be waited for");
        if status.is_some() {
            self.watcher.dismiss();
        }
        status
    }

    fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        while start.elapsed() < limit {
            let status = self.exit_status();
            if status.is_some() {
                self.log.finished();
                return status;
            }
            thread::sleep(Duration::from_millis(5));
        }
        None
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        // Dismissed first: once the child is waited for, its id may be another's.
        self.watcher.dismiss();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}
