//! Where a confined program may connect to: exact addresses, hosts by name, and what a name may lead to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use mesh_model::address::is_public;

/// A place that is let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The host's name or address, small letters; `*.` before it means all below it.
    host: String,
    /// The port; absent: those of the web.
    port: Option<u16>,
    /// Named with its address by whoever owns the worker, so it may lie in a private network.
    private: bool,
}

/// The ports of the web.
pub const WEB: [u16; 2] = [443, 80];

impl Place {
    /// As people write it: `HOST`, `*.HOST`, `HOST:PORT`, an address alone or with a port.
    pub fn parse(text: &str) -> Result<Place, String> {
        let (host, port) = split(text)?;
        let bare = host.strip_prefix("*.").unwrap_or(&host);
        let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
        if bare.is_empty() || !bare.chars().all(letters) {
            return Err(format!(
                "'{text}' is no host: write example.org, *.example.org or 10.0.0.1:8080"
            ));
        }
        // An address says where it leads, a name may come to say something else.
        let private = bare.parse::<IpAddr>().is_ok();
        Ok(Place {
            host,
            port,
            private,
        })
    }

    /// The place of a URL that the worker itself was set up with, wherever it lies.
    pub fn of_url(url: &str) -> Option<Place> {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let authority = authority.rsplit_once('@').map_or(authority, |(_, at)| at);
        let (host, port) = split(authority).ok()?;
        let usual = if matches!(scheme, "https" | "wss") {
            443
        } else {
            80
        };
        Some(Place {
            host,
            port: port.or(Some(usual)),
            private: true,
        })
    }

    fn is(&self, host: &str, port: u16) -> bool {
        let named = match self.host.strip_prefix("*.") {
            Some(parent) => host
                .strip_suffix(parent)
                .is_some_and(|below| below.len() > 1 && below.ends_with('.')),
            None => self.host == host,
        };
        named && self.port.map_or(WEB.contains(&port), |only| only == port)
    }

    /// The addresses of this machine itself that it means.
    pub fn here(&self) -> Vec<SocketAddr> {
        let Some(port) = self.port else {
            return Vec::new();
        };
        let both = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        let addresses = match self.host.parse::<IpAddr>() {
            Ok(address) if address.is_loopback() => vec![address],
            Ok(_) => Vec::new(),
            Err(_) if self.host == "localhost" => both.to_vec(),
            Err(_) => Vec::new(),
        };
        let with_port = |address| SocketAddr::new(address, port);
        addresses.into_iter().map(with_port).collect()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

/// Host and port of `HOST`, `HOST:PORT`, `[V6]:PORT` and a bare V6.
pub fn split(text: &str) -> Result<(String, Option<u16>), String> {
    let port = |text: &str| {
        text.parse::<u16>()
            .map_err(|_| format!("'{text}' is no port"))
    };
    let tidy = |host: &str| host.trim_end_matches('.').to_ascii_lowercase();
    if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest
            .split_once(']')
            .ok_or_else(|| format!("'{text}': a bracket is not closed"))?;
        let after = after.strip_prefix(':').map(port).transpose()?;
        return Ok((tidy(host), after));
    }
    match text.split_once(':') {
        Some((_, more)) if more.contains(':') => Ok((tidy(text), None)),
        Some((host, after)) => Ok((tidy(host), Some(port(after)?))),
        None => Ok((tidy(text), None)),
    }
}

/// Why a connection is not let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum No {
    /// Nobody named that host, or not with that port.
    NotNamed,
    /// The name leads to this address, which no name may lead to.
    Private(IpAddr),
    /// The name leads nowhere.
    Unknown,
}

/// What may be reached.
#[derive(Debug, Clone, Default)]
pub struct Allowed(pub Vec<Place>);

impl Allowed {
    /// Whether a host and port are named, and whether by whoever may name private ones.
    pub fn named(&self, host: &str, port: u16) -> Option<bool> {
        let mut found = self.0.iter().filter(|place| place.is(host, port));
        let first = found.next()?;
        Some(first.private || found.any(|place| place.private))
    }

