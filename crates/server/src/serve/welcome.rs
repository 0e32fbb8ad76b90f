//! What the first start says to whoever has typed the command.

use super::administrator::First;
use crate::error::Error;
use crate::private_file;
use crate::settings::Settings;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where only a person sees what is written: a password is written nowhere else but in a file.
fn terminal() -> Option<Box<dyn Write>> {
    if io::stdout().is_terminal() {
        return Some(Box::new(io::stdout()));
    }
    if io::stderr().is_terminal() {
        return Some(Box::new(io::stderr()));
    }
    None
}

/// Where there is no terminal, keeps the administrator's generated password in a file.
pub(super) fn keep(settings: &Settings, first: &First) -> Result<(), Error> {
    let name = &first.user.username;
    if terminal().is_some() {
        return Ok(());
    }
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

/// Where there is a terminal, shows the administrator's name and generated password, and what to
/// type next.
pub(super) fn show(settings: &Settings, address: SocketAddr, first: &First) {
    if let Some(mut terminal) = terminal() {
        // Whoever has closed it meanwhile can still set another password.
        let _ = terminal.write_all(block(settings, address, first).as_bytes());
    }
}

fn block(settings: &Settings, address: SocketAddr, first: &First) -> String {
    let url = format!("{}://{}", settings.scheme(), reachable(address));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;
    use omicron_domain::{Timestamp, User, UserId, UserStatus};

    fn said(given: &[(&str, &str)], address: &str, generated: Option<&str>) -> String {
        let given = given.iter().map(|(name, value)| (name.into(), value.into()));
        let settings = Settings::read(&Sources::gather([], given, []).unwrap()).unwrap();
        let user = User {
            id: UserId(1),
            username: settings.root_user.clone(),
            email: settings.root_email.clone(),
            administrator: true,
            status: UserStatus::Active,
            service_account: false,
            date_created: Timestamp::UNIX_EPOCH,
        };
        let first = First { user, generated: generated.map(str::to_owned) };
        block(&settings, address.parse().unwrap(), &first)
    }

    #[test]
    fn what_is_to_be_typed_next_works_as_it_stands() {
        let given = [("DATABASE_URL", "sqlite:////srv/lab.sqlite3")];
        let text = said(&given, "127.0.0.1:5000", Some("abcde-fghij"));
        assert!(text.contains("curl -u root:abcde-fghij http://127.0.0.1:5000/api/v1/users\n"));
        assert!(text.contains("Data            /srv/lab.sqlite3\n"), "{text}");
        let text = said(&[("DATABASE_URL", "sqlite://")], "[::]:80", Some("abcde-fghij"));
        assert!(
            text.contains("http://[::1]:80/api/v1/users") && text.contains("in memory"),
            "{text}"
        );
    }

    #[test]
    fn a_password_that_someone_has_chosen_is_not_shown() {
        let given = [
            ("ROOT_PASSWORD", "tiger"),
            ("ROOT_USER", "ann"),
            ("DATABASE_URL", "postgres://u:tiger@db/lab"),
        ];
        let text = said(&given, "0.0.0.0:5000", None);
        assert!(text.contains("curl -u ann http://127.0.0.1:5000/api/v1/users\n"), "{text}");
        assert!(!text.contains("tiger"), "{text}");
    }
}
