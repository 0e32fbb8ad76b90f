//! The address that the server listens on.

use crate::error::Error;
use crate::settings::Settings;
use std::net::{SocketAddr, TcpListener};

/// Listens, and says where: port 0 becomes the one that the system has chosen.
pub(super) fn bind(settings: &Settings) -> Result<(TcpListener, SocketAddr), Error> {
    let address = SocketAddr::new(settings.ip_address, settings.port);
    let bound = TcpListener::bind(address).and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|source| Error::Listen { address, source })
}
