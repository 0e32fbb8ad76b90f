//! Databases that live as long as one test.

use crate::Cluster;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// Which of the two kinds of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backend {
    /// A file, inside the process.
    Sqlite,
    /// A server.
    Postgres,
}

/// What a copied SQLite database consists of: the file, and the journal that may not be in it yet.
const SQLITE_SUFFIXES: [&str; 2] = ["", "-wal"];

/// A database of a test's own, removed when it is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    /// Holds SQLite's file; a PostgreSQL database is in the shared cluster.
    folder: Option<TempDir>,
}

impl TestDatabase {
    /// An empty database.
    pub fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::sqlite(),
            Backend::Postgres => Self::postgres(),
        }
    }

    /// A SQLite URL for a file in a temporary folder; the file is not there yet.
    pub fn sqlite() -> Self {
        let folder = tempfile::Builder::new().prefix("omicron-sqlite-").tempdir();
        let folder = folder.expect("a temporary folder can be made");
        let url = format!("sqlite:///{}", file_in(folder.path()).display());
        Self { url, folder: Some(folder) }
    }

    /// An empty database in the shared PostgreSQL cluster.
    pub fn postgres() -> Self {
        Self { url: Cluster::shared().create_database(), folder: None }
    }

    /// A copy of a database that `prepare` brings up to date, once in this process for each backend.
    ///
    /// `prepare` gets the URL of an empty database and must have closed it when it returns. The first `prepare` counts:
    /// a process that needs two different starting points can have one of them from here.
    pub fn migrated(backend: Backend, prepare: fn(&str)) -> Self {
        match backend {
            Backend::Sqlite => Self::migrated_sqlite(prepare),
            Backend::Postgres => Self::migrated_postgres(prepare),
        }
    }

    fn migrated_sqlite(prepare: fn(&str)) -> Self {
        // The bytes rather than a folder, which nobody would remove at the end of the process.
        static TEMPLATE: OnceLock<Vec<(&str, Vec<u8>)>> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let original = Self::sqlite();
            prepare(original.url());
            let read = |suffix| Some((suffix, fs::read(original.file(suffix)).ok()?));
            SQLITE_SUFFIXES.into_iter().filter_map(read).collect()
        });
        assert!(!template.is_empty(), "prepare made no SQLite database");
        let copy = Self::sqlite();
        for (suffix, bytes) in template {
            fs::write(copy.file(suffix), bytes).expect("the copy can be written");
        }
        copy
    }

    fn migrated_postgres(prepare: fn(&str)) -> Self {
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let cluster = Cluster::shared();
        let template = TEMPLATE.get_or_init(|| {
            let url = cluster.create_database();
            prepare(&url);
            url
        });
        Self { url: cluster.create_database_from(template), folder: None }
    }

    /// The URL, as `DATABASE_URL` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Which kind of database this is.
    pub fn backend(&self) -> Backend {
        if self.folder.is_some() { Backend::Sqlite } else { Backend::Postgres }
    }

    /// SQLite's file, or one beside it whose name goes on with `suffix`.
    fn file(&self, suffix: &str) -> PathBuf {
        let folder = self.folder.as_ref().expect("SQLite has a folder").path();
        let mut file = file_in(folder).into_os_string();
        file.push(suffix);
        file.into()
    }
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join("omicron.sqlite3")
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.folder.is_none() {
            // The cluster goes soon anyway, and a panic here could hide the test's own.
            let _ = Cluster::shared().try_drop_database(&self.url);
        }
    }
}
