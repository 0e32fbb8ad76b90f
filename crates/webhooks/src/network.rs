//! Which addresses may be connected to: those of the public Internet, and those that were allowed.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network: its address, and how many bits of it count.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u32,
}

/// Of IPv4, what IANA does not list as globally reachable, and the anycast of old 6to4 relays.
const INSIDE_V4: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),       // this host
    ([10, 0, 0, 0], 8),      // private
    ([100, 64, 0, 0], 10),   // of a provider's own
    ([127, 0, 0, 0], 8),     // loopback
    ([169, 254, 0, 0], 16),  // link-local, and where clouds answer for their machines
    ([172, 16, 0, 0], 12),   // private
    ([192, 0, 0, 0], 24),    // protocols
    ([192, 0, 2, 0], 24),    // documentation
    ([192, 88, 99, 0], 24),  // 6to4
    ([192, 168, 0, 0], 16),  // private
    ([198, 18, 0, 0], 15),   // benchmarks
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 4),     // multicast
    ([240, 0, 0, 0], 4),     // reserved, and broadcast
];

/// Of IPv6, `2000::/3` alone is given out; this is what is special within.
const INSIDE_V6: [([u16; 2], u32); 4] = [
    ([0x2001, 0], 23),     // protocols; in Teredo's addresses others hide
    ([0x2001, 0xdb8], 32), // documentation
    ([0x2002, 0], 16),     // 6to4, in which IPv4 addresses hide
    ([0x3fff, 0], 20),     // documentation
];

/// So many bits stand before an IPv4 address that is written as IPv6.
const IPV4_IN_IPV6: u32 = 96;

/// Networks that may be connected to, though they are not public.
///
/// ```
/// use omicron_webhooks::Networks;
///
/// let nothing = Networks::default();
/// assert!(nothing.admit("192.0.9.1".parse().unwrap()));
/// assert!(!nothing.admit("10.1.2.3".parse().unwrap()));
/// assert!(!nothing.admit("::ffff:127.0.0.1".parse().unwrap()));
///
/// let lab: Networks = "10.1.0.0/16, fd00::/8".parse()?;
/// assert!(lab.admit("10.1.2.3".parse().unwrap()));
/// assert!(!lab.admit("10.2.0.1".parse().unwrap()));
/// # Ok::<(), omicron_webhooks::NotANetwork>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

/// A text names no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be none, or a list of networks such as 10.1.0.0/16 and fd00::/8, and {0:?} is none")]
pub struct NotANetwork(String);

impl Networks {
    /// Whether this address may be connected to.
    #[must_use]
    pub fn admit(&self, address: IpAddr) -> bool {
        let address = meant(address);
        is_public(address) || self.0.iter().any(|network| network.holds(address))
    }
}

/// The address that is reached: IPv4 may be written as IPv6, or be behind a translator.
fn meant(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => match v6.octets() {
            [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] => {
                Ipv4Addr::new(a, b, c, d).into()
            }
            _ => v6.into(),
        },
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => !INSIDE_V4.iter().any(|&(network, bits)| {
            Network { address: Ipv4Addr::from(network).into(), bits }.holds(address)
        }),
        IpAddr::V6(v6) => {
            let given_out = v6.octets()[0] >> 5 == 1;
            let special = INSIDE_V6.iter().any(|&([first, second], bits)| {
                let network = Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0).into();
                Network { address: network, bits }.holds(address)
            });
            given_out && !special
        }
    }
}

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or_default();
                (network.to_bits() ^ address.to_bits()) & mask == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or_default();
                (network.to_bits() ^ address.to_bits()) & mask == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let bad = || NotANetwork(text.to_owned());
        let (address, bits) = text.split_once('/').unwrap_or((text, ""));
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = if text.contains('/') { bits.parse().map_err(|_| bad())? } else { most };
        if bits > most {
            return Err(bad());
        }
        // As what is held against it: the network that is reached.
        match (address, meant(address)) {
            (IpAddr::V6(_), v4 @ IpAddr::V4(_)) if bits >= IPV4_IN_IPV6 => {
                Ok(Self { address: v4, bits: bits - IPV4_IN_IPV6 })
            }
            _ => Ok(Self { address, bits }),
        }
    }
}

impl FromStr for Networks {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("none") {
            return Ok(Self::default());
        }
        let words = text.split([',', ' ']).filter(|word| !word.is_empty());
        words.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl fmt::Debug for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}
