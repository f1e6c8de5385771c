//! Proxies that are believed when they say for whom they ask.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A network of proxies: an address, and how many of its first bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proxy {
    address: IpAddr,
    bits: u32,
}

impl std::str::FromStr for Proxy {
    type Err = String;

    /// Reads `10.0.0.1`, `10.0.0.0/8` or `fd00::/8`.
    fn from_str(text: &str) -> Result<Proxy, String> {
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
        Ok(Proxy { address, bits })
    }
}

impl Proxy {
    fn has(&self, address: IpAddr) -> bool {
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

/// Who asks: the peer, or whom a trusted proxy names. Each proxy appends the address that it saw, so the list is read
/// from its end, and what stands before the first that is no trusted proxy is only what that one claims.
pub(crate) fn client(trusted: &[Proxy], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_proxy = |address: IpAddr| trusted.iter().any(|proxy| proxy.has(address));
    let lists = headers.get_all(FORWARDED_FOR).iter();
    let named: Vec<&str> = lists
        .filter_map(|list| list.to_str().ok())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let trusted: Vec<Proxy> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for list in forwarded {
            headers.append(FORWARDED_FOR, list.parse().unwrap());
        }
        client(&trusted, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let own = &["10.0.0.0/8", "fd00::/8"];
        assert_eq!(asks(&[], "127.0.0.1", &["192.0.2.7"]), "127.0.0.1");
        assert_eq!(asks(own, "192.0.2.9", &["192.0.2.7"]), "192.0.2.9");
        assert_eq!(asks(own, "10.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(
            asks(own, "::ffff:10.0.0.1", &["2001:db8::1"]),
            "2001:db8::1"
        );
        assert_eq!(
            asks(own, "fd00::1", &["1.2.3.4", "192.0.2.7, 10.0.0.2"]),
            "192.0.2.7"
        );
        // What a client claims itself stands before what the proxy saw.
        assert_eq!(asks(own, "10.0.0.1", &["1.2.3.4, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(asks(own, "10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(asks(own, "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn networks_are_read() {
        for bad in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.0/x", "host"] {
            assert!(bad.parse::<Proxy>().is_err(), "{bad}");
        }
        for (network, inside, outside) in [
            ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("2001:db8::/32", "2001:db8:9::1", "2001:db9::1"),
        ] {
            let proxy: Proxy = network.parse().unwrap();
            assert!(proxy.has(inside.parse().unwrap()) && !proxy.has(outside.parse().unwrap()));
        }
        let all: Proxy = "0.0.0.0/0".parse().unwrap();
        assert!(all.has("203.0.113.9".parse().unwrap()) && !all.has("::1".parse().unwrap()));
    }
}
