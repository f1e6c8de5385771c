//! Proxies that are believed when they say for whom they ask.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};
/// A network of proxies.
pub use mesh_model::address::Network as Proxy;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

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
}
