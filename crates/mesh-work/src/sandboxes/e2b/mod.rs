//! A listener on this machine that speaks as E2B does: its interface for sandboxes, and within each what its `envd` answers
//! for programs and files. The key is a token of the mesh, which its holder shows at the node before a sandbox is opened;
//! what is asked of a sandbox carries that sandbox's own secret.

mod api;
mod connect;
mod envd;
mod files;
mod key;
mod process;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use mesh_model::ParticipantId;
use mesh_model::PublicKey;
use mesh_proof::Digest;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::serve::Showing;
use super::{House, Lodged};
use crate::awake::Moment;
use crate::sandbox::kept::wire::Start;

/// The largest body: a file of the largest size with what stands around it.
const BODY_BYTES_MAX: usize = 24 << 20;
/// Connections at the same time.
const CONNECTIONS_MAX: usize = 256;
/// How long a head may take.
const HEAD_WAIT: Duration = Duration::from_secs(10);
/// The version of `envd` whose interface this is.
const ENVD: &str = "0.5.7";
/// How often it is looked whether those who opened sandboxes may still have them.
const LOOK: Duration = Duration::from_millis(700);

type Body = UnsyncBoxBody<Bytes, Infallible>;
type Answer = Response<Body>;

/// What the listener needs to know of the node.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its address.
    pub url: String,
    /// Its key, which it has to prove before it is shown a token.
    pub key: Option<PublicKey>,
    /// What the server of tools is called.
    pub server: String,
}

/// The listener.
pub struct E2b {
    house: Arc<House>,
    showing: Arc<Showing>,
    node: Node,
    rooms: Mutex<BTreeMap<String, Arc<Room>>>,
}

/// A sandbox that somebody opened.
struct Room {
    id: String,
    owner: ParticipantId,
    /// The token by which it was opened: with its right the sandbox ends.
    token: String,
    /// The hash of the secret that is shown with each request within, and the secret, for its owner.
    secret: String,
    lodged: Lodged,
    began: std::time::SystemTime,
    ends: Mutex<std::time::SystemTime>,
    again: watch::Sender<u64>,
    env: BTreeMap<String, String>,
    metadata: Value,
    watchers: Mutex<BTreeMap<String, files::Watcher>>,
}

fn lock<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a request is not answered as it was asked.
#[derive(Debug)]
struct Refused(StatusCode, String);

impl Refused {
    fn new(status: StatusCode, why: impl Into<String>) -> Refused {
        Refused(status, why.into())
    }

    fn not_found(what: &str) -> Refused {
        Refused::new(StatusCode::NOT_FOUND, format!("{what} was not found"))
    }

    /// As E2B tells it.
    fn told(&self) -> Answer {
        let body = json!({"code": self.0.as_u16(), "message": self.1});
        answer(self.0, &body)
    }
}

fn answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(whole(body.to_string()));
    *answer.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}

fn nothing() -> Answer {
    let mut answer = Response::new(whole(""));
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed_unsync()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

async fn body(body: Incoming, most: usize) -> Result<Bytes, Refused> {
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(_) => Err(Refused::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body did not come whole, or has more than {most} bytes"),
        )),
    }
}

impl E2b {
    /// What answers for a house.
    pub fn new(house: Arc<House>, showing: Arc<Showing>, node: Node) -> Arc<E2b> {
        Arc::new(E2b {
            house,
            showing,
            node,
            rooms: Mutex::default(),
        })
    }

    /// Listens. Addresses of other machines are refused: what is said here is not sealed.
    pub async fn bind(at: SocketAddr) -> Result<TcpListener, String> {
        if !at.ip().is_loopback() {
            return Err(format!(
                "{at} is reached from other machines, and tokens would go there in the clear: name an address of this machine, such as 127.0.0.1:3000"
            ));
        }
        let listener = TcpListener::bind(at).await;
        listener.map_err(|why| format!("{at}: {why}"))
    }

