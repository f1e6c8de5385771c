//! One node's connection: the challenge, then what it sends and what it is sent.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use mesh_model::limits::{
    INTERCHANGE_ADDRESS_SHARE, INTERCHANGE_BYTES_PER_SECOND, INTERCHANGE_FRAMES_PER_SECOND,
    INTERCHANGE_WORD_BYTES_MAX, LINK_HANDSHAKE_WAIT_MS, LINK_HERE_MS, LINK_SILENCE_MS,
};
use mesh_model::refuse::invalid;
use mesh_model::{Effect, ErrorCode, PublicKey, Refusal};
use mesh_proof::statement;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, frame::coding::CloseCode};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::bucket::{Bucket, Rate};
use super::gate::Counted;
use super::hub::{Out, Seat};
use super::metrics::Reason;
use super::{Relay, stopped};
use crate::envelope::{ENVELOPE_BYTES_MAX, Envelope};
use crate::net;
use crate::words::{
    self, Challenge, Hello, Nothing, Said, Told, Undelivered, VERSIONS, Welcome, Why,
};

/// A node that does not take what it is sent for so long is gone.
const WRITE_WAIT: Duration = Duration::from_secs(10);
/// How long a node has to take the last word and to hang up.
const FAREWELL_WAIT: Duration = Duration::from_secs(2);
/// Written at a time before the socket is flushed.
const BATCH: usize = 64;
const FRAMES: Rate = Rate::new(
    INTERCHANGE_FRAMES_PER_SECOND as f64,
    INTERCHANGE_FRAMES_PER_SECOND as f64,
);
const BYTES: Rate = Rate::new(
    INTERCHANGE_BYTES_PER_SECOND as f64,
    INTERCHANGE_BYTES_PER_SECOND as f64,
);
/// Words are rarer than envelopes, and one that is published is written to the disk.
const WORDS: Rate = Rate::new(1.0, 20.0);

type Socket = WebSocketStream<TcpStream>;
type Ends = Option<Refusal>;

/// Serves a node from the challenge to the end.
pub(super) async fn run(
    relay: &Arc<Relay>,
    stream: TcpStream,
    read: Vec<u8>,
    from: IpAddr,
    coming: Counted,
) {
    let config = Some(net::config(ENVELOPE_BYTES_MAX));
    let mut socket = WebSocketStream::from_partially_read(stream, read, Role::Server, config).await;
    let welcomed = welcome(relay, &mut socket, from).await;
    drop(coming);
    match welcomed {
        Ok((seat, counted, out)) => {
            serve(relay, socket, &seat, out).await;
            relay.hub.leave(&seat);
            drop(counted);
        }
        Err(Some(refusal)) => {
            relay.count_refusal(&refusal);
            let word = words::write(&Told::Refused(Box::new(refusal.problem())));
            let _ = timeout(WRITE_WAIT, async {
                socket.send(Message::text(word)).await?;
                socket.close(None).await
            })
            .await;
        }
        Err(None) => {}
    }
}

/// The challenge and its answer. Without a refusal whoever it was went away.
async fn welcome(
    relay: &Arc<Relay>,
    socket: &mut Socket,
    from: IpAddr,
) -> Result<(Arc<Seat>, Counted, mpsc::UnboundedReceiver<Out>), Ends> {
    let nonce = nonce().map_err(Some)?;
    let challenge = Told::Challenge(Challenge {
        versions: VERSIONS.to_vec(),
        key: relay.key(),
        nonce,
        secret: relay.gate.asks_secret(),
    });
    say(socket, &challenge).await.ok_or(None)?;
    let wait = Duration::from_millis(LINK_HANDSHAKE_WAIT_MS);
    let Ok(heard) = timeout(wait, socket.next()).await else {
        return Err(Some(no_hello()));
    };
    let hello = match heard {
        Some(Ok(Message::Text(text))) if text.len() <= INTERCHANGE_WORD_BYTES_MAX => {
            match words::read(&text) {
                Some(Said::Hello(hello)) => hello,
                _ => return Err(Some(no_hello())),
            }
        }
        Some(Ok(_)) => return Err(Some(no_hello())),
        _ => return Err(None),
    };
    check(relay.key(), nonce, &hello).map_err(Some)?;
    let admitted = relay.gate.admit(from, hello.key, hello.secret.as_deref());
    let counted = admitted.await.map_err(Some)?;
    let name = relay
        .name(from, hello.key, hello.name)
        .await
        .map_err(Some)?;
    let (seat, out) = relay.hub.seat(hello.key, from).map_err(Some)?;
    let Some(()) = say(socket, &Told::Welcome(Welcome { name })).await else {
        relay.hub.leave(&seat);
        return Err(None);
    };
    Ok((seat, counted, out))
}

