//! Connecting: a WebSocket to an address that people write, with TLS if it says so.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt, future};
use mesh_model::limits::LINK_FRAME_BYTES_MAX;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{Request, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::channel::Wire;
use crate::direct::NotOpened;

/// Time to reach an address and become a WebSocket.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// Read at once. Frames are mostly small and many channels stand open, idle.
const READ_BYTES: usize = 8 * 1024;
/// Written bytes that wait for the socket before whoever writes waits.
const WRITE_BYTES: usize = 16 * 1024;

/// A connection, whatever lies below it.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// How WebSockets are used here: frames of the seal's size and no larger, small buffers.
pub(crate) fn config(message_bytes_max: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
        .max_write_buffer_size(WRITE_BYTES + 4 * LINK_FRAME_BYTES_MAX)
        .max_message_size(Some(message_bytes_max))
        .max_frame_size(Some(message_bytes_max))
}

/// Where an address leads: `http(s)` and `ws(s)` mean the same here.
pub(crate) struct Target {
    tls: bool,
    host: String,
    port: u16,
    url: String,
}

impl Target {
    /// `path` below an address such as `https://mesh.example.org`.
    pub fn of(address: &str, path: &str) -> Result<Target, NotOpened> {
        let bad = || NotOpened::Address(address.to_owned());
        let uri: Uri = address.parse().map_err(|_| bad())?;
        let tls = match uri.scheme_str() {
            Some("http" | "ws") => false,
            Some("https" | "wss") => true,
            _ => return Err(bad()),
        };
        let authority = uri.authority().ok_or_else(bad)?;
        let host = authority.host();
        if host.is_empty() || authority.as_str().contains('@') || uri.query().is_some() {
            return Err(bad());
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let scheme = if tls { "wss" } else { "ws" };
        let below = uri.path().trim_end_matches('/');
        Ok(Target {
            tls,
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            url: format!("{scheme}://{authority}{below}{path}"),
        })
    }

    /// The request for a WebSocket there.
    pub fn request(&self) -> Result<Request<()>, NotOpened> {
        let request = self.url.as_str().into_client_request();
        request.map_err(|_| NotOpened::Address(self.url.clone()))
    }

    /// A WebSocket, and what else its answer says.
    pub async fn connect(
        &self,
        request: Request<()>,
        message_bytes_max: usize,
    ) -> Result<(WebSocketStream<Box<dyn Io>>, Answer), NotOpened> {
        let opened = tokio::time::timeout(CONNECT_WAIT, async {
            let stream = self.stream().await?;
            let config = Some(config(message_bytes_max));
            client_async_with_config(request, stream, config)
                .await
                .map_err(|why| match why {
                    WsError::Http(answer) => NotOpened::Answered(answer.status().as_u16()),
                    other => NotOpened::Unreachable(other.to_string()),
                })
        });
        let (socket, answer) = opened.await.map_err(|_| NotOpened::Silent)??;
        Ok((socket, answer.map(drop)))
    }

    async fn stream(&self) -> Result<Box<dyn Io>, NotOpened> {
        let unreachable = |why: std::io::Error| NotOpened::Unreachable(why.to_string());
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(unreachable)?;
        // Small frames must not wait for more to come.
        let _ = stream.set_nodelay(true);
        if !self.tls {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(self.host.clone())
            .map_err(|_| NotOpened::Address(self.url.clone()))?;
        let tls = tls().map_err(NotOpened::Unreachable)?.connect(name, stream);
        Ok(Box::new(tls.await.map_err(unreachable)?))
    }
}

/// The answer that made a WebSocket, without a body.
pub(crate) type Answer = tokio_tungstenite::tungstenite::http::Response<()>;

/// TLS 1.3 with the roots that browsers trust.
fn tls() -> Result<TlsConnector, String> {
    static CONFIG: LazyLock<Result<Arc<ClientConfig>, String>> = LazyLock::new(|| {
        let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13]);
        let versions = versions.map_err(|why| why.to_string())?;
        let config = versions.with_root_certificates(roots).with_no_client_auth();
        Ok(Arc::new(config))
    });
    CONFIG.clone().map(TlsConnector::from)
}

/// A WebSocket as what carries the frames of one channel.
pub(crate) fn wire<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    socket: WebSocketStream<S>,
) -> Wire {
    let (out, frames) = socket.split();
    let frames = frames.filter_map(|message| {
        future::ready(match message {
            Ok(Message::Binary(frame)) => Some(Ok(frame)),
            // The library answers pings; after a close the stream ends by itself.
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_)) => None,
            Ok(Message::Text(_)) => Some(Err("the other side sent text".to_owned())),
            Err(why) => Some(Err(why.to_string())),
        })
    });
    let out = out
        .sink_map_err(|why: WsError| why.to_string())
        .with(|frame| future::ready(Ok(Message::Binary(frame))));
    Wire {
        frames: Box::pin(frames),
        out: Box::pin(out),
    }
}