    /// Answers until it is stopped, and leaves no sandbox behind.
    pub async fn serve(self: Arc<E2b>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let free = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let looking = tokio::spawn(self.clone().look());
        loop {
            let Ok(slot) = free.clone().acquire_owned().await else {
                break;
            };
            let stream = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    // A connection that broke before it was taken.
                    Err(_) => continue,
                },
            };
            let e2b = self.clone();
            tokio::spawn(async move {
                let _slot = slot;
                let service = service_fn(move |request| {
                    let e2b = e2b.clone();
                    async move { Ok::<_, Infallible>(e2b.answer(request).await) }
                });
                let mut builder = http1::Builder::new();
                builder
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_WAIT);
                // A connection that breaks is its other side's matter.
                let _ = builder
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
        looking.abort();
        let rooms = std::mem::take(&mut *lock(&self.rooms));
        for room in rooms.into_values() {
            room.lodged.kept.end().await;
        }
    }

    /// Ends the sandboxes of those whose token or right has ended.
    async fn look(self: Arc<E2b>) {
        let mut times = tokio::time::interval(LOOK);
        times.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            times.tick().await;
            let tokens: std::collections::BTreeSet<String> = lock(&self.rooms)
                .values()
                .map(|room| room.token.clone())
                .collect();
            for token in tokens {
                if !self.node.still(&token).await {
                    let ended: Vec<Arc<Room>> = lock(&self.rooms)
                        .values()
                        .filter(|room| room.token == token)
                        .cloned()
                        .collect();
                    for room in ended {
                        self.end(&room).await;
                    }
                }
            }
        }
    }

    async fn answer(self: Arc<E2b>, request: Request<Incoming>) -> Answer {
        let path = request.uri().path().to_owned();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match parts.as_slice() {
            ["v2" | "v3", "sandboxes", rest @ ..] | ["sandboxes", rest @ ..] => {
                let rest: Vec<String> = rest.iter().map(|part| (*part).to_owned()).collect();
                self.api(&rest, request)
                    .await
                    .unwrap_or_else(|refused| refused.told())
            }
            [service, method] if service.contains('.') => {
                let (service, method) = ((*service).to_owned(), (*method).to_owned());
                self.rpc(&service, &method, request).await
            }
            ["health"] => match self.within(request.headers()) {
                Ok(_) => nothing(),
                Err(refused) => refused.told(),
            },
            ["files"] => self
                .files(request)
                .await
                .unwrap_or_else(|refused| refused.told()),
            _ => Refused::not_found("this part of E2B's interface").told(),
        }
    }

    /// The sandbox that a request within it is for, if it carries its secret. Without it nobody learns whether it is there.
    fn within(&self, headers: &HeaderMap) -> Result<Arc<Room>, Refused> {
        let shown = Digest::of(
            header(headers, "x-access-token")
                .unwrap_or_default()
                .as_bytes(),
        );
        let room = header(headers, "e2b-sandbox-id")
            .and_then(|id| lock(&self.rooms).get(id).cloned())
            .filter(|room| Digest::of(room.secret.as_bytes()) == shown);
        room.ok_or_else(|| {
            // As E2B's own proxy says it, by which its client knows that a sandbox has ended.
            Refused::new(StatusCode::BAD_GATEWAY, "The sandbox was not found")
        })
    }

    /// Ends a sandbox; it is not found from here on.
    async fn end(&self, room: &Room) {
        lock(&self.rooms).remove(&room.id);
        room.lodged.kept.end().await;
    }
}

impl Room {
    /// When it ends unless somebody says otherwise.
    fn until(&self, life: Duration) {
        *lock(&self.ends) = api::now() + life;
        self.lodged.kept.until(Moment::now().plus(life));
        self.again.send_modify(|again| *again += 1);
    }

    /// What is started in it has its variables too.
    fn with_env(&self, mut start: Start) -> Start {
        let mut env = self.env.clone();
        env.append(&mut start.env);
        start.env = env;
        start
    }
}

fn is(request: &Request<Incoming>, method: &Method) -> bool {
    request.method() == method
}
