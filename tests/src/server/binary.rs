//! Where the server's program is, which the first call builds.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{env, ffi::OsStr};

pub(super) fn path() -> PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY
        .get_or_init(|| env::var_os("OMICRON_SERVER_BINARY").map_or_else(build, PathBuf::from))
        .clone()
}

/// Builds the server into the target folder that this test came from, so that both are of one profile.
fn build() -> PathBuf {
    let test = env::current_exe().expect("the test knows its own path");
    let folder = test.parent().unwrap();
    let inner =
        ["deps", "examples"].iter().any(|name| folder.file_name() == Some(OsStr::new(name)));
    let folder = if inner { folder.parent().unwrap() } else { folder };
    let profile = match folder.file_name().and_then(OsStr::to_str).unwrap() {
        "debug" => "dev",
        profile => profile,
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        // With the features that `cargo test --workspace` builds with: after it, nothing is to do.
        .args(["test", "--quiet", "--no-run", "--workspace", "--test", "server"])
        .args(["--profile", profile, "--target-dir"])
        .arg(folder.parent().unwrap())
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .stdin(Stdio::null())
        .output()
        .expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "omicron-server does not build:\n{said}");
    folder.join("omicron-server")
}
