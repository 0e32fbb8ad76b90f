//! The laboratory's back end: see `omicron-server --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    omicron_server::run(std::env::args_os())
}