/// Whether the hello is by whoever holds the key it shows, for this connection to this interchange.
fn check(own: PublicKey, nonce: PublicKey, hello: &Hello) -> Result<(), Refusal> {
    if !VERSIONS.contains(&hello.version) {
        return Err(invalid(
            "this interchange speaks no such version",
            "use a program that speaks one of the versions in its challenge",
        ));
    }
    let (interchange, nonce, key) = (own.to_string(), nonce.to_string(), hello.key.to_string());
    let name = hello.name.as_deref().unwrap_or_default();
    let said = statement::interchange(&interchange, &nonce, VERSIONS, hello.version, &key, name);
    let mut sig = [0; 64];
    let proved = hex::decode_to_slice(&hello.proof, &mut sig).is_ok()
        && statement::verify(&hello.key.0, &said, &sig);
    if !proved {
        return Err(Refusal::new(
            ErrorCode::BadSignature,
            "the hello is not signed by the key that it shows, for this challenge",
            Effect::NothingDone,
            "sign the statement mesh-interchange/1 with the node's key",
        ));
    }
    Ok(())
}

fn nonce() -> Result<PublicKey, Refusal> {
    // 32 bytes in hexadecimal, as keys are written.
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|why| {
        Refusal::new(
            ErrorCode::Internal,
            format!("no challenge can be drawn: {why}"),
            Effect::NothingDone,
            "try again later",
        )
    })?;
    Ok(PublicKey(bytes))
}

fn no_hello() -> Refusal {
    Refusal::new(
        ErrorCode::OutOfTurn,
        "the first word of a node is its hello, within ten seconds",
        Effect::NothingDone,
        "answer the challenge",
    )
}

async fn say(socket: &mut Socket, word: &Told) -> Option<()> {
    let sent = timeout(WRITE_WAIT, socket.send(Message::text(words::write(word)))).await;
    sent.ok()?.ok()
}

async fn serve(
    relay: &Arc<Relay>,
    socket: Socket,
    seat: &Arc<Seat>,
    out: mpsc::UnboundedReceiver<Out>,
) {
    let (mut sink, mut frames) = socket.split();
    let mut stopping = relay.stopping.subscribe();
    let ends = tokio::select! {
        ends = reading(relay, &mut frames, seat) => ends,
        ends = writing(&mut sink, out, &mut stopping) => ends,
    };
    let code = if *relay.stopping.borrow() {
        CloseCode::Restart
    } else if ends.is_some() {
        CloseCode::Policy
    } else {
        CloseCode::Normal
    };
    if let Some(refusal) = &ends {
        relay.count_refusal(refusal);
        tracing::info!(node = %seat.key, why = %refusal, "a node's connection was ended");
    }
    let last = ends.map(|refusal| words::write(&Told::Refused(Box::new(refusal.problem()))));
    let farewell = async {
        if let Some(last) = last {
            sink.send(Message::text(last)).await?;
        }
        let reason = "".into();
        let close = Message::Close(Some(CloseFrame { code, reason }));
        sink.send(close).await?;
        // A connection that is dropped with something unread in it takes back what is still on its way.
        while frames.next().await.is_some_and(|frame| frame.is_ok()) {}
        Ok::<_, WsError>(())
    };
    let _ = timeout(FAREWELL_WAIT, farewell).await;
}

async fn writing(
    sink: &mut SplitSink<Socket, Message>,
    mut out: mpsc::UnboundedReceiver<Out>,
    stopping: &mut tokio::sync::watch::Receiver<bool>,
) -> Ends {
    let mut batch = Vec::new();
    let mut draining = false;
    loop {
        let idle = Duration::from_millis(LINK_HERE_MS);
        let count = tokio::select! {
            biased;
            count = out.recv_many(&mut batch, BATCH) => count,
            () = stopped(stopping), if !draining => {
                draining = true;
                let word = words::write(&Told::Draining(Nothing {}));
                write(sink, [Message::text(word)]).await?;
                continue;
            }
            // Everything that was taken is out.
            () = std::future::ready(()), if draining => return None,
            () = sleep(idle) => {
                write(sink, [Message::Ping(Bytes::new())]).await?;
                continue;
            }
        };
        if count == 0 {
            return None;
        }
        let mut ends = None;
        // Room is given back once everything of the batch is written.
        let mut rooms = Vec::with_capacity(batch.len());
        let mut messages = Vec::with_capacity(batch.len());
        for item in batch.drain(..) {
            match item {
                Out::Envelope(bytes, room) => {
                    messages.push(Message::Binary(bytes));
                    rooms.push(room);
                }
                Out::Word(word, room) => {
                    messages.push(Message::text(word));
                    rooms.push(room);
                }
                Out::End(refusal) => ends = Some(refusal),
            }
        }
        if write(sink, messages).await.is_none() || ends.is_some() {
            return ends;
        }
    }
}

