//! Addresses, by who may have them.

use std::net::{IpAddr, Ipv6Addr};

/// An address as it is counted. Whoever has an IPv6 address has all of its /64, so that is one.
///
/// ```
/// use omicron_auth::Network;
/// use std::net::IpAddr;
///
/// let network = |text: &str| Network::from(text.parse::<IpAddr>().unwrap());
/// assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
/// assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
/// assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
/// assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let mut segments = address.segments();
                segments[4..].fill(0);
                Self(IpAddr::V6(Ipv6Addr::from(segments)))
            }
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }
}
