//! The task that owns the socket: says hello, carries calls, checks the stream for gaps,
//! reconnects and repeats what was not answered.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mesh_model::error::Problem;
use mesh_model::session::api::SESSION_HEADER;
use mesh_model::{Effect, ErrorCode, Refusal, Seq};
use mesh_proof::node::{CHALLENGE, PROOF};
use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::frames::{
    CallOut, FrameIn, HelloBody, HelloOut, SubscribeBody, SubscribeOut, Subscribed,
};
use crate::node::Challenge;
use crate::stream::{Filter, Given};
use crate::{Ephemeral, Error, Link, Options, Welcomed};

/// The node pings every 30 s; twice that without a frame means the connection is dead.
const SILENCE_MAX: Duration = Duration::from_secs(65);
const CONNECT_WAIT: Duration = Duration::from_secs(10);
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
const BACKOFF_LAST: Duration = Duration::from_secs(10);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) enum Request {
    Call {
        name: String,
        input: Value,
        reply: oneshot::Sender<Result<Value, Error>>,
    },
    Subscribe {
        filter: Filter,
        items: mpsc::Sender<Given>,
        reply: oneshot::Sender<Result<Seq, Error>>,
    },
}

pub(crate) struct Started {
    pub requests: mpsc::Sender<Request>,
    pub welcomed: watch::Receiver<Welcomed>,
    pub ephemeral: broadcast::Sender<Ephemeral>,
    pub link: watch::Receiver<Link>,
}

/// A call that was not answered yet; sent again after a reconnect.
struct Pending {
    frame: String,
    reply: oneshot::Sender<Result<Value, Error>>,
}

struct Subscription {
    id: u64,
    filter: Filter,
    /// Everything up to here was given; `None` until the node named the head it begins at.
    position: Option<Seq>,
    items: mpsc::Sender<Given>,
    reply: Option<oneshot::Sender<Result<Seq, Error>>>,
}

struct Driver {
    options: Options,
    requests: mpsc::Receiver<Request>,
    welcomed: watch::Sender<Welcomed>,
    ephemeral: broadcast::Sender<Ephemeral>,
    link: watch::Sender<Link>,
    next_id: u64,
    pending: BTreeMap<u64, Pending>,
    subscription: Option<Subscription>,
}

/// Why a connection came to its end.
enum End {
    /// Nobody needs the client any more.
    Unneeded,
    /// It broke: try again.
    Broken(String),
    /// The node refused it for good.
    Refused(Refusal),
}

pub(crate) async fn start(options: Options) -> Result<Started, Error> {
    let (socket, hello) = connect(&options).await?;
    let (requests, inbox) = mpsc::channel(64);
    let (welcomed, welcome) = watch::channel(hello.clone());
    let (ephemeral, _) = broadcast::channel(256);
    let (link, linked) = watch::channel(Link::Live);
    let mut driver = Driver {
        options,
        requests: inbox,
        welcomed,
        ephemeral: ephemeral.clone(),
        link,
        next_id: 1,
        pending: BTreeMap::new(),
        subscription: None,
    };
    driver.options.session = Some(hello.session);
    tokio::spawn(async move { driver.run(socket).await });
    Ok(Started {
        requests,
        welcomed: welcome,
        ephemeral,
        link: linked,
    })
}

async fn connect(options: &Options) -> Result<(Socket, Welcomed), Error> {
    let base = options.url.trim_end_matches('/');
    let unreachable = |why: String| Error::Unreachable {
        url: base.to_owned(),
        why,
    };
    let address = match base.strip_prefix("https://") {
        Some(rest) => format!("wss://{rest}/ws"),
        None => format!("ws://{}/ws", base.strip_prefix("http://").unwrap_or(base)),
    };
    let config = WebSocketConfig::default().read_buffer_size(16 * 1024);
    let challenge = Challenge::fresh()?;
    let mut request = address
        .into_client_request()
        .map_err(|why| unreachable(why.to_string()))?;
    if let (Some(_), Ok(drawn)) = (options.node, challenge.text().try_into()) {
        request.headers_mut().insert(CHALLENGE, drawn);
    }
    if let Some(Ok(within)) = options.within.map(|within| within.to_string().try_into()) {
        request.headers_mut().insert(SESSION_HEADER, within);
    }
    let connecting = connect_async_with_config(request, Some(config), true);
    let connected = timeout(CONNECT_WAIT, connecting)
        .await
        .map_err(|_| unreachable("no answer in time".to_owned()))?;
    let (mut socket, response) = connected.map_err(|why| unreachable(why.to_string()))?;
    if let Some(meant) = options.node {
        let proof = response.headers().get(PROOF);
        challenge.check(base, meant, proof.and_then(|proof| proof.to_str().ok()))?;
    }
    let body = HelloBody {
        token: &options.token,
        session: options.session,
        client: &options.client,
    };
    send(&mut socket, &HelloOut { hello: body })
        .await
        .map_err(unreachable)?;
    let welcomed = timeout(CONNECT_WAIT, hello(&mut socket)).await;
    Ok((
        socket,
        welcomed.map_err(|_| unreachable("no hello in time".to_owned()))??,
    ))
}

