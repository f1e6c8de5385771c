//! Outbound webhooks: what a participant sees is told to an address outside, which is how somebody who is offline is woken.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

use std::fmt;

/// The header with the delivery's id: the same however often it is sent.
pub const ID_HEADER: &str = "webhook-id";
/// The header with the moment of sending, unix seconds.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// The header with the token that the maker of a task's webhook chose, as A2A calls it.
pub const TOKEN_HEADER: &str = "x-a2a-notification-token";
/// The type of what `webhook.test` sends; no event is called so.
pub const TEST_KIND: &str = "webhook.test";

/// A webhook's address, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whether it is reached without encryption.
    pub plain: bool,
    /// The host's name or address, small letters; of the sixth version without its brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Address {
    /// Reads an address; why not, in words that stand after "the address".
    pub fn parse(url: &str) -> Result<Address, &'static str> {
        let (plain, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return Err("does not begin with https:// or http://"),
        };
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("has blanks or letters that are not ASCII; write them as %20 and the like");
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err("holds a name before its host; use a path that nobody guesses instead");
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest
                    .split_once(']')
                    .ok_or("has a bracket that is not closed")?;
                (
                    host,
                    after.strip_prefix(':').or(after.is_empty().then_some("")),
                )
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, Some("")),
            },
        };
        let port = match port.ok_or("has something after its host that is no port")? {
            "" if plain => 80,
            "" => 443,
            port => port
                .parse()
                .map_err(|_| "has no port where one should stand")?,
        };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
        if host.is_empty() || !host.chars().all(letters) {
            return Err("has no host");
        }
        Ok(Address { plain, host, port })
    }
}

impl fmt::Display for Address {
    /// Its origin: what of it everybody may know who knows of the webhook. Paths often are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.plain { "http" } else { "https" };
        let usual = if self.plain { 80 } else { 443 };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]", self.host)?;
        } else {
            write!(f, "{scheme}://{}", self.host)?;
        }
        if self.port == usual {
            return Ok(());
        }
        write!(f, ":{}", self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_by_its_origin() {
        for (url, origin) in [
            (
                "https://Hooks.example.org/T0/secret",
                "https://hooks.example.org",
            ),
            ("https://hooks.example.org:443", "https://hooks.example.org"),
            ("http://127.0.0.1:8080/x?y=1", "http://127.0.0.1:8080"),
            ("http://[::1]:9/", "http://[::1]:9"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ] {
            assert_eq!(Address::parse(url).unwrap().to_string(), origin, "{url}");
        }
        for bad in [
            "ftp://example.org",
            "https://",
            "https:///path",
            "https://user:pass@example.org/",
            "https://example.org:port/",
            "https://[::1/",
            "https://[::1]x/",
            "https://example.org/a b",
            "https://exämple.org/",
            "https://example.org/\r\nX: 1",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }
}
