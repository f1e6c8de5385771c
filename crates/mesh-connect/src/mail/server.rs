//! Where a mail server is, and how it is spoken to: with TLS from the first byte, with TLS after a word, or, on this machine
//! alone, without.

use std::fmt;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::outside::is_here;
use crate::socket::client;

/// Time to reach a server.
const CONNECT_WAIT: Duration = Duration::from_secs(20);

/// How what is said to it is hidden from whoever is on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything else is said.
    StartTls,
    /// None.
    Plain,
}

/// What is spoken there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    /// Mail is fetched.
    Imap,
    /// Mail is sent.
    Smtp,
}

impl Speaks {
    fn port(self, security: Security) -> u16 {
        match (self, security) {
            (Speaks::Imap, Security::Tls) => 993,
            (Speaks::Imap, _) => 143,
            (Speaks::Smtp, Security::Tls) => 465,
            (Speaks::Smtp, _) => 587,
        }
    }
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub(super) name: String,
    pub(super) port: u16,
    pub(super) security: Security,
}

/// Why a text names no server that is used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHost {
    /// It is none.
    #[error("'{0}' is no server such as mail.example.org or mail.example.org:993")]
    Form(String),
    /// Whoever is on the way would read the password and the mail.
    #[error(
        "'{0}' is not on this machine, and without encryption whoever is on the way would read the password and every mail"
    )]
    Plain(String),
}

impl Host {
    /// A server by its name, and a port if it is another than usual.
    ///
    /// # Errors
    /// Where it is none, or is to be spoken to without encryption and is not on this machine.
    pub fn new(text: &str, speaks: Speaks, security: Security) -> Result<Host, BadHost> {
        let form = || BadHost::Form(text.to_owned());
        let text = text.trim();
        let (name, port) = match text.strip_prefix('[') {
            // An address of the sixth version stands in brackets before its port.
            Some(rest) => {
                let (name, rest) = rest.split_once(']').ok_or_else(form)?;
                let port = match rest {
                    "" => None,
                    rest => Some(rest.strip_prefix(':').ok_or_else(form)?),
                };
                (name, port)
            }
            None => match text.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (text, None),
            },
        };
        let port = match port {
            Some(port) => port
                .parse()
                .ok()
                .filter(|port| *port != 0)
                .ok_or_else(form)?,
            None => speaks.port(security),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        if name.is_empty() || !name.chars().all(plain) {
            return Err(form());
        }
        if security == Security::Plain && !is_here(name) {
            return Err(BadHost::Plain(text.to_owned()));
        }
        Ok(Host {
            name: name.to_owned(),
            port,
            security,
        })
    }
}

/// A connection, whatever lies below it.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Wire for T {}

impl Host {
    /// Reaches it; encrypted only if it is so from the first byte.
    pub(super) async fn reach(&self) -> Result<Box<dyn Wire>, String> {
        let reached = tokio::time::timeout(CONNECT_WAIT, async {
            let stream = TcpStream::connect((self.name.as_str(), self.port)).await;
            let stream = stream.map_err(|why| why.to_string())?;
            // Small words must not wait for more to come.
            let _ = stream.set_nodelay(true);
            match self.security {
                Security::Tls => self.hide(Box::new(stream)).await,
                Security::StartTls | Security::Plain => Ok(Box::new(stream) as Box<dyn Wire>),
            }
        });
        let nobody = || format!("nothing answers at {}:{}", self.name, self.port);
        reached.await.map_err(|_| nobody())?
    }

    /// TLS over a connection, if the server proves that it is who is meant.
    pub(super) async fn hide(&self, stream: Box<dyn Wire>) -> Result<Box<dyn Wire>, String> {
        let name = ServerName::try_from(self.name.clone()).map_err(|why| why.to_string())?;
        let hidden = client()?.connect(name, stream).await;
        Ok(Box::new(hidden.map_err(|why| why.to_string())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str, security: Security) -> Result<(String, u16), BadHost> {
        let host = Host::new(text, Speaks::Imap, security)?;
        Ok((host.name, host.port))
    }

    #[test]
    fn a_server_is_named_and_nothing_goes_open_over_a_wire() {
        let is = |name: &str, port| Ok((name.to_owned(), port));
        assert_eq!(host("mail.x.org", Security::Tls), is("mail.x.org", 993));
        assert_eq!(
            host("mail.x.org", Security::StartTls),
            is("mail.x.org", 143)
        );
        assert_eq!(host("mail.x.org:1", Security::Tls), is("mail.x.org", 1));
        assert_eq!(host("[::1]:1143", Security::Plain), is("::1", 1143));
        assert_eq!(host("127.0.0.1:1", Security::Plain), is("127.0.0.1", 1));
        assert!(matches!(
            host("mail.x.org", Security::Plain),
            Err(BadHost::Plain(_))
        ));
        assert!(matches!(
            host("127.0.0.1.x.org", Security::Plain),
            Err(BadHost::Plain(_))
        ));
        for bad in [
            "",
            ":1",
            "a b",
            "a:0",
            "a:x",
            "a/b",
            "https://a",
            "u@a",
            "[::1]x",
        ] {
            assert!(
                matches!(host(bad, Security::Tls), Err(BadHost::Form(_))),
                "{bad}"
            );
        }
    }
}
