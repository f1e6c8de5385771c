//! Which names this node answers to, and which pages may speak to it.
//!
//! A page of a foreign site can make a browser connect to `127.0.0.1`, and a foreign name can be made
//! to point there. So the Host must be one of ours, and a browser's Origin must be ours where a
//! request could change something or is let in by a cookie.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};
use mesh_model::{Effect, ErrorCode, Refusal};

/// The names this node answers to.
#[derive(Debug, Clone)]
pub(crate) struct Hosts {
    /// Host names in lower case, without port.
    names: Vec<String>,
    /// Whether visitors come by https.
    pub https: bool,
    /// Whether pages of other ports of this machine are let in.
    dev: bool,
}

impl Hosts {
    /// Loopback's names, the host of the public URL, and those configured; a name may bring a port,
    /// which is ignored.
    pub fn new(public_url: Option<&str>, allowed: &[String], dev: bool) -> Hosts {
        let mut names = vec!["localhost".to_owned()];
        let public = public_url.and_then(|url| url.parse::<Uri>().ok());
        names.extend(public.as_ref().and_then(Uri::host).map(bare));
        names.extend(allowed.iter().map(|name| bare(without_port(name))));
        let https = public.is_some_and(|url| url.scheme_str() == Some("https"));
        Hosts { names, https, dev }
    }

    /// Refuses a request that came by a foreign name.
    pub fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
        let given = match uri.authority() {
            Some(authority) => Some(authority.as_str()),
            None => {
                let mut hosts = headers.get_all(HOST).iter();
                let one = hosts.next().and_then(|host| host.to_str().ok());
                if hosts.next().is_some() { None } else { one }
            }
        };
        match given {
            Some(host) if self.ours(host) => Ok(()),
            _ => Err(Refusal::new(
                ErrorCode::ForeignOrigin,
                "the request names a host that this node does not answer to",
                Effect::NothingDone,
                "use the node's own address, or add the name to `allowed_hosts` or set `public_url` in the configuration",
            )),
        }
    }

    /// Refuses a request that a foreign page made. A request without Origin was not made by a page.
    pub fn check_origin(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut origins = headers.get_all(ORIGIN).iter();
        let Some(origin) = origins.next() else {
            return Ok(());
        };
        let host = origin.to_str().ok().and_then(|origin| {
            let (scheme, host) = origin.split_once("://")?;
            matches!(scheme, "http" | "https").then_some(host)
        });
        match host {
            Some(host)
                if origins.next().is_none()
                    && self.ours(host)
                    && (self.dev || same_port(host, headers)) =>
            {
                Ok(())
            }
            _ => Err(Refusal::new(
                ErrorCode::ForeignOrigin,
                "the request was made by a page that is not this node's",
                Effect::NothingDone,
                "open the node's own page, or send a token instead of a cookie from a program",
            )),
        }
    }

    fn ours(&self, host: &str) -> bool {
        let name = bare(without_port(host));
        if self.names.contains(&name) {
            return true;
        }
        // A numeric address cannot be made to point elsewhere; loopback's are ours.
        name.parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
    }
}

/// Two services on one host are two origins: a page from another port is foreign. Behind a proxy the
/// ports are the proxy's, and Host carries them.
fn same_port(origin: &str, headers: &HeaderMap) -> bool {
    let port = |authority: &str| {
        authority
            .strip_prefix(without_port(authority))
            .map(|port| port.to_owned())
    };
    headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .is_some_and(|host| port(host) == port(origin))
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        // The last colon of a bare IPv6 address is not a port's.
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.ends_with(':') =>
        {
            if host.contains(':') && !host.ends_with(']') {
                authority
            } else {
                host
            }
        }
        _ => authority,
    }
}

fn bare(host: &str) -> String {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .trim_end_matches('.')
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_our_names_are_answered() {
        let hosts = Hosts::new(
            Some("https://mesh.example.org:8443/"),
            &["box.lan:7778".to_owned()],
            false,
        );
        let host = |name: &str| hosts.check_host(&Uri::from_static("/"), &headers(name, None));
        for ours in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1:7778",
            "[::1]:7778",
            "127.9.9.9",
            "mesh.example.org",
            "box.lan",
        ] {
            assert_eq!(host(ours), Ok(()), "{ours}");
        }
        for foreign in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:80",
            "10.0.0.1",
            "",
            "::",
        ] {
            assert!(host(foreign).is_err(), "{foreign}");
        }
        assert!(
            hosts
                .check_host(&Uri::from_static("/"), &HeaderMap::new())
                .is_err()
        );
        assert!(
            hosts
                .check_host(
                    &Uri::from_static("http://evil.example/"),
                    &headers("localhost", None)
                )
                .is_err()
        );
        assert!(hosts.https && !Hosts::new(None, &[], false).https);
    }

    #[test]
    fn only_our_own_page_may_ask() {
        let hosts = Hosts::new(None, &[], false);
        let from = |origin| hosts.check_origin(&headers("127.0.0.1:7778", origin));
        assert_eq!(from(None), Ok(()));
        assert_eq!(from(Some("http://127.0.0.1:7778")), Ok(()));
        for foreign in [
            "null",
            "http://127.0.0.1:9999",
            "http://evil.example",
            "https://evil.example:7778",
            "file://x",
        ] {
            assert!(from(Some(foreign)).is_err(), "{foreign}");
        }
    }
}
