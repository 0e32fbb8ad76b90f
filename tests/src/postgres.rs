//! A PostgreSQL cluster of the test process's own.

mod binaries;

use crate::process::{plain, retry, run};
use crate::watcher::Watcher;
use std::ffi::OsString;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// What the watcher does: stops the cluster and removes its folder, twice, lest a start was still under way.
const CLEAN_UP: &str = r#"
folder=$1; shift
for again in 1 2; do
    "$@" stop -D "$folder/data" -m immediate
    rm -rf "$folder"
    [ "$again" = 2 ] || sleep 0.2
done"#;

/// A PostgreSQL cluster in a temporary folder, on a free port of 127.0.0.1, with user `postgres` and no password.
///
/// It is stopped and removed when it is dropped, and when this process ends in any way, by SIGKILL too.
#[derive(Debug)]
pub struct Cluster {
    binaries: PathBuf,
    folder: PathBuf,
    port: AtomicU16,
    durable: bool,
    next: AtomicU32,
    copying: Mutex<()>,
    watcher: Watcher,
}

impl Cluster {
    /// The cluster of this process, started by the first call; fast, and not meant to survive a power cut.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::new(false))
    }

    /// A new cluster that does not wait for the disk.
    pub fn fast() -> Self {
        Self::new(false)
    }

    /// A new cluster that writes as durably as in production, for benchmarks and crash tests.
    pub fn durable() -> Self {
        Self::new(true)
    }

    fn new(durable: bool) -> Self {
        let binaries = binaries::folder();
        let folder = tempfile::Builder::new().prefix("omicron-postgres-").tempdir();
        let folder = folder.expect("a temporary folder can be made").keep();
        let stop = as_postgres(binaries.join("pg_ctl"));
        let arguments = [folder.clone().into_os_string()].into_iter().chain(stop);
        let watcher = Watcher::start(CLEAN_UP, arguments);
        let (port, next, copying) = (AtomicU16::new(0), AtomicU32::new(0), Mutex::new(()));
        let cluster = Self { binaries, folder, port, durable, next, copying, watcher };
        cluster.initialise();
        cluster.start_on_a_free_port();
        cluster
    }

    fn initialise(&self) {
        if binaries::is_root() {
            run(Command::new("chown").arg("postgres").arg(&self.folder))
                .expect("there is a user postgres");
        }
        let initdb = |locale: &str| {
            let mut initdb = self.command("initdb");
            initdb.args([
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
                "--locale",
                locale,
            ]);
            run(initdb.arg("-D").arg(self.data()))
        };
        // As servers mostly have it; the plain C locale where C.UTF-8 is unknown.
        let made = initdb("C.UTF-8").or_else(|_| initdb("C"));
        made.unwrap_or_else(|error| panic!("initdb failed: {error}"));
    }

    fn start_on_a_free_port(&self) {
        let mut last = String::new();
        for _ in 0..5 {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .and_then(|listener| listener.local_addr());
            self.port.store(free.expect("there is a free port").port(), Ordering::Relaxed);
            match self.try_start() {
                Ok(()) => return,
                Err(error) => last = error,
            }
        }
        panic!("PostgreSQL does not start: {last}");
    }

    fn try_start(&self) -> Result<(), String> {
        let log = self.folder.join("log");
        let mut options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=200",
            self.port(),
            self.folder.display(),
        );
        if !self.durable {
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off";
        }
        let mut start = self.command("pg_ctl");
        start
            .args(["start", "-w", "-D"])
            .arg(self.data())
            .args(["-o", &options])
            .arg("-l")
            .arg(&log);
        run(&mut start)
            .map(drop)
            .map_err(|error| error + &std::fs::read_to_string(&log).unwrap_or_default())
    }

    /// Starts the cluster again after [`Cluster::stop_immediate`], on the same port.
    pub fn start(&self) {
        retry(Duration::from_secs(10), || self.try_start())
            .unwrap_or_else(|error| panic!("no start: {error}"));
    }

    /// Stops the cluster as a crash would: no checkpoint, connections cut.
    pub fn stop_immediate(&self) {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "-w", "-m", "immediate", "-D"]).arg(self.data());
        run(&mut stop).unwrap_or_else(|error| panic!("no stop: {error}"));
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port.load(Ordering::Relaxed)
    }

    /// The folder with the data and the log, gone when the cluster is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of one of PostgreSQL's programs, such as `pgbench`.
    pub fn bin(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }

    /// Creates an empty database and returns its URL.
    pub fn create_database(&self) -> String {
        self.create_database_from("template0")
    }

    /// Creates a copy of the database `template`, given by name or URL, and returns its URL.
    ///
    /// Connections to the template may linger for up to ten seconds before this fails.
    pub fn create_database_from(&self, template: &str) -> String {
        let name = format!("omicron_test_{}", self.next.fetch_add(1, Ordering::Relaxed));
        let create = format!("CREATE DATABASE {name} TEMPLATE {}", name_in(template));
        let _alone = self.copying.lock().unwrap_or_else(PoisonError::into_inner);
        retry(Duration::from_secs(10), || self.try_psql(&self.url("postgres"), &create))
            .unwrap_or_else(|error| panic!("{create}: {error}"));
        self.url(&name)
    }

    /// Removes the database with this URL, and cuts connections to it.
    pub fn drop_database(&self, url: &str) {
        self.try_drop_database(url)
            .unwrap_or_else(|error| panic!("{url} was not dropped: {error}"));
    }

    pub(crate) fn try_drop_database(&self, url: &str) -> Result<(), String> {
        let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_in(url));
        self.try_psql(&self.url("postgres"), &drop_it).map(drop)
    }

    /// Runs statements with `psql` and returns what they select: a line a row, `|` between columns.
    pub fn psql(&self, url: &str, sql: &str) -> String {
        self.try_psql(url, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// As [`Cluster::psql`], for statements that may fail.
    ///
    /// # Errors
    /// What psql wrote to its standard error, when a statement or the connection fails.
    pub fn try_psql(&self, url: &str, sql: &str) -> Result<String, String> {
        let mut psql = plain(self.bin("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]);
        run(psql.env("PGCONNECT_TIMEOUT", "10"))
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// One of the programs that refuse to run as root, as the user `postgres` where we are root.
    fn command(&self, name: &str) -> Command {
        let mut words = as_postgres(self.bin(name)).into_iter();
        let mut command = plain(words.next().unwrap());
        command.args(words).current_dir("/");
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.watcher.finish();
    }
}

/// The words that run a program as the user `postgres`, if we are root, and as ourselves otherwise.
fn as_postgres(program: PathBuf) -> Vec<OsString> {
    let prefix: &[&str] =
        if binaries::is_root() { &["runuser", "-u", "postgres", "--"] } else { &[] };
    prefix.iter().map(OsString::from).chain([program.into_os_string()]).collect()
}

/// The name of a database in its URL; a bare name is itself.
fn name_in(url: &str) -> &str {
    let end = url.rsplit('/').next().unwrap_or(url);
    end.split('?').next().unwrap_or(end)
}
