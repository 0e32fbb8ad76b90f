//! What the first start says to whoever has typed the command.

use super::administrator::First;
use crate::error::Error;
use crate::private_file;
use crate::settings::Settings;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Shows the administrator's name and generated password where only a person sees it, or else
/// keeps the password in a file: never in the log.
pub(super) fn show(settings: &Settings, address: SocketAddr, first: &First) -> Result<(), Error> {
    // Whoever has closed the terminal meanwhile can still set another password.
    if io::stdout().is_terminal() {
        let _ = io::stdout().write_all(block(settings, address, first).as_bytes());
        return Ok(());
    }
    if io::stderr().is_terminal() {
        let _ = io::stderr().write_all(block(settings, address, first).as_bytes());
        return Ok(());
    }
    let name = &first.user.username;
    let Some(password) = &first.generated else {
        log::info!("the administrator {name} was created with the password in ROOT_PASSWORD");
        return Ok(());
    };
    let path = settings.base_directory().join("root-password");
    let path = std::path::absolute(&path).unwrap_or(path);
    private_file::replace(&path, password).map_err(|error| Error::file(&path, error))?;
    let path = path.display();
    log::warn!(
        "the administrator {name} was created: the password is in {path}, \
         which is to be removed once it was read"
    );
    Ok(())
}

fn block(settings: &Settings, address: SocketAddr, first: &First) -> String {
    let url = format!("http://{}", reachable(address));
    let name = &first.user.username;
    let (password, note, typed) = match &first.generated {
        Some(password) => {
            (password.as_str(), "   (shown this once, and kept nowhere)", password.as_str())
        }
        None => ("the one in ROOT_PASSWORD", "", ""),
    };
    let credentials = if typed.is_empty() { name.to_string() } else { format!("{name}:{typed}") };
    let mut text = String::new();
    // Writing into a string never fails.
    let _ = write!(
        text,
        "
  Omicron is ready, and this is its first start.

    Administrator   {name}
    Password        {password}{note}
    Data            {data}
    Documentation   {url}/docs

  Try it in another terminal:

    curl -u {credentials} {url}/api/v1/users

  Ctrl-C stops the server; `omicron-server --help` shows what else there is.

",
        data = data(settings),
    );
    text
}

fn data(settings: &Settings) -> String {
    match settings.database_file() {
        Some(file) => std::path::absolute(&file).unwrap_or(file).display().to_string(),
        None if settings.database_url.is_memory() => "in memory: gone with the server".to_owned(),
        None => settings.database_url.masked(),
    }
}

/// An address to type, where the server listens on all that the machine has.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
