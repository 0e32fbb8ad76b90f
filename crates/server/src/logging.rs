//! The log: a line for each thing worth knowing, to standard output or a file.

mod escape;
mod line;
mod output;

pub use output::Output;

use crate::error::Error;
use crate::settings::{BadSetting, LogFormat, Settings};
use log::Record;
use omicron_domain::{Clock, SystemClock};
use std::io::{self, Write};

/// What `RUST_LOG` is by default: actix tells of its start what is told already, and calls it an
/// error when a client sends nonsense.
const QUIET: (&str, &str) = ("info", "info,actix_server=warn,actix_http=off");

/// Who tells of addresses and of what is sent there, in which receivers of webhooks may have secrets.
const INDISCREET: &str = "ureq";

/// Whose words these are, for `RUST_LOG`.
const TARGET: &str = env!("CARGO_CRATE_NAME");

/// The log of this process, installed for good.
#[derive(Clone)]
pub struct Logging {
    output: Output,
    /// Whether those who read standard output read lines of level info there.
    on_stdout: bool,
}

impl Logging {
    /// Installs the log.
    ///
    /// # Errors
    /// A file that can't be written.
    pub fn start(settings: &Settings) -> Result<Self, Error> {
        let output = match &settings.logfile {
            Some(path) => Output::file(path).map_err(|error| {
                let path = path.display();
                BadSetting::new("LOGFILE", format!("is {path}, which can't be written ({error})"))
            })?,
            None => Output::stdout(),
        };
        let logger = logger(settings, output.clone());
        let info = Record::builder().level(log::Level::Info).target(TARGET).build();
        let on_stdout = settings.logfile.is_none() && logger.matches(&info);
        log::set_max_level(logger.filter());
        // Another log was there first only where tests share a process.
        let _ = log::set_boxed_logger(Box::new(logger));
        report_panics();
        Ok(Self { output, on_stdout })
    }

    /// Says something that whoever has started the server waits for: in the log, and on standard
    /// output if that is not where the log goes, or if the log leaves it out.
    pub fn announce(&self, text: &str) {
        log::info!(target: TARGET, "{text}");
        if !self.on_stdout {
            // Nobody may be there to read it.
            let _ = writeln!(io::stdout(), "{text}");
        }
    }

    /// Opens the file again, which was moved away; `false` if there is none.
    ///
    /// # Errors
    /// That it can't be opened; then the log goes on in the old one.
    pub fn reopen(&self) -> io::Result<bool> {
        self.output.reopen()
    }
}

fn logger(settings: &Settings, output: Output) -> env_logger::Logger {
    let write = match settings.log_format {
        LogFormat::Text => line::text,
        LogFormat::Json => line::json,
    };
    let (default, quiet) = QUIET;
    let filter = settings.rust_log.as_str();
    env_logger::Builder::new()
        // Until someone asks for it by name.
        .filter_module(INDISCREET, log::LevelFilter::Info)
        .parse_filters(if filter == default { quiet } else { filter })
        .target(env_logger::Target::Pipe(Box::new(output)))
        .format(move |out, record| {
            let mut line = String::with_capacity(256);
            write(&mut line, SystemClock.now(), record);
            out.write_all(line.as_bytes())
        })
        .build()
}

/// A panic is reported where everything else is, in one line.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let said = panic.payload_as_str().unwrap_or("a panic without words");
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        log::error!(thread, place, backtrace:% = std::backtrace::Backtrace::capture(); "panicked: {said}");
    }));
}
