//! The resolver that the client connects by: it lets through no address that may not be connected to.
//!
//! What is checked is what is connected to. A name is looked up once, here, for each connection; there
//! is no second look that could give another answer.

use crate::Networks;
use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// All that the host of a URL stands for may not be connected to. Which addresses they are is not told:
/// names of the inside are none of the outside's business.
///
/// ```
/// assert!(omicron_webhooks::Forbidden.to_string().contains("WEBHOOK_ALLOWED_NETWORKS"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the address is not a public one, so nothing was connected to: whoever runs the server can allow it with WEBHOOK_ALLOWED_NETWORKS"
)]
pub struct Forbidden;

/// A resolver behind which there are only addresses that may be connected to.
///
/// ```
/// use omicron_webhooks::{Gate, Networks};
/// # drop(
/// Gate::new(Networks::default(), ureq::unversioned::resolver::DefaultResolver::default())
/// # );
/// ```
#[derive(Debug)]
pub struct Gate<R> {
    networks: Networks,
    names: R,
}

impl Gate<DefaultResolver> {
    /// With the system's way to look up names.
    #[must_use]
    pub fn of_the_system(networks: Networks) -> Self {
        Self::new(networks, DefaultResolver::default())
    }
}

impl<R: Resolver> Gate<R> {
    /// With another way to look up names.
    #[must_use]
    pub fn new(networks: Networks, names: R) -> Self {
        Self { networks, names }
    }
}

impl<R: Resolver> Resolver for Gate<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        let mut admitted = self.empty();
        for address in found.iter().filter(|address| self.networks.admit(address.ip())) {
            admitted.push(*address);
        }
        if admitted.is_empty() { Err(Error::Other(Box::new(Forbidden))) } else { Ok(admitted) }
    }
}
