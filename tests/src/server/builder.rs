//! How a server is started.

use super::{AUDIT_SIGNING_KEY, ROOT_PASSWORD, Server, TOKEN_SECRET_KEY};
use crate::process::plain;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The settings of a server that has not started: its variables, arguments and folder.
#[derive(Debug, Clone)]
#[must_use = "a server runs only once it is started"]
pub struct ServerBuilder {
    binary: Option<PathBuf>,
    env: BTreeMap<String, String>,
    args: Vec<String>,
    base_directory: Option<PathBuf>,
}

impl Default for ServerBuilder {
    fn default() -> Self {
        let env = [
            ("IP_ADDRESS", "127.0.0.1"),
            ("PORT", "0"),
            ("ROOT_PASSWORD", ROOT_PASSWORD),
            ("TOKEN_SECRET_KEY", TOKEN_SECRET_KEY),
            ("AUDIT_SIGNING_KEY", AUDIT_SIGNING_KEY),
            ("BCRYPT_COST", "4"),
            ("STATE", "CI"),
            ("AUTO_MIGRATE", "true"),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { binary: None, env, args: Vec::new(), base_directory: None }
    }
}

impl ServerBuilder {
    /// Sets `DATABASE_URL`; without it, the server makes a SQLite file in its base directory.
    pub fn database(self, url: &str) -> Self {
        self.env("DATABASE_URL", url)
    }

    /// Sets a variable; the kit's own defaults can be replaced as well.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Leaves a variable out that the kit would set.
    pub fn without_env(mut self, name: &str) -> Self {
        self.env.remove(name);
        self
    }

    /// Adds arguments to the command line.
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets the base directory, which then outlives the server; a temporary one otherwise.
    pub fn base_directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.base_directory = Some(path.into());
        self
    }

    /// Takes another program than `omicron-server`.
    pub fn binary(mut self, path: impl Into<PathBuf>) -> Self {
        self.binary = Some(path.into());
        self
    }

    /// Starts the server and waits until it listens; a panic that shows all of its output if it does not.
    pub fn start(self) -> Server {
        let temporary = self.is_folder_temporary().then(|| {
            let folder = tempfile::Builder::new().prefix("omicron-server-").tempdir();
            folder.expect("a temporary folder can be made")
        });
        let base_directory = temporary.as_ref().map(|folder| folder.path().to_owned());
        let base_directory = base_directory.or_else(|| self.base_directory.clone()).unwrap();
        let running = Server::launch(&self, &base_directory);
        Server { settings: self, base_directory, _temporary: temporary, running }
    }

    pub(super) fn is_folder_temporary(&self) -> bool {
        self.base_directory.is_none()
    }

    pub(super) fn command(&self, base_directory: &Path) -> Command {
        let mut command = plain(self.binary.clone().unwrap_or_else(Server::binary));
        // There, so that a `.env` in the source tree is not read.
        command.current_dir(base_directory).env("BASE_DIRECTORY", base_directory);
        command.args(&self.args).envs(&self.env);
        command
    }
}