    /// Of what a name leads to, the addresses to connect to. They are asked for once, and connected to as
    /// they were judged: a name that leads elsewhere a moment later gains nothing.
    pub fn judged(
        &self,
        host: &str,
        port: u16,
        leads_to: &[IpAddr],
    ) -> Result<Vec<SocketAddr>, No> {
        let private = self.named(host, port).ok_or(No::NotNamed)?;
        if leads_to.is_empty() {
            return Err(No::Unknown);
        }
        // One that is private spoils all: the name is not what it was named for.
        if let Some(bad) = leads_to
            .iter()
            .find(|address| !private && !is_public(**address))
        {
            return Err(No::Private(*bad));
        }
        Ok(leads_to
            .iter()
            .map(|address| SocketAddr::new(*address, port))
            .collect())
    }

    /// Addresses of this machine among them.
    pub fn here(&self) -> Vec<SocketAddr> {
        let mut here: Vec<SocketAddr> = self.0.iter().flat_map(Place::here).collect();
        here.sort_unstable();
        here.dedup();
        here
    }

    /// Whether any of them is elsewhere.
    pub fn elsewhere(&self) -> bool {
        self.0.iter().any(|place| place.here().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(places: &[&str]) -> Allowed {
        Allowed(
            places
                .iter()
                .map(|text| Place::parse(text).unwrap())
                .collect(),
        )
    }

    #[test]
    fn only_what_is_named_is_let_through_and_only_with_its_port() {
        let allowed = allowed(&["api.example.org", "*.example.net", "db.example.org:5432"]);
        for (host, port, is) in [
            ("api.example.org", 443, true),
            ("api.example.org", 80, true),
            ("api.example.org", 22, false),
            ("example.org", 443, false),
            ("evil-api.example.org", 443, false),
            ("a.b.example.net", 443, true),
            ("example.net", 443, false),
            ("badexample.net", 443, false),
            ("db.example.org", 5432, true),
            ("db.example.org", 443, false),
        ] {
            assert_eq!(allowed.named(host, port).is_some(), is, "{host}:{port}");
        }
    }

    #[test]
    fn a_name_that_leads_into_a_private_network_is_refused_and_an_address_that_was_named_is_not() {
        let allowed = allowed(&["api.example.org", "10.1.2.3:8080"]);
        let good: IpAddr = "93.184.216.34".parse().unwrap();
        for bad in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
        ] {
            let bad: IpAddr = bad.parse().unwrap();
            let judged = allowed.judged("api.example.org", 443, &[good, bad]);
            assert_eq!(judged, Err(No::Private(bad)));
        }
        assert!(allowed.judged("api.example.org", 443, &[good]).is_ok());
        let named: IpAddr = "10.1.2.3".parse().unwrap();
        assert!(allowed.judged("10.1.2.3", 8080, &[named]).is_ok());
        assert_eq!(allowed.judged("10.1.2.3", 80, &[named]), Err(No::NotNamed));
    }

    #[test]
    fn places_are_read_as_people_and_urls_write_them() {
        let here = |text: &str| Place::of_url(text).unwrap().here();
        assert_eq!(
            here("http://127.0.0.1:7778/mcp"),
            ["127.0.0.1:7778".parse().unwrap()]
        );
        assert_eq!(here("http://localhost:80").len(), 2);
        assert_eq!(here("https://[::1]:9"), ["[::1]:9".parse().unwrap()]);
        assert!(here("https://user:pass@api.example.org/v1").is_empty());
        assert_eq!(
            Place::of_url("https://user@API.example.org/v1")
                .unwrap()
                .to_string(),
            "api.example.org:443"
        );
        for bad in ["", "a b", "*.", "x:y", "http://x"] {
            assert!(Place::parse(bad).is_err(), "{bad}");
        }
    }
}
