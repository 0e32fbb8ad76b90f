//! What the server must know of a database before it is opened.

use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// `DATABASE_URL`, which may hold a password.
#[derive(Debug, Clone)]
pub struct DatabaseUrl {
    text: SecretString,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Memory,
    /// A path as written, which is below the base directory unless it is absolute.
    File(PathBuf),
    Server,
}

impl DatabaseUrl {
    /// The URL as it was given.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// Whether it names a PostgreSQL server, which other replicas may use as well.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.kind == Kind::Server
    }

    /// Whether the database ends with its process.
    #[must_use]
    pub fn is_memory(&self) -> bool {
        self.kind == Kind::Memory
    }

    /// The file of a SQLite database.
    #[must_use]
    pub fn file(&self, base_directory: &Path) -> Option<PathBuf> {
        match &self.kind {
            Kind::File(path) => Some(base_directory.join(path)),
            Kind::Memory | Kind::Server => None,
        }
    }

    /// The URL with `***` for a password in it.
    #[must_use]
    pub fn masked(&self) -> String {
        let text = self.expose();
        if self.kind != Kind::Server {
            return text.to_owned();
        }
        let Ok(mut url) = url::Url::parse(text) else { return "***".to_owned() };
        if url.password().is_some() && url.set_password(Some("***")).is_err() {
            return "***".to_owned();
        }
        if url.query().is_some_and(|query| query.contains("password")) {
            url.set_query(Some("***"));
        }
        url.into()
    }
}

/// The URL names no database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be sqlite:///file, sqlite:////path/from/root, sqlite:// or postgres://user@host/name"
)]
pub struct NotADatabase;

impl FromStr for DatabaseUrl {
    type Err = NotADatabase;

    fn from_str(text: &str) -> Result<Self, NotADatabase> {
        let (scheme, rest) = text.split_once("://").ok_or(NotADatabase)?;
        let kind = match (scheme, rest.strip_prefix('/')) {
            ("sqlite", Some("" | ":memory:")) => Kind::Memory,
            ("sqlite", Some(path)) => Kind::File(path.into()),
            ("sqlite", None) if rest.is_empty() => Kind::Memory,
            ("postgres" | "postgresql" | "postgresql+psycopg2", _) => Kind::Server,
            _ => return Err(NotADatabase),
        };
        Ok(Self { text: text.to_owned().into(), kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> DatabaseUrl {
        text.parse().unwrap()
    }

    #[test]
    fn a_file_is_below_the_base_directory_or_absolute() {
        let file = |text| url(text).file(Path::new("/srv"));
        assert_eq!(file("sqlite:///lab.sqlite3"), Some("/srv/lab.sqlite3".into()));
        assert_eq!(file("sqlite:////var/lab.sqlite3"), Some("/var/lab.sqlite3".into()));
        assert_eq!(file("sqlite://"), None);
        assert!(
            url("sqlite:///:memory:").is_memory() && url("postgresql+psycopg2://h/d").is_server()
        );
    }

    #[test]
    fn a_password_is_masked_wherever_it_stands() {
        for given in [
            "postgres://ann:tiger@db:5432/lab",
            "postgresql+psycopg2://ann:ti%67er@db/lab?sslmode=require",
            "postgres://db/lab?user=ann&password=tiger",
        ] {
            let masked = url(given).masked();
            assert!(masked.contains("***") && masked.contains("db"), "{masked}");
            assert!(!masked.contains("tiger") && !masked.contains("ti%67er"), "{masked}");
        }
        assert_eq!(url("postgres://ann@db/lab").masked(), "postgres://ann@db/lab");
    }
}
