//! Small things done with other programs.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, ffi::OsStr, thread};

/// Variables that every child gets; anything else of the environment could change what a test sees.
const INHERITED: [&str; 5] = ["PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR", "LLVM_PROFILE_FILE"];

/// A command with no input and nearly no environment.
pub(crate) fn plain(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null());
    command.envs(INHERITED.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    command
}

/// Runs a command to its end and returns its output, or what it complained about.
pub(crate) fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    if output.status.success() {
        Ok(said)
    } else {
        Err(format!("{complained}\n{said}").trim().to_owned())
    }
}

/// Tries again until it works or the time is up.
pub(crate) fn retry<T, E>(limit: Duration, attempt: impl Fn() -> Result<T, E>) -> Result<T, E> {
    let start = Instant::now();
    loop {
        match attempt() {
            Err(_) if start.elapsed() < limit => thread::sleep(Duration::from_millis(50)),
            outcome => return outcome,
        }
    }
}

/// Sends a signal by name, such as `TERM`; the shell's own `kill` is there where no other may be.
pub(crate) fn signal(name: &str, pid: u32) -> bool {
    let script = format!("kill -{name} {pid}");
    plain("sh").args(["-c", &script]).output().is_ok_and(|done| done.status.success())
}
