//! Who gives events their positions, a moment after they were written: a thread of its own.
//!
//! Whoever writes wakes it and goes on. It waits a little for others to write as well, and then seals
//! all there is. Now and then it looks for what other processes have written, and signs a checkpoint.

use crate::writer::Writer;
use crate::{Database, Error, Transaction, checkpoints, positions};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use omicron_domain::{Actor, Viewer};
use omicron_tlog::SigningKey;
use std::error::Error as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often it looks for the events of other processes, signs, and tries again after a failure.
const INTERVAL: Duration = Duration::from_secs(2);

/// How many events share SQLite's transaction with the changes that wait for it.
const SHARE: u32 = 1000;

/// The way to wake the thread, which ends with the last of these.
#[derive(Clone)]
pub(crate) struct Sealer {
    wake: Sender<()>,
}

impl Sealer {
    /// Starts the thread, which seals what it finds at once. It seals through `writer` if there is
    /// one: SQLite has no other.
    pub(crate) fn start(
        db: Database,
        writer: Option<Writer>,
        key: Option<Arc<SigningKey>>,
        pause: Duration,
    ) -> std::io::Result<Self> {
        let (wake, woken) = crossbeam_channel::bounded(1);
        let mut work = Work { db, writer, key, signed: None, failing: false, unsigned: false };
        std::thread::Builder::new()
            .name("db-sealer".to_owned())
            .spawn(move || work.go_on(&woken, pause))?;
        Ok(Self { wake })
    }

    /// Says that there may be something to seal; never waits.
    pub(crate) fn wake(&self) {
        // If it is full, the thread is about to look anyway.
        let _ = self.wake.try_send(());
    }
}

struct Work {
    db: Database,
    writer: Option<Writer>,
    key: Option<Arc<SigningKey>>,
    /// When it last looked whether there is something to sign.
    signed: Option<Instant>,
    failing: bool,
    /// Whether it was told that nothing can be signed.
    unsigned: bool,
}

impl Work {
    fn go_on(&mut self, woken: &Receiver<()>, pause: Duration) {
        loop {
            let is_done = self.seal_safely();
            // Of another process that is at it, it is not known how far it has looked.
            let patience = if is_done || self.failing { INTERVAL } else { pause };
            match woken.recv_timeout(patience) {
                Ok(()) => {
                    std::thread::sleep(pause);
                    // Whoever writes from here on may be too late for this time.
                    let _ = woken.try_recv();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Whether all is sealed. A failure is told once, until it is over.
    fn seal_safely(&mut self) -> bool {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.seal_and_sign()));
        match outcome.unwrap_or(Err(Error::Panicked)) {
            Ok(is_done) => {
                if std::mem::take(&mut self.failing) {
                    log::info!("events get their positions again");
                }
                is_done
            }
            // Those who write come first.
            Err(Error::Overloaded) => false,
            Err(error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    log::warn!("events get no positions for now: {}", said(&error));
                }
                false
            }
        }
    }

    fn seal_and_sign(&mut self) -> Result<bool, Error> {
        let is_done = self.seal()?;
        if self.signed.is_none_or(|last| last.elapsed() >= INTERVAL) {
            self.signed = Some(Instant::now());
            self.sign_safely();
        }
        Ok(is_done)
    }

    /// Events get their positions even if nothing can be signed. A failure is told once, until it is
    /// over.
    fn sign_safely(&mut self) {
        match self.sign() {
            Ok(()) => {
                if std::mem::take(&mut self.unsigned) {
                    log::info!("checkpoints are signed again");
                }
            }
            Err(Error::Overloaded) => {}
            Err(error) => {
                if !std::mem::replace(&mut self.unsigned, true) {
                    log::warn!("no checkpoints are signed for now: {}", said(&error));
                }
            }
        }
    }

    /// Signs what has positions, with the key in use; a key that is not goes on to sign nothing.
    fn sign(&mut self) -> Result<(), Error> {
        let Some(key) = self.key.clone() else { return Ok(()) };
        if self.db.read(Viewer::Nobody, checkpoints::is_signed)? {
            return Ok(());
        }
        let sign = move |tx: &mut Transaction<'_>| checkpoints::sign(tx, &key).map(drop);
        let actor = Actor::command_line();
        let outcome = match &self.writer {
            Some(writer) => writer.submit(actor, sign)?.recv().unwrap_or(Err(Error::Panicked)),
            None => self.db.write(&actor, sign),
        };
        if let Err(error @ Error::OtherKey { .. }) = outcome {
            log::warn!("this process signs no checkpoints any more: {error}");
            self.key = None;
            return Ok(());
        }
        outcome
    }

    fn seal(&self) -> Result<bool, Error> {
        // Most often there is nothing to do, which takes no lock to see.
        if self.is_done()? {
            return Ok(true);
        }
        let Some(writer) = &self.writer else {
            positions::seal(&self.db)?;
            return self.is_done();
        };
        loop {
            let sealed =
                writer.submit(Actor::command_line(), |tx| positions::seal_some(tx, SHARE))?;
            if sealed.recv().unwrap_or(Err(Error::Panicked))? < SHARE {
                return Ok(true);
            }
        }
    }

    fn is_done(&self) -> Result<bool, Error> {
        self.db.read(Viewer::Nobody, positions::is_sealed)
    }
}

/// An error and its cause.
fn said(error: &Error) -> String {
    let cause = error.source().map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}
