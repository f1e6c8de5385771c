//! The interchange's listening socket: three addresses, one of which becomes a WebSocket.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue, ORIGIN};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Parts};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use mesh_model::limits::{HEADER_BYTES_MAX, HEADERS_MAX};
use mesh_model::refuse::{invalid, not_found};
use mesh_model::{Effect, ErrorCode, Refusal, address};
use mesh_proof::node::{CHALLENGE, PROOF, prove};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use super::{Relay, socket, stopped};
use crate::through::INTERCHANGE_PATH;

/// A request's headers that take longer are somebody holding connections open.
const HEADER_WAIT: Duration = Duration::from_secs(10);
/// How long what was taken has to be delivered when the interchange goes down.
const FAREWELL_WAIT: Duration = Duration::from_secs(5);
/// How long to wait when the system has no place for another connection.
const CROWDED_WAIT: Duration = Duration::from_millis(100);

type Alive = mpsc::Sender<Infallible>;

/// Serves until `stop` is ready; then nobody comes in any more, what was taken is delivered, and everybody is told.
pub async fn serve(
    listener: TcpListener,
    relay: Arc<Relay>,
    stop: impl Future<Output = ()> + Send,
) {
    let (alive, mut gone) = mpsc::channel::<Infallible>(1);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                tokio::spawn(connection(Arc::clone(&relay), stream, from, alive.clone()));
            }
            Err(why) => {
                tracing::warn!(%why, "a connection could not be taken");
                tokio::time::sleep(CROWDED_WAIT).await;
            }
        }
    }
    drop((listener, alive));
    relay.stopping.send_replace(true);
    if tokio::time::timeout(FAREWELL_WAIT, gone.recv())
        .await
        .is_err()
    {
        tracing::info!("some nodes were still connected at the end");
    }
}

async fn connection(relay: Arc<Relay>, stream: TcpStream, from: SocketAddr, alive: Alive) {
    // Small frames must not wait for more to come.
    let _ = stream.set_nodelay(true);
    let mut stopping = relay.stopping.subscribe();
    let service = service_fn(move |request| {
        let answer = answer(&relay, request, from.ip(), &alive);
        std::future::ready(Ok::<_, Infallible>(answer))
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WAIT)
        .max_headers(HEADERS_MAX)
        .max_header_size(HEADER_BYTES_MAX)
        .max_buf_size(2 * HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut serving = std::pin::pin!(serving);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = stopped(&mut stopping) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(why) = ended {
        tracing::debug!(%why, %from, "a connection broke");
    }
}

fn answer(
    relay: &Arc<Relay>,
    mut request: Request<Incoming>,
    peer: IpAddr,
    alive: &Alive,
) -> Response<String> {
    let challenge = request.headers().get(CHALLENGE);
    let challenge = challenge.and_then(|challenge| challenge.to_str().ok());
    let proof = challenge.and_then(|challenge| prove(&relay.key, challenge));
    let answered = if request.method() == Method::GET {
        route(relay, &mut request, peer, alive)
    } else {
        Err(Refusal::new(
            ErrorCode::MethodNotAllowed,
            "an interchange is only asked with GET",
            Effect::NothingDone,
            "connect with a WebSocket client",
        ))
    };
    let mut response = answered.unwrap_or_else(|refusal| {
        relay.count_refusal(&refusal);
        refused(&refusal)
    });
    if let Some(proof) = proof.and_then(|proof| HeaderValue::try_from(proof).ok()) {
        response.headers_mut().insert(PROOF, proof);
    }
    response
}

fn route(
    relay: &Arc<Relay>,
    request: &mut Request<Incoming>,
    peer: IpAddr,
    alive: &Alive,
) -> Result<Response<String>, Refusal> {
    match request.uri().path() {
        INTERCHANGE_PATH => upgrade(relay, request, peer, alive),
        "/healthz" => Ok(plain("text/plain; charset=utf-8", "ok\n".to_owned())),
        "/metrics" => Ok(plain(
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            relay.metrics_text(),
        )),
        _ => Err(not_found(
            "address",
            "nodes connect to /api/v1/interchange; /healthz and /metrics are for whoever runs it",
        )),
    }
}

fn plain(media: &'static str, text: String) -> Response<String> {
    let mut response = Response::new(text);
    let media = HeaderValue::from_static(media);
    response.headers_mut().insert(CONTENT_TYPE, media);
    response
}

fn refused(refusal: &Refusal) -> Response<String> {
    let problem = refusal.problem();
    let mut response = plain("application/problem+json", crate::words::write(&problem));
    let status = StatusCode::from_u16(problem.status);
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

fn upgrade(
    relay: &Arc<Relay>,
    request: &mut Request<Incoming>,
    peer: IpAddr,
    alive: &Alive,
) -> Result<Response<String>, Refusal> {
    // No page has a node's key; one that connects would only make its visitor's browser a stranger here.
    if request.headers().contains_key(ORIGIN) {
        return Err(Refusal::new(
            ErrorCode::ForeignOrigin,
            "a page of a browser cannot be a node",
            Effect::NothingDone,
            "connect from a node",
        ));
    }
    let from = client(relay, peer, request.headers());
    let wants = create_response_with_body(request, String::new);
    let mut response = wants.map_err(|_| {
        invalid(
            "this address speaks WebSocket (RFC 6455, version 13)",
            "connect with a node",
        )
    })?;
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let upgrade = upgrade
        .ok_or_else(|| invalid("this connection cannot become a WebSocket", "use HTTP/1.1"))?;
    let coming = relay.gate.begin(from)?;
    let (relay, alive) = (Arc::clone(relay), alive.clone());
    tokio::spawn(async move {
        if let Some((stream, read)) = taken(upgrade).await {
            socket::run(&relay, stream, read, from, coming).await;
        }
        drop(alive);
    });
    response.headers_mut().remove(CONTENT_TYPE);
    Ok(response)
}

fn client(relay: &Relay, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let lists = headers.get_all("x-forwarded-for").iter();
    let named = lists.filter_map(|list| list.to_str().ok());
    address::client(&relay.proxies, peer, named)
}

/// The bare TCP stream: nothing of the HTTP connection is kept for it.
async fn taken(upgrade: OnUpgrade) -> Option<(TcpStream, Vec<u8>)> {
    let upgraded = upgrade.await.ok()?;
    let Parts { io, read_buf, .. } = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
    Some((io.into_inner(), read_buf.into()))
}
