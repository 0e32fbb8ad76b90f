//! The server as a program: settings, log, wiring, and commands for whoever runs it.
//!
//! `main` calls [`run`] and nothing else; all of it is a library so that tests reach the parts.
//!
//! | file | holds |
//! | --- | --- |
//! | `commands/` | the command line: a file per command |
//! | `settings/` | what can be chosen: one table, one struct, the rules |
//! | `serve/` | the server from its start to its end |
//! | `logging/` | the log, line by line |
//! | `tls` | the certificate and its key |
//! | `signing` | the key that signs checkpoints |
//! | `open` | the database, for the server and for commands |

mod commands;
mod error;
mod generate;
mod logging;
mod open;
mod private_file;
mod serve;
pub mod settings;
mod signing;
mod tls;

pub use commands::run;
pub use error::{BAD_CONFIGURATION, Error};
