//! A WebSocket to a service: where it says, with TLS unless it is on this machine.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::outside::is_here;

/// Time to reach an address and become a WebSocket.
const CONNECT_WAIT: Duration = Duration::from_secs(15);
/// A message of a service is not read beyond this.
const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A connection, whatever lies below it.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// A WebSocket that is open.
pub(crate) type Socket = WebSocketStream<Box<dyn Io>>;

/// Opens one. Addresses have tickets in them, so no error tells the address.
pub(crate) async fn open(url: &str, plain: bool) -> Result<Socket, String> {
    let opened = tokio::time::timeout(CONNECT_WAIT, connect(url, plain));
    opened
        .await
        .map_err(|_| "nothing answers where the service said".to_owned())?
}

async fn connect(url: &str, plain: bool) -> Result<Socket, String> {
    let bad = || "the service names no address of a WebSocket".to_owned();
    let uri: Uri = url.parse().map_err(|_| bad())?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(bad)?;
    let tls = match uri.scheme_str() {
        Some("wss") => true,
        Some("ws") if plain || is_here(host) => false,
        Some("ws") => return Err("the service names an address without encryption".to_owned()),
        _ => return Err(bad()),
    };
    let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
    let host = host.trim_matches(['[', ']']).to_owned();
    let stream = TcpStream::connect((host.as_str(), port)).await;
    let stream = stream.map_err(|why| why.to_string())?;
    // Small frames must not wait for more to come.
    let _ = stream.set_nodelay(true);
    let stream: Box<dyn Io> = if tls {
        let name = ServerName::try_from(host).map_err(|_| bad())?;
        let tls = client()?.connect(name, stream).await;
        Box::new(tls.map_err(|why| why.to_string())?)
    } else {
        Box::new(stream)
    };
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX));
    let request = url.into_client_request().map_err(|_| bad())?;
    let opened = client_async_with_config(request, stream, Some(config)).await;
    opened
        .map(|(socket, _)| socket)
        .map_err(|why| why.to_string())
}

/// TLS with the roots that browsers trust.
pub(crate) fn client() -> Result<TlsConnector, String> {
    static CONFIG: LazyLock<Result<Arc<ClientConfig>, String>> = LazyLock::new(|| {
        let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let versions = versions.map_err(|why| why.to_string())?;
        let config = versions.with_root_certificates(roots).with_no_client_auth();
        Ok(Arc::new(config))
    });
    CONFIG.clone().map(TlsConnector::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_without_encryption_is_not_gone_to() {
        for (url, words) in [
            ("ws://gateway.example.org/?ticket=1", "without encryption"),
            ("https://gateway.example.org/?ticket=1", "no address"),
            ("nothing?ticket=1", "no address"),
        ] {
            let why = open(url, false).await.map(drop).unwrap_err();
            assert!(why.contains(words) && !why.contains("ticket"), "{why}");
        }
    }
}