async fn hello(socket: &mut Socket) -> Result<Welcomed, Error> {
    while let Some(message) = socket.next().await {
        let message = message.map_err(|why| Error::Protocol(why.to_string()))?;
        let Message::Text(text) = message else {
            continue;
        };
        let frame: FrameIn = serde_json::from_str(&text)?;
        match (frame.hello, frame.problem) {
            (Some(welcomed), _) => return Ok(welcomed),
            (None, Some(problem)) => return Err(Error::Refused(problem.into())),
            (None, None) => return Err(Error::Protocol("no hello".to_owned())),
        }
    }
    Err(Error::Protocol(
        "the connection closed before hello".to_owned(),
    ))
}

async fn send(socket: &mut Socket, frame: &impl Serialize) -> Result<(), String> {
    let text = serde_json::to_string(frame).map_err(|why| why.to_string())?;
    socket
        .send(Message::text(text))
        .await
        .map_err(|why| why.to_string())
}

impl Driver {
    async fn run(&mut self, mut socket: Socket) {
        loop {
            match self.serve(&mut socket).await {
                End::Unneeded => {
                    // The other side may be gone already; there is nobody left to tell.
                    let _ = socket.close(None).await;
                    return;
                }
                End::Refused(refusal) => return self.fail(&refusal),
                End::Broken(why) => {
                    tracing::debug!(why, "connection lost");
                    self.link.send_replace(Link::Broken(why));
                }
            }
            match self.reconnect().await {
                Ok(again) => socket = again,
                Err(refusal) => return self.fail(&refusal),
            }
        }
    }

    async fn reconnect(&mut self) -> Result<Socket, Refusal> {
        let mut wait = BACKOFF_FIRST;
        loop {
            sleep(jittered(wait)).await;
            match connect(&self.options).await {
                Ok((socket, hello)) => {
                    self.options.session = Some(hello.session);
                    self.welcomed.send_replace(hello);
                    self.link.send_replace(Link::Live);
                    return Ok(socket);
                }
                Err(Error::Refused(refusal)) if !passing(refusal.code) => return Err(refusal),
                Err(why) => tracing::debug!(%why, "reconnecting"),
            }
            if self.requests.is_closed() && self.requests.is_empty() {
                return Err(Refusal::new(
                    ErrorCode::Gone,
                    "the client was closed",
                    Effect::told("what was asked and not answered may have been done"),
                    "connect again",
                ));
            }
            wait = (wait * 2).min(BACKOFF_LAST);
        }
    }

    /// Carries frames until the connection ends.
    async fn serve(&mut self, socket: &mut Socket) -> End {
        if let Err(why) = self.repeat(socket).await {
            return End::Broken(why);
        }
        loop {
            tokio::select! {
                request = self.requests.recv() => {
                    let Some(request) = request else { return End::Unneeded };
                    if let Err(why) = self.request(socket, request).await {
                        return End::Broken(why);
                    }
                }
                message = timeout(SILENCE_MAX, socket.next()) => {
                    let message = match message {
                        Err(_) => return End::Broken("silence".to_owned()),
                        Ok(None) => return End::Broken("closed by the node".to_owned()),
                        Ok(Some(message)) => message,
                    };
                    if let Some(end) = self.message(message).await {
                        return end;
                    }
                }
            }
        }
    }

    /// After a reconnect: the subscription from where it was, then calls without an answer.
    async fn repeat(&mut self, socket: &mut Socket) -> Result<(), String> {
        if let Some(subscription) = &self.subscription {
            let after = subscription.position.or(subscription.filter.after);
            let body = SubscribeBody {
                after,
                filter: &subscription.filter,
            };
            send(
                socket,
                &SubscribeOut {
                    id: subscription.id,
                    subscribe: body,
                },
            )
            .await?;
        }
        for pending in self.pending.values() {
            socket
                .feed(Message::text(pending.frame.clone()))
                .await
                .map_err(|why| why.to_string())?;
        }
        socket.flush().await.map_err(|why| why.to_string())
    }

