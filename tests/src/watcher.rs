//! Cleans up after the test process, even when it is killed with SIGKILL.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// A shell that waits for the end of its standard input, whose other end only this process holds, then cleans up.
///
/// The pipe is close-on-exec, so no other child keeps it open. The process group of its own keeps Ctrl-C away.
#[derive(Debug)]
pub(crate) struct Watcher(Child);

impl Watcher {
    /// Starts a shell that runs `script` with `arguments` as `$1`, `$2`, … once this process is gone.
    pub(crate) fn start<S: AsRef<OsStr>>(
        script: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Self {
        let script = format!("trap '' HUP INT TERM; read -r _; {script}");
        let child = Command::new("sh")
            .args(["-c", &script, "omicron-test-watcher"])
            .args(arguments)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh can be started");
        Self(child)
    }

    /// Lets the clean-up happen now, and waits for it.
    pub(crate) fn finish(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }

    /// Ends the watcher without a clean-up.
    pub(crate) fn dismiss(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
