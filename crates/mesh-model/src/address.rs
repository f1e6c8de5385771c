//! Networks: which addresses lie in one, and which are of the open one. For all who connect where others say (a worker's
//! programs, the node's outbox) and who ask from where somebody comes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network: an address, and how many of its first bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl std::str::FromStr for Network {
    type Err = String;

    /// Reads `10.0.0.1`, `10.0.0.0/8` or `fd00::/8`.
    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || format!("'{text}' is no address such as 10.0.0.1, 10.0.0.0/8 or fd00::/8");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(all);
        if bits > all {
            return Err(wrong());
        }
        Ok(Network { address, bits })
    }
}

impl Network {
    /// Whether the address lies in it.
    pub fn has(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Whose an address is, for counting: an IPv4 address as it is, of IPv6 the network, for a host has as many addresses in it as
/// it likes.
pub fn whose(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() >> 64 << 64).into(),
        four => four,
    }
}

/// Who asks: the peer, or whom a trusted proxy names in the lists of `X-Forwarded-For`. Each proxy appends the address that it
/// saw, so the lists are read from their end, and what stands before the first that is no trusted proxy is only what that one
/// claims.
pub fn client<'a>(
    trusted: &[Network],
    peer: IpAddr,
    lists: impl Iterator<Item = &'a str>,
) -> IpAddr {
    let is_proxy = |address: IpAddr| trusted.iter().any(|proxy| proxy.has(address));
    let named: Vec<&str> = lists
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .collect();
    let mut client = peer;
    for text in named.iter().rev() {
        if !is_proxy(client) {
            break;
        }
        match text.parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

/// Whether an address is one of the open network: not this machine, not a network of somebody's own, not
/// a link's, as that of a cloud's metadata is.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_4(address),
        IpAddr::V6(address) => is_public_6(address),
    }
}

fn is_public_4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let own = address.is_private() || address.is_loopback() || address.is_link_local();
    // Shared by a provider's customers, protocols, benchmarks, examples, relays to the sixth version.
    let special = (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18)
        || address.is_documentation();
    // Nobody's, everybody's, groups, and what was never given out.
    !(own || special || a == 0 || a >= 224)
}

fn is_public_6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_4(inner);
    }
    let parts = address.segments();
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match parts[0] {
        // A network that translates to the fourth version, and the two that carry it.
        0x64 if parts[1] == 0xff9b => parts[2] == 0 && is_public_4(inner(parts[6], parts[7])),
        0x2002 => is_public_4(inner(parts[1], parts[2])),
        0x2001 if parts[1] == 0 || parts[1] == 0xdb8 => false,
        // What is given out begins with the bits 001.
        first => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_counted_once() {
        let counted = |text: &str| whose(text.parse().unwrap()).to_string();
        assert_eq!(counted("192.0.2.7"), "192.0.2.7");
        assert_eq!(counted("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }

    #[test]
    fn networks_are_read() {
        for bad in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.0/x", "host"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
        for (text, inside, outside) in [
            ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("2001:db8::/32", "2001:db8:9::1", "2001:db9::1"),
        ] {
            let network: Network = text.parse().unwrap();
            assert!(network.has(inside.parse().unwrap()) && !network.has(outside.parse().unwrap()));
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.has("203.0.113.9".parse().unwrap()) && !all.has("::1".parse().unwrap()));
    }
}
