//! One WebSocket, one task: what the client sends, answers of calls, pushes, pings, the end.

use std::future::{Future, pending};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use mesh_model::limits::{CALLS_IN_FLIGHT_MAX, KEEPALIVE_MS};
use mesh_model::refuse::invalid;
use mesh_model::{Effect, ErrorCode, Refusal, Seq};
use mesh_ops::{LAST_WORDS, Options, Taken, Turns, Wanted};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::Visitor;
use super::codec::{Incoming, Violation};
use super::frames::{self, FrameIn, Subscribe};
use super::hello::{self, Over, Session};
use super::wire::Wire;
use crate::body;
use crate::caller::{self, PeerAddress};
use crate::edge::{Edge, stopped};

/// With this much unsent the client is given nothing more and asked for nothing more: what it is to be
/// pushed waits in its queue, which has a limit.
const UNSENT_BYTES_MAX: usize = 256 * 1024;
/// Pings without any sign of life before the connection counts as dead.
const UNANSWERED_PINGS_MAX: u8 = 2;

/// Why a connection ends.
#[derive(Debug)]
pub(super) enum End {
    /// The client left, or the network did.
    Gone,
    /// With a code and a short reason.
    Closed(u16, &'static str),
    /// It did something after which there is no going on.
    Refused(Refusal),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> End {
        End::Gone
    }
}

impl From<Violation> for End {
    fn from(violation: Violation) -> End {
        End::Refused(match violation {
            Violation::Protocol(what) => return End::Closed(1002, what),
            Violation::TooLarge => body::too_large(),
            Violation::NotUtf8 => invalid("the frame is not UTF-8", "send text as UTF-8"),
            Violation::Binary => invalid("the frame is binary", "send JSON in text frames"),
        })
    }
}

/// Serves a WebSocket to its end.
pub(super) async fn run(
    edge: Arc<Edge>,
    mut wire: Wire,
    visitor: Visitor,
    address: Option<PeerAddress>,
) {
    let _counted = Counted::new(&edge);
    let end = match hello::receive(&edge, &mut wire, visitor, address).await {
        Ok(session) => {
            let mut socket = Socket::new(Arc::clone(&edge), wire, session, address);
            let end = socket.serve().await;
            // What else it holds is let go of before the goodbye, which may take a moment.
            wire = socket.wire;
            end
        }
        Err(end) => end,
    };
    finish(wire, end).await;
}

/// Says why it ends, if there is still somebody to hear it.
async fn finish(mut wire: Wire, end: End) {
    match end {
        End::Gone => {}
        End::Closed(code, reason) => {
            wire.close(code, reason).await;
        }
        End::Refused(refusal) => {
            wire.text(&frames::problem(None, &refusal));
            wire.close(frames::close_code(&refusal), refusal.code.code())
                .await;
        }
    }
}

/// The client did not take what it was sent.
const SLOW: u16 = 4408;
/// Another connection goes on with the session.
pub(super) const TAKEN_OVER: u16 = 4409;

/// The answer of a call in pieces of a frame.
type PendingReply = Pin<Box<dyn Future<Output = Vec<Bytes>> + Send>>;

struct Socket {
    edge: Arc<Edge>,
    wire: Wire,
    session: Session,
    over: Over,
    address: Option<PeerAddress>,
    calls: FuturesUnordered<PendingReply>,
    turns: Turns,
    subscription: Option<mesh_ops::Stream>,
    /// The last event among what was given to the wire and not reported as offered.
    given: Option<Seq>,
    pings: Interval,
    unanswered: u8,
    stopping: watch::Receiver<bool>,
}

/// What woke the task.
enum Woken {
    Readable,
    Writable,
    Answered(Vec<Bytes>),
    Pushed(Result<Taken, Refusal>),
    Ping,
    Ended,
    Over(Refusal),
    Stopping,
}

impl Socket {
    fn new(
        edge: Arc<Edge>,
        wire: Wire,
        (session, over): (Session, Over),
        address: Option<PeerAddress>,
    ) -> Socket {
        let every = Duration::from_millis(KEEPALIVE_MS);
        let mut pings = interval_at(Instant::now() + every, every);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stopping = edge.stopping.clone();
        Socket {
            edge,
            wire,
            session,
            over,
            address,
            calls: FuturesUnordered::new(),
            turns: Turns::default(),
            subscription: None,
            given: None,
            pings,
            unanswered: 0,
            stopping,
        }
    }

    async fn serve(&mut self) -> End {
        loop {
            let step = match self.wake().await {
                Ok(woken) => self.handle(woken).await,
                Err(why) => Err(why.into()),
            };
            if let Err(end) = step.and_then(|()| self.flush()) {
                return end;
            }
        }
    }

    /// Waits for the next thing to do. Dropping what else it waited for loses nothing.
    async fn wake(&mut self) -> io::Result<Woken> {
        let unsent = self.wire.waiting();
        let room = unsent < UNSENT_BYTES_MAX;
        let listen = room && self.calls.len() < CALLS_IN_FLIGHT_MAX;
        tokio::select! {
            readable = self.wire.readable(), if listen => readable.map(|()| Woken::Readable),
            writable = self.wire.writable(), if unsent > 0 => writable.map(|()| Woken::Writable),
            Some(answer) = self.calls.next(), if !self.calls.is_empty() => Ok(Woken::Answered(answer)),
            why = &mut self.over => Ok(Woken::Over(why)),
            taken = next_of(&mut self.subscription), if room => Ok(Woken::Pushed(taken)),
            _ = self.pings.tick() => Ok(Woken::Ping),
            () = self.session.ended() => Ok(Woken::Ended),
            () = stopped(&mut self.stopping) => Ok(Woken::Stopping),
        }
    }

