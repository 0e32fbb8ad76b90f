//! Which database a URL names.

use crate::Error;
use std::path::{Path, PathBuf};

/// A database, as a URL names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A file.
    SqliteFile(PathBuf),
    /// A database that lives as long as its one connection.
    SqliteMemory,
    /// libpq's connection URI.
    Postgres(String),
}

impl Target {
    /// Reads a URL as `SQLAlchemy` did: three slashes for a path below `base`, four for one from
    /// the root, two for a database in memory.
    pub(crate) fn parse(url: &str, base: &Path) -> Result<Self, Error> {
        let (scheme, rest) =
            url.split_once("://").ok_or_else(|| not_understood("it has no scheme"))?;
        match scheme {
            "sqlite" => Self::sqlite(rest, base),
            "postgres" | "postgresql" | "postgresql+psycopg2" => {
                Ok(Self::Postgres(with_defaults(format!("postgresql://{rest}"))))
            }
            other => Err(not_understood(&format!("the scheme {other:?} is unknown"))),
        }
    }

    fn sqlite(rest: &str, base: &Path) -> Result<Self, Error> {
        match rest.strip_prefix('/') {
            _ if rest.is_empty() => Ok(Self::SqliteMemory),
            Some("" | ":memory:") => Ok(Self::SqliteMemory),
            // An absolute path replaces the base.
            Some(path) => Ok(Self::SqliteFile(base.join(path))),
            None => Err(not_understood("a path begins after the third slash")),
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        !matches!(self, Self::Postgres(_))
    }
}

fn not_understood(why: &str) -> Error {
    Error::BadUrl(format!(
        "{why}; write sqlite:///file, sqlite:////path/from/root or postgres://user@host/name"
    ))
}

/// A host that does not answer is noticed in seconds, not in the kernel's quarter of an hour.
fn with_defaults(mut url: String) -> String {
    for (name, value) in
        [("connect_timeout", "5"), ("tcp_user_timeout", "8000"), ("application_name", "omicron")]
    {
        if !url.contains(name) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            url.push_str(value);
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_as_the_old_server_read_them() {
        let file = |path: &str| Target::SqliteFile(PathBuf::from(path));
        for (url, target) in [
            ("sqlite:///lab.sqlite3", file("/srv/lab.sqlite3")),
            ("sqlite:////var/lab.sqlite3", file("/var/lab.sqlite3")),
            ("sqlite://", Target::SqliteMemory),
            ("sqlite:///:memory:", Target::SqliteMemory),
        ] {
            assert_eq!(Target::parse(url, Path::new("/srv")).unwrap(), target, "{url}");
        }
    }

    #[test]
    fn every_spelling_of_postgresql_is_one() {
        for scheme in ["postgres", "postgresql", "postgresql+psycopg2"] {
            let target = Target::parse(&format!("{scheme}://ann@db/lab"), Path::new("")).unwrap();
            let Target::Postgres(url) = target else { panic!("{scheme}") };
            assert!(url.starts_with("postgresql://ann@db/lab?connect_timeout=5&"), "{url}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told_with_an_example() {
        for url in ["lab.sqlite3", "mysql://lab", "sqlite://lab.sqlite3"] {
            let error = Target::parse(url, Path::new("")).unwrap_err();
            assert!(error.to_string().contains("sqlite:///file"), "{error}");
        }
    }
}
