//! Proxies that are believed when they say for whom they ask.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};
use mesh_model::address;
/// A network of proxies.
pub use mesh_model::address::Network as Proxy;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who asks: the peer, or whom a trusted proxy names.
pub(crate) fn client(trusted: &[Proxy], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let lists = headers.get_all(FORWARDED_FOR).iter();
    let named = lists.filter_map(|list| list.to_str().ok());
    address::client(trusted, peer, named)
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
