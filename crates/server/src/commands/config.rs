//! `config`: the settings as they take effect.

use super::print;
use super::table::table;
use crate::error::Error;
use crate::settings::{Origin, Settings, Sources, settings};
use clap::Subcommand;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Print all settings and where each comes from, and say whether the server would start
    Check,
}

pub(super) fn check(chosen: &Settings, sources: &Sources) -> Result<(), Error> {
    let rows: Vec<_> = settings()
        .map(|setting| {
            let origin = sources.given(setting.name).map_or(Origin::Default, |(_, origin)| origin);
            let value = chosen.effective(setting, sources);
            [setting.name.to_owned(), value, origin.to_string()]
        })
        .collect();
    print(&table(["NAME", "VALUE", "ORIGIN"], &rows))?;
    chosen.check()?;
    super::note("the settings are good")
}