    async fn request(&mut self, socket: &mut Socket, request: Request) -> Result<(), String> {
        let id = self.next_id;
        self.next_id += 1;
        match request {
            Request::Call { name, input, reply } => {
                let frame = serde_json::to_string(&CallOut {
                    id,
                    call: &name,
                    input: &input,
                });
                let frame = frame.map_err(|why| why.to_string())?;
                self.pending.insert(
                    id,
                    Pending {
                        frame: frame.clone(),
                        reply,
                    },
                );
                socket
                    .send(Message::text(frame))
                    .await
                    .map_err(|why| why.to_string())
            }
            Request::Subscribe {
                filter,
                items,
                reply,
            } => {
                let frame = SubscribeOut {
                    id,
                    subscribe: SubscribeBody {
                        after: filter.after,
                        filter: &filter,
                    },
                };
                let sent = send(socket, &frame).await;
                self.subscription = Some(Subscription {
                    id,
                    position: filter.after,
                    filter,
                    items,
                    reply: Some(reply),
                });
                sent
            }
        }
    }

    async fn message(&mut self, message: Result<Message, WsError>) -> Option<End> {
        let text = match message {
            Ok(Message::Text(text)) => text,
            Ok(Message::Close(_)) => return Some(End::Broken("closed by the node".to_owned())),
            Ok(_) => return None,
            Err(why) => return Some(End::Broken(why.to_string())),
        };
        let frame: FrameIn = match serde_json::from_str(&text) {
            Ok(frame) => frame,
            Err(why) => return Some(End::Broken(format!("unreadable frame: {why}"))),
        };
        if let Some(ephemeral) = frame.ephemeral {
            // Nobody may be listening to the ephemeral lane; that is what it is for.
            let _ = self.ephemeral.send(ephemeral);
            return None;
        }
        if let Some(items) = frame.push {
            return self.push(frame.prev.unwrap_or_default(), items).await;
        }
        if let Some(tail) = frame.tail {
            return self.tail(tail).await;
        }
        match (frame.id, frame.ok, frame.problem) {
            (Some(id), Some(ok), None) => self.answer(id, Ok(ok.get())),
            (Some(id), None, Some(problem)) => self.answer(id, Err(problem)),
            (None, None, Some(problem)) if !passing(problem.code) => {
                return Some(End::Refused(problem.into()));
            }
            _ => {}
        }
        None
    }

    fn answer(&mut self, id: u64, answer: Result<&str, Problem>) {
        if let Some(pending) = self.pending.remove(&id) {
            let result = match answer {
                Ok(json) => serde_json::from_str(json).map_err(Error::from),
                Err(problem) => Err(Error::Refused(problem.into())),
            };
            // The caller may have gone; the command is stored all the same.
            let _ = pending.reply.send(result);
            return;
        }
        let Some(subscription) = self
            .subscription
            .as_mut()
            .filter(|subscription| subscription.id == id)
        else {
            return;
        };
        match answer {
            Ok(json) => {
                let head = serde_json::from_str::<Subscribed>(json)
                    .map(|subscribed| subscribed.head)
                    .unwrap_or_default();
                let position = *subscription.position.get_or_insert(head);
                if let Some(reply) = subscription.reply.take() {
                    let _ = reply.send(Ok(position));
                }
            }
            Err(problem) => {
                if let Some(reply) = subscription.reply.take() {
                    let _ = reply.send(Err(Error::Refused(problem.into())));
                }
                self.subscription = None;
            }
        }
    }

    async fn push(&mut self, prev: Seq, items: Vec<mesh_model::api::StreamItem>) -> Option<End> {
        let subscription = self.subscription.as_mut()?;
        let position = subscription.position.unwrap_or(prev);
        if prev > position {
            return Some(End::Broken(format!("gap: {prev} follows {position}")));
        }
        for item in items.into_iter().filter(|item| item.seq > position) {
            subscription.position = Some(item.seq);
            if subscription.items.send(Given::Item(item)).await.is_err() {
                self.subscription = None;
                return None;
            }
        }
        None
    }

    async fn tail(&mut self, tail: Seq) -> Option<End> {
        let subscription = self.subscription.as_mut()?;
        subscription.position = subscription.position.max(Some(tail));
        if subscription.items.send(Given::Tail(tail)).await.is_err() {
            self.subscription = None;
        }
        None
    }

    fn fail(&mut self, refusal: &Refusal) {
        self.link.send_replace(Link::Refused(refusal.clone()));
        for (_, pending) in std::mem::take(&mut self.pending) {
            let _ = pending.reply.send(Err(Error::Refused(refusal.clone())));
        }
        self.subscription = None;
        self.requests.close();
    }
}

/// Whether trying again later may end otherwise.
fn passing(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Overloaded
            | ErrorCode::ShuttingDown
            | ErrorCode::RateLimited
            | ErrorCode::NotStored
            | ErrorCode::OutcomeUnknown
            | ErrorCode::NotYet
            | ErrorCode::Internal
            | ErrorCode::Gone
    )
}

/// Between half and the whole of `wait`, so that clients of a restarted node do not all come at once.
fn jittered(wait: Duration) -> Duration {
    let mut byte = [0];
    // Without randomness the wait is merely less spread.
    let _ = getrandom::fill(&mut byte);
    wait.mul_f64(0.5 + f64::from(byte[0]) / 510.0)
}
