//! Running the program with few words.

use omicron_tests::{AUDIT_SIGNING_KEY, Backend, Server, TOKEN_SECRET_KEY, TestDatabase};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What a command said, and its status.
#[derive(Debug)]
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    fn from(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let status = output.status.code().unwrap_or(-1);
        Self { status, out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// What was printed, if all went well.
    #[track_caller]
    pub fn good(self) -> String {
        assert_eq!(self.status, 0, "{self:?}");
        self.out
    }

    /// What was complained about, if it ended with this status.
    #[track_caller]
    pub fn bad(self, status: i32) -> String {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.err.starts_with("omicron-server: ") && self.err.ends_with('\n'), "{self:?}");
        self.err
    }
}

/// Runs a command in an empty folder, with no environment but this.
pub fn run(args: &[&str], env: &[(&str, &str)]) -> Said {
    Said::from(&Server::run(args, env))
}

/// Runs a command on a database.
pub fn on(db: &TestDatabase, args: &[&str]) -> Said {
    run(args, &environment(db))
}

pub fn environment(db: &TestDatabase) -> [(&str, &str); 4] {
    [
        ("DATABASE_URL", db.url()),
        ("TOKEN_SECRET_KEY", TOKEN_SECRET_KEY),
        ("AUDIT_SIGNING_KEY", AUDIT_SIGNING_KEY),
        ("BCRYPT_COST", "4"),
    ]
}

/// Runs a command that reads from standard input, in a folder.
pub fn with_input(args: &[&str], env: &[(&str, &str)], folder: &Path, input: &str) -> Said {
    let mut command = Command::new(Server::binary());
    command.args(args).env_clear().envs(env.iter().copied()).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may end without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Said::from(&child.wait_with_output().unwrap())
}

/// A database with this program's tables and nobody in it.
pub fn fixture(backend: Backend) -> TestDatabase {
    TestDatabase::migrated(backend, |url| {
        run(&["db", "create"], &[("DATABASE_URL", url)]).good();
    })
}

/// Waits until something holds, for up to ten seconds.
#[track_caller]
pub fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(10), "not in time: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Who may read and write a file.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().unwrap().permissions().mode() & 0o777
}
