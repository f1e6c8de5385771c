//! MCP over Streamable HTTP at `/mcp`: the official SDK carries the protocol, the door does the work.

mod compact;
mod events;
#[cfg(feature = "conformance-fixtures")]
#[expect(
    deprecated,
    reason = "2025-11-25 has logging and sampling, and the suite asks for them"
)]
mod fixtures;
mod handler;
mod mail;
#[cfg_attr(
    feature = "conformance-fixtures",
    expect(dead_code, reason = "the fixtures stand in its place")
)]
mod offers;
mod owners;
pub(crate) mod resource;
mod skills;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{Method, Request, Response};
use axum::response::IntoResponse;
use futures_util::StreamExt;
use mesh_model::Refusal;
use mesh_model::limits::{KEEPALIVE_MS, REQUEST_BYTES_MAX};
use mesh_model::ops::Needs;
use mesh_ops::LAST_WORDS;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};

use crate::body;
use crate::caller;
use crate::edge::{Edge, stopped};
use crate::problem::Refused;
use crate::router;
use handler::Handler;
use owners::Owners;

/// An agent may think for long between two calls; a session costs a few kilobytes.
const SESSION_IDLE: Duration = Duration::from_secs(6 * 60 * 60);

/// The service behind `/mcp`.
#[derive(Clone)]
pub(crate) struct Mcp {
    service: StreamableHttpService<Handler, LocalSessionManager>,
    owners: Owners,
}

/// Makes it. Host and Origin were checked before a request gets here.
pub(crate) fn service(edge: &Arc<Edge>) -> Mcp {
    let mut sessions = LocalSessionManager::default();
    sessions.session_config.keep_alive = Some(SESSION_IDLE);
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        .disable_allowed_origins()
        .with_sse_keep_alive(Some(Duration::from_millis(KEEPALIVE_MS)))
        .with_max_request_body_bytes(REQUEST_BYTES_MAX);
    let (ends, mut stopping) = (config.cancellation_token.clone(), edge.stopping.clone());
    tokio::spawn(async move {
        stopped(&mut stopping).await;
        ends.cancel();
    });
    let edge = Arc::downgrade(edge);
    let make = move || {
        let edge = edge
            .upgrade()
            .ok_or_else(|| std::io::Error::other("the node is shutting down"))?;
        Ok(Handler::new(edge))
    };
    let sessions = Arc::new(sessions);
    Mcp {
        owners: Owners::new(Arc::clone(&sessions)),
        service: StreamableHttpService::new(make, sessions, config),
    }
}

/// What a request asks of the extension for events, if it does; for all others its body is as it was.
async fn events_asked(request: &mut Request<Body>) -> Result<Option<events::Asked>, Refusal> {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    // What is longer the SDK refuses.
    let fits = length.is_some_and(|length| length <= REQUEST_BYTES_MAX);
    if request.method() != Method::POST || !fits {
        return Ok(None);
    }
    let read = body::read(std::mem::take(request.body_mut())).await?;
    let asked = events::asked(&read);
    *request.body_mut() = Body::from(read);
    Ok(asked)
}

/// One request. Each says anew who asks, and a session is its opener's alone.
pub(crate) async fn serve(
    edge: &Arc<Edge>,
    mcp: Mcp,
    mut request: Request<Body>,
) -> Response<Body> {
    if let Err(refusal) = edge.hosts.check_origin(request.headers()) {
        return Refused(refusal).into_response();
    }
    let from = caller::address(request.extensions());
    let watch = edge.door.watch();
    let caller = match caller::signed_in(edge, request.headers(), from, "mcp").await {
        Ok(caller) => caller,
        Err(refusal) => {
            let address = router::address(edge, request.headers());
            return resource::challenge(&address, Refused(refusal).into_response());
        }
    };
    if !mcp.owners.lets(request.headers(), caller.actor) {
        return owners::no_session();
    }
    let asked = match events_asked(&mut request).await {
        Ok(asked) => asked,
        Err(refusal) => return Refused(refusal).into_response(),
    };
    request.extensions_mut().insert(caller.clone());
    let answer: Response<Body> = match asked {
        Some(asked) => {
            let asks = events::Asks {
                edge,
                caller: &caller,
                headers: request.headers(),
                from,
            };
            asks.answer(asked).await
        }
        None => mcp.service.handle(request).await.map(Body::new),
    };
    mcp.owners.opened(answer.headers(), caller.actor).await;
    if HttpBody::size_hint(answer.body()).exact().is_some() {
        return answer;
    }
    // A stream ends with the right to listen to it; a call that is answered by it ends a little sooner.
    let over = watch.over(caller, Needs::Credential, Vec::new());
    answer.map(|body| {
        let pieces = body.into_data_stream();
        Body::from_stream(pieces.take_until(async {
            over.await;
            tokio::time::sleep(LAST_WORDS + LAST_WORDS / 2).await;
        }))
    })
}
