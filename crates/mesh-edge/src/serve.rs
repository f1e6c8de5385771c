//! The listening socket: takes connections, hands requests to the router, ends in good order.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use mesh_model::limits::{HEADER_BYTES_MAX, HEADERS_MAX};
use mesh_ops::Door;
use mesh_proof::node::{CHALLENGE, PROOF};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tower::ServiceExt;

use crate::caller::PeerAddress;
use crate::config::EdgeConfig;
use crate::edge::{Edge, stopped};
use crate::headers;
use crate::metrics::Held;
use crate::problem::Refused;
use crate::proxies;
use crate::router::router;

/// A request's headers that take longer are somebody holding connections open.
const HEADER_WAIT: Duration = Duration::from_secs(10);
/// How long connections have to end by themselves when the node goes down.
const FAREWELL_WAIT: Duration = Duration::from_secs(5);
/// How long to wait when the system has no place for another connection.
const CROWDED_WAIT: Duration = Duration::from_millis(100);

/// Held by everything that serves a client; when all are gone the edge is quiet.
pub(crate) type Alive = mpsc::Sender<Infallible>;

/// Serves until `stop` is ready, then lets open requests finish and says goodbye to streams.
pub async fn serve(
    listener: TcpListener,
    door: Door,
    config: EdgeConfig,
    stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let (stopped, stopping) = watch::channel(false);
    let (alive, mut gone) = mpsc::channel(1);
    let edge = Arc::new(Edge::new(door, &config, stopping, alive));
    let router = router(&edge);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                tokio::spawn(connection(Arc::clone(&edge), router.clone(), stream, from));
            }
            Err(why) if passing(&why) => {}
            Err(why) => {
                // Mostly too many open files: others have to close theirs first.
                tracing::warn!(%why, "a connection could not be taken");
                tokio::time::sleep(CROWDED_WAIT).await;
            }
        }
    }
    drop(listener);
    stopped.send_replace(true);
    drop((router, edge));
    if tokio::time::timeout(FAREWELL_WAIT, gone.recv())
        .await
        .is_err()
    {
        tracing::info!("some clients were still connected at the end");
    }
    Ok(())
}

/// The client went away before it was taken: nothing to do with us.
fn passing(why: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        why.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

async fn connection(edge: Arc<Edge>, router: Router, stream: TcpStream, from: SocketAddr) {
    let _alive = edge.alive.clone();
    let _counted = Held::new(&edge.metrics.connections);
    // Small frames must not wait for more to come.
    let _ = stream.set_nodelay(true);
    let mut stopping = edge.stopping.clone();
    let service =
        service_fn(move |request| answer(Arc::clone(&edge), router.clone(), request, from));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WAIT)
        .max_headers(HEADERS_MAX)
        .max_header_size(HEADER_BYTES_MAX)
        .max_buf_size(2 * HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut serving = pin!(serving);
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

/// The node's proof that it is who is meant, for a client that asks before it shows a token. Whatever
/// it asks, with whatever answer, also the one that makes a WebSocket of its connection.
fn proof(edge: &Edge, headers: &HeaderMap) -> Option<HeaderValue> {
    let challenge = headers.get(CHALLENGE)?.to_str().ok()?;
    edge.node.prove(challenge)?.try_into().ok()
}

async fn answer(
    edge: Arc<Edge>,
    router: Router,
    mut request: Request<Incoming>,
    from: SocketAddr,
) -> Result<Response<Body>, Infallible> {
    let client = proxies::client(&edge.proxies, from.ip(), request.headers());
    request.extensions_mut().insert(PeerAddress(client));
    let proof = proof(&edge, request.headers());
    let mut response = match edge.hosts.check_host(request.uri(), request.headers()) {
        Err(refusal) => Refused(refusal).into_response(),
        Ok(()) => router.oneshot(request.map(Body::new)).await?,
    };
    if let Some(proof) = proof {
        response.headers_mut().insert(PROOF, proof);
    }
    headers::secure(response.headers_mut(), edge.hosts.https);
    edge.node
        .metrics()
        .request("http", response.status().as_u16());
    Ok(response)
}