    async fn handle(&mut self, woken: Woken) -> Result<(), End> {
        match woken {
            Woken::Readable => {
                self.wire.read()?;
                while let Some(incoming) = self.wire.next()? {
                    self.unanswered = 0;
                    self.incoming(incoming).await?;
                }
                Ok(())
            }
            Woken::Writable => Ok(()),
            Woken::Answered(answer) => {
                self.wire.text(&answer);
                // What else is ready goes out in the same write.
                while let Some(Some(answer)) =
                    futures_util::FutureExt::now_or_never(self.calls.next())
                {
                    self.wire.text(&answer);
                }
                Ok(())
            }
            Woken::Pushed(Ok(Taken::Frames(frames, last))) => {
                for frame in frames {
                    self.wire.text(&[frame]);
                }
                self.given = self.given.max(Some(last));
                Ok(())
            }
            Woken::Pushed(Ok(Taken::CutOff)) => {
                Err(End::Closed(SLOW, "too slow: subscribe again with `after`"))
            }
            Woken::Pushed(Err(refusal)) => {
                self.subscription = None;
                self.wire.text(&frames::problem(None, &refusal));
                Ok(())
            }
            Woken::Over(refusal) => Err(self.last_words(refusal).await),
            Woken::Ping => self.ping(),
            Woken::Ended => Err(self.session.why()),
            Woken::Stopping => Err(End::Closed(1001, "the node is going down")),
        }
    }

    /// Writes what can be written, and reports what the kernel has taken.
    fn flush(&mut self) -> Result<(), End> {
        self.wire.write()?;
        if self.wire.waiting() == 0
            && let Some(given) = self.given.take()
        {
            self.edge.node.offer(self.session.participant, given);
        }
        Ok(())
    }

    /// Nothing more is pushed or taken in; calls under way are answered, if that is soon.
    async fn last_words(&mut self, refusal: Refusal) -> End {
        self.subscription = None;
        let until = Instant::now() + LAST_WORDS;
        while let Ok(Some(answer)) = tokio::time::timeout_at(until, self.calls.next()).await {
            self.wire.text(&answer);
        }
        End::Refused(refusal)
    }

    fn ping(&mut self) -> Result<(), End> {
        if self.unanswered >= UNANSWERED_PINGS_MAX {
            return Err(End::Gone);
        }
        self.unanswered += 1;
        self.wire.ping();
        Ok(())
    }

    async fn incoming(&mut self, incoming: Incoming) -> Result<(), End> {
        let text = match incoming {
            Incoming::Text(text) => text,
            Incoming::Ping(payload) => {
                self.wire.pong(&payload);
                return Ok(());
            }
            Incoming::Pong => return Ok(()),
            Incoming::Close => return Err(End::Closed(1000, "")),
        };
        match frames::read(&text) {
            Ok(FrameIn::Call { id, call, input }) => self.call(id, call, input),
            Ok(FrameIn::Subscribe { id, subscribe }) => self.subscribe(id, subscribe).await,
            Ok(FrameIn::Hello(_)) => self.wire.text(&frames::problem(None, &second_hello())),
            Err(bad) if bad.fatal => return Err(End::Refused(*bad.refusal)),
            Err(bad) => self.wire.text(&frames::problem(bad.id, &bad.refusal)),
        }
        Ok(())
    }

    fn call(&mut self, id: u64, operation: String, input: Value) {
        let edge = Arc::clone(&self.edge);
        let caller = self.session.caller.clone();
        let options = Options {
            session: Some(self.session.context),
            address: self.address.map(|address| address.0),
            turn: self.turns.next(&operation),
            ..Options::default()
        };
        self.calls.push(Box::pin(async move {
            match caller::call(&edge, "ws", &caller, &operation, input, options).await {
                Ok(reply) => frames::ok(id, reply.body).into(),
                Err(refusal) => frames::problem(Some(id), &refusal).into(),
            }
        }));
    }

    async fn subscribe(&mut self, id: u64, asked: Subscribe) {
        // The old one ends first, so that no event of it comes after the answer.
        self.subscription = None;
        let after = asked.after;
        let wanted = Wanted {
            after,
            rooms: asked.rooms,
            types: asked.types,
            session: Some(self.session.context),
        };
        let address = self.address.map(|address| address.0);
        let begun = self
            .edge
            .door
            .subscribe(&self.session.caller, address, wanted);
        match begun.await {
            Ok(subscription) => {
                let head = match after {
                    None => subscription.position(),
                    Some(_) => self.edge.node.head(),
                };
                self.wire
                    .text(&frames::ok(id, format!("{{\"head\":{head}}}").into_bytes()));
                self.subscription = Some(subscription);
            }
            Err(refusal) => self.wire.text(&frames::problem(Some(id), &refusal)),
        }
    }
}

async fn next_of(subscription: &mut Option<mesh_ops::Stream>) -> Result<Taken, Refusal> {
    match subscription {
        Some(subscription) => subscription.next().await,
        None => pending().await,
    }
}

fn second_hello() -> Refusal {
    Refusal::new(
        ErrorCode::OutOfTurn,
        "hello was said already",
        Effect::told("the connection goes on as it is"),
        "open another connection to be somebody else",
    )
}

/// Counts the WebSocket for as long as it is there.
struct Counted(Arc<Edge>);

impl Counted {
    fn new(edge: &Arc<Edge>) -> Counted {
        edge.node.metrics().connections(1);
        Counted(Arc::clone(edge))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.node.metrics().connections(-1);
    }
}
