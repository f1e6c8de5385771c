//! `/ws`: calls and pushes on one WebSocket.
//!
//! [`codec`] knows bytes and frames, [`wire`] puts them on a TCP stream, [`frames`] knows the JSON in
//! them, [`hello`] how a connection begins and [`socket`] what goes on afterwards.

mod codec;
mod frames;
mod hello;
mod socket;
mod wire;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::upgrade::{OnUpgrade, Parts};
use hyper_util::rt::TokioIo;
use mesh_model::refuse::invalid;
use mesh_model::{Refusal, SessionId};
use mesh_ops::Caller;
use sha1::{Digest, Sha1};
use tokio::net::TcpStream;

use crate::caller::{self, Credentials, PeerAddress};
use crate::edge::Edge;
use crate::problem::Refused;
use wire::Wire;

/// Turns a request into a WebSocket.
pub(crate) async fn upgrade(State(edge): State<Arc<Edge>>, mut request: Request) -> Response {
    match begin(&edge, &mut request).await {
        Ok((visitor, key, upgrade)) => {
            let from = request.extensions().get::<PeerAddress>().copied();
            tokio::spawn(async move {
                match taken(upgrade).await {
                    Some((stream, read)) => {
                        socket::run(edge, Wire::new(stream, &read), visitor, from).await;
                    }
                    None => tracing::debug!("a connection ended before it became a WebSocket"),
                }
            });
            switching(&key)
        }
        Err(refusal) => Refused(refusal).into_response(),
    }
}

/// Whoever asks for a WebSocket: known already, or let in by a cookie once hello brings the page's key, since a
/// page's script can't send headers here.
pub(super) struct Visitor {
    pub caller: Caller,
    pub cookie: Option<String>,
    /// The session in whose context the connection is used, if it is not the one that it carries.
    pub within: Option<SessionId>,
}

/// The client's key and the connection to come, if the request asks for a WebSocket and may.
pub(crate) fn asked(edge: &Edge, request: &mut Request) -> Result<(String, OnUpgrade), Refusal> {
    edge.hosts.check_origin(request.headers())?;
    let key = handshake(request.headers())?;
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let upgrade = upgrade
        .ok_or_else(|| invalid("this connection cannot become a WebSocket", "use HTTP/1.1"))?;
    Ok((key, upgrade))
}

async fn begin(
    edge: &Edge,
    request: &mut Request,
) -> Result<(Visitor, String, OnUpgrade), Refusal> {
    let (key, upgrade) = asked(edge, request)?;
    // Without credentials here the first frame has to bring them.
    let shown = Credentials::of(request.headers());
    let visitor = Visitor {
        caller: caller::of(edge, &shown).await?,
        cookie: shown.cookie.map(str::to_owned),
        within: caller::session(request.headers())?,
    };
    Ok((visitor, key, upgrade))
}

/// The client's key, if its headers ask for a WebSocket.
fn handshake(headers: &HeaderMap) -> Result<String, Refusal> {
    let has = |name, word: &str| {
        let values = headers
            .get_all(name)
            .iter()
            .filter_map(|value: &HeaderValue| value.to_str().ok());
        values
            .flat_map(|value| value.split(','))
            .any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    let key = headers
        .get(SEC_WEBSOCKET_KEY)
        .and_then(|key| key.to_str().ok());
    match key.filter(|key| STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16)) {
        Some(key)
            if has(CONNECTION, "upgrade")
                && has(UPGRADE, "websocket")
                && has(SEC_WEBSOCKET_VERSION, "13") =>
        {
            Ok(key.to_owned())
        }
        _ => Err(invalid(
            "this address speaks WebSocket (RFC 6455, version 13)",
            "connect with a WebSocket client",
        )),
    }
}

/// The answer after which the connection is a WebSocket.
pub(crate) fn switching(key: &str) -> Response {
    let hash = Sha1::new()
        .chain_update(key)
        .chain_update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
        .finalize();
    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    // Base64 is always a header value.
    if let Ok(accept) = HeaderValue::try_from(STANDARD.encode(hash)) {
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    response
}

/// The bare TCP stream and what was read of it: nothing of the HTTP connection is kept for it.
pub(crate) async fn taken(upgrade: OnUpgrade) -> Option<(TcpStream, Bytes)> {
    let upgraded = upgrade.await.ok()?;
    let Parts { io, read_buf, .. } = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
    Some((io.into_inner(), read_buf))
}