async fn write(
    sink: &mut SplitSink<Socket, Message>,
    messages: impl IntoIterator<Item = Message>,
) -> Option<()> {
    let written = timeout(WRITE_WAIT, async {
        for message in messages {
            sink.feed(message).await?;
        }
        sink.flush().await
    });
    written.await.ok()?.ok()
}

async fn reading(relay: &Arc<Relay>, frames: &mut SplitStream<Socket>, seat: &Arc<Seat>) -> Ends {
    let now = Instant::now();
    let (mut frame_rate, mut byte_rate, mut word_rate) =
        (Bucket::full(now), Bucket::full(now), Bucket::full(now));
    let shared = relay.shared(seat.address);
    loop {
        let silence = Duration::from_millis(LINK_SILENCE_MS);
        let Ok(Some(Ok(message))) = timeout(silence, frames.next()).await else {
            return None;
        };
        let now = Instant::now();
        let wait = match message {
            Message::Binary(bytes) => {
                let much = bytes.len() as f64;
                if let Err(refusal) = relay_one(relay, seat, &bytes).await {
                    return Some(refusal);
                }
                let all = shared.take(much, now);
                let own = frame_rate.take(FRAMES, 1.0, now);
                own.max(byte_rate.take(BYTES, much, now)).max(all)
            }
            Message::Text(text) => {
                if let Err(refusal) = relay.hear(seat, &text).await {
                    relay.count_refusal(&refusal);
                    seat.tell(Told::Refused(Box::new(refusal.problem())));
                }
                word_rate.take(WORDS, 1.0, now)
            }
            Message::Close(_) => return None,
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {
                word_rate.take(WORDS, 0.1, now)
            }
        };
        if !wait.is_zero() {
            relay.metrics.slowed.inc();
            sleep(wait).await;
        }
    }
}

async fn relay_one(relay: &Relay, seat: &Seat, bytes: &[u8]) -> Result<(), Refusal> {
    let envelope = Envelope::read(bytes).filter(|envelope| envelope.from == seat.key);
    let envelope = envelope.ok_or_else(|| {
        invalid(
            "that is no envelope of this node's",
            "send envelopes of version 1 from the key that was proved",
        )
    })?;
    let to = envelope.to;
    let put = match (envelope.by(relay.key()), relay.hub.find(to)) {
        _ if envelope.went_by(relay.key()) => Err(Why::Loop),
        (None, _) => Err(Why::Loop),
        (Some(_), None) => Err(Why::Gone),
        (Some(next), Some(other)) => other.put(next).await,
    };
    match put {
        Ok(()) => {
            relay.metrics.relayed.inc();
            relay.metrics.bytes.inc_by(bytes.len() as u64);
        }
        Err(why) => {
            let name = match why {
                Why::Gone => "gone",
                Why::Full => "full",
                Why::Loop => "loop",
            };
            relay
                .metrics
                .undelivered
                .get_or_create(&Reason { why: name })
                .inc();
            seat.tell(Told::Undelivered(Undelivered { to, why }));
        }
    }
    Ok(())
}

/// What all nodes of an address have sent together.
pub(super) struct Shared(std::sync::Mutex<(Bucket, Bucket)>);

impl Shared {
    pub fn new(now: Instant) -> Shared {
        Shared(std::sync::Mutex::new((
            Bucket::full(now),
            Bucket::full(now),
        )))
    }

    fn take(&self, bytes: f64, now: Instant) -> Duration {
        let share = f64::from(INTERCHANGE_ADDRESS_SHARE);
        let much = |rate: Rate| Rate::new(rate.per_second * share, rate.burst * share);
        let mut both = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let frames = both.0.take(much(FRAMES), 1.0, now);
        frames.max(both.1.take(much(BYTES), bytes, now))
    }
}
