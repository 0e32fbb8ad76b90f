//! `healthcheck`: whether the running server answers, for containers that have no curl.

mod pinned;

use crate::error::Error;
use crate::settings::Settings;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn run(settings: &Settings) -> Result<(), Error> {
    let address = address(settings);
    ask(address, settings.tls_cert.as_deref()).map_err(|error| Error::Unhealthy(address, error))
}

/// Where the server of these settings is asked from the same machine.
pub(super) fn address(settings: &Settings) -> SocketAddr {
    let ip = match settings.ip_address {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, settings.port)
}

fn ask(address: SocketAddr, certificate: Option<&Path>) -> io::Result<()> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    match certificate {
        Some(certificate) => read(pinned::connect(stream, certificate)?, address),
        None => read(stream, address),
    }
}

fn read(mut stream: impl Read + Write, address: SocketAddr) -> io::Result<()> {
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        return Ok(());
    }
    Err(io::Error::other(format!("it answers {status:?}")))
}
