//! Where PostgreSQL's programs are; installs them where that can be done without asking.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Folders whose children may be PostgreSQL installations, and the beginning of the children's names.
const PLACES: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
    ("/usr/local", "pgsql"),
];

/// The folder with `initdb`, `pg_ctl`, `postgres` and `psql`.
pub(super) fn folder() -> PathBuf {
    if let Some(found) = find() {
        return found;
    }
    let hint = "PostgreSQL 13 or newer is needed for the tests, the server and not just the client: \
        `apt-get install postgresql` (Debian, Ubuntu), `dnf install postgresql-server` (Fedora), \
        `brew install postgresql` (macOS), or put the folder that holds initdb, pg_ctl, postgres and psql into PATH";
    assert!(is_root() && works("apt-get", &["--version"]), "{hint}");
    let install: &[&str] = &["install", "--yes", "--no-install-recommends", "postgresql"];
    for step in [&["update"], install] {
        let done = Command::new("apt-get")
            .args(["-q", "-o", "DPkg::Lock::Timeout=300"])
            .args(step)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .output()
            .expect("apt-get can be started");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "apt-get {step:?} failed: {said}\n{hint}");
    }
    find().expect(hint)
}

/// Whether this process is root's, under whom PostgreSQL refuses to run.
pub(super) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.expect("id can be started").stdout.trim_ascii() == b"0"
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let in_path = env::split_paths(&path).map(|folder| folder.join("pg_ctl"));
    // A link in PATH leads to the folder with the rest.
    let in_path = in_path.filter_map(|link| Some(link.canonicalize().ok()?.parent()?.to_owned()));
    let in_places =
        PLACES.iter().flat_map(|(parent, prefix)| newest_first(Path::new(parent), prefix));
    in_path.chain(in_places).chain(named_by_pg_config()).find(|folder| is_complete(folder))
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres", "psql"].iter().all(|name| folder.join(name).is_file())
}

fn newest_first(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = parent.read_dir().into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut found: Vec<_> =
        names.filter(|name| name.starts_with(prefix)).map(|name| (version(&name), name)).collect();
    found.sort();
    found.into_iter().rev().map(|(_, name)| parent.join(name).join("bin")).collect()
}

/// The number in `15`, `9.6`, `pgsql-16` or `postgresql@17`, as far as it decides which is newer.
fn version(name: &str) -> u32 {
    let digits = name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().unwrap_or(0)
}

fn named_by_pg_config() -> Option<PathBuf> {
    let said = Command::new("pg_config").arg("--bindir").output().ok()?.stdout;
    Some(PathBuf::from(String::from_utf8(said).ok()?.trim_end()))
}

fn works(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|done| done.status.success())
}
