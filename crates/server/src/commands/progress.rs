//! How far it has come: a bar on a terminal, a line now and then elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal, Write};

pub(super) enum Progress {
    Bar(ProgressBar),
    Lines {
        /// Of what it is told how many are done.
        what: &'static str,
        /// What is to be done.
        whole: usize,
        /// The tenth that was told last.
        tenth: usize,
    },
}

impl Progress {
    pub(super) fn of(what: &'static str, whole: usize) -> Self {
        if !io::stderr().is_terminal() {
            return Self::Lines { what, whole, tenth: 0 };
        }
        let style =
            format!("{{human_pos}} of {{human_len}} {what} {{wide_bar}} {{per_sec}}, {{eta}} left");
        let style = ProgressStyle::with_template(&style);
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        Self::Bar(ProgressBar::new(u64::try_from(whole).unwrap_or(u64::MAX)).with_style(style))
    }

    pub(super) fn tell(&mut self, done: usize) {
        match self {
            Self::Bar(bar) => bar.set_position(u64::try_from(done).unwrap_or(u64::MAX)),
            Self::Lines { what, whole, tenth } => {
                let reached = (done * 10).checked_div(*whole).unwrap_or(0);
                if reached > *tenth {
                    *tenth = reached;
                    // Nobody may be there to read it; the work goes on.
                    let _ = writeln!(io::stderr(), "{done} of {whole} {what}");
                }
            }
        }
    }

    /// What follows begins on a line of its own.
    pub(super) fn end(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
