//! Signals: the log is opened anew, or the server comes to its end.

use crate::error::Error;
use crate::logging::Logging;
use actix_web::dev::ServerHandle;
use omicron_api::State;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::{IsTerminal, stdout};

/// Obeys signals from now on, in a thread of its own.
pub(super) fn listen(log: Logging, state: State, server: ServerHandle) -> Result<(), Error> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).map_err(Error::Serve)?;
    // Asked now: what has been closed is no terminal any more.
    let on_terminal = stdout().is_terminal();
    let obey = move || {
        let mut stopping = false;
        for signal in signals.forever() {
            if signal == SIGHUP && !hang_up(&log, on_terminal) {
                continue;
            }
            if stopping {
                log::warn!("stopping at once, as asked for again");
                std::process::exit(1);
            }
            stopping = true;
            log::info!("stopping: requests that are being answered have 30 seconds");
            state.drain();
            // It begins with the call; its end is what the server itself waits for.
            drop(server.stop(true));
        }
    };
    let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(obey);
    thread.map(drop).map_err(Error::Serve)
}

/// Opens the log again; says whether the server has lost its terminal instead.
fn hang_up(log: &Logging, on_terminal: bool) -> bool {
    match log.reopen() {
        Ok(true) => log::info!("the log was opened again"),
        Ok(false) if on_terminal => return true,
        Ok(false) => log::info!("there is no LOGFILE to open again"),
        Err(error) => {
            log::error!("the log can't be opened again, and goes on in the old file: {error}");
        }
    }
    false
}
