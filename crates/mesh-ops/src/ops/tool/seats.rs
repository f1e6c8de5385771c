//! Who runs a server of tools at this moment, and the calls that are under way at it. Nothing of it is kept: a call that
//! nobody answers is over when its caller goes, when its time is, or when the server is away.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mesh_model::api::{ParticipantRef, ToolServed};
use mesh_model::limits::{REQUEST_BYTES_MAX, TOOL_CALLS_OF_ONE_MAX, TOOL_CALLS_OF_SERVER_MAX};
use mesh_model::{Effect, ErrorCode, ParticipantId, Refusal};
use serde_json::{Map, Value};
use tokio::sync::{Notify, oneshot};

use super::Told;

/// The servers that are here.
#[derive(Default)]
pub(crate) struct Seats(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// Of the latest call.
    call: u64,
    seats: HashMap<String, Seat>,
}

struct Seat {
    by: ParticipantId,
    /// Questions for calls that wait.
    waiting: usize,
    /// Counts the signs of life.
    life: u64,
    calls: BTreeMap<u64, UnderWay>,
    /// Calls that were handed out and that nobody waits for any more.
    gone: Vec<u64>,
    wake: Arc<Notify>,
}

struct UnderWay {
    caller: ParticipantId,
    /// What is asked, until it is handed out.
    asked: Option<Asked>,
    reply: oneshot::Sender<Result<Told, String>>,
}

/// What is asked of a server.
pub(super) struct Asked {
    pub call: u64,
    pub tool: String,
    pub input: Map<String, Value>,
    pub by: ParticipantRef,
}

/// What there is to do.
#[derive(Default)]
pub(super) struct Work {
    pub calls: Vec<Asked>,
    pub gone: Vec<u64>,
}

impl Seats {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this participant runs the server now.
    pub fn is_online(&self, server: &str, by: ParticipantId) -> bool {
        self.lock()
            .seats
            .get(server)
            .is_some_and(|seat| seat.by == by)
    }

    /// Somebody who runs the server asks for calls. Gives what wakes it, and whether it came just now.
    pub(super) fn sit(&self, server: &str, by: ParticipantId) -> (Arc<Notify>, bool) {
        let mut inner = self.lock();
        let known = inner.seats.get(server).is_some_and(|seat| seat.by == by);
        if !known {
            // Whoever had the name before has it no more: its calls are over.
            inner.seats.remove(server);
        }
        let seat = inner
            .seats
            .entry(server.to_owned())
            .or_insert_with(|| Seat {
                by,
                waiting: 0,
                life: 0,
                calls: BTreeMap::new(),
                gone: Vec::new(),
                wake: Arc::default(),
            });
        seat.waiting += 1;
        seat.life += 1;
        (Arc::clone(&seat.wake), !known)
    }

    /// It waits no more. Gives the sign of life after which nothing must have come for it to be away; none if others wait.
    pub(super) fn rise(&self, server: &str, by: ParticipantId) -> Option<u64> {
        let mut inner = self.lock();
        let seat = inner.seats.get_mut(server).filter(|seat| seat.by == by)?;
        seat.waiting = seat.waiting.saturating_sub(1);
        (seat.waiting == 0).then_some(seat.life)
    }

    /// The server is away, unless there was a sign of life since. What was under way is over.
    pub(super) fn leave(&self, server: &str, by: ParticipantId, life: u64) -> bool {
        let mut inner = self.lock();
        let is_over = inner
            .seats
            .get(server)
            .is_some_and(|seat| seat.by == by && seat.waiting == 0 && seat.life == life);
        is_over && inner.seats.remove(server).is_some()
    }

    /// The server is offered no more, whoever waits.
    pub(super) fn close(&self, server: &str) {
        if let Some(seat) = self.lock().seats.remove(server) {
            seat.wake.notify_waiters();
        }
    }

    /// What there is to do, as much as goes into one answer.
    pub(super) fn take(&self, server: &str, by: ParticipantId) -> Work {
        let mut inner = self.lock();
        let Some(seat) = inner.seats.get_mut(server).filter(|seat| seat.by == by) else {
            return Work::default();
        };
        let mut work = Work {
            calls: Vec::new(),
            gone: std::mem::take(&mut seat.gone),
        };
        let mut bytes = 0;
        for under_way in seat.calls.values_mut() {
            if bytes > REQUEST_BYTES_MAX {
                break;
            }
            if let Some(asked) = under_way.asked.take() {
                bytes += serde_json::to_string(&asked.input).map_or(0, |json| json.len());
                work.calls.push(asked);
            }
        }
        work
    }

    /// An answer for whoever waits for it. That one may be gone.
    pub(super) fn answer(&self, server: &str, by: ParticipantId, served: ToolServed) {
        let mut inner = self.lock();
        let Some(seat) = inner.seats.get_mut(server).filter(|seat| seat.by == by) else {
            return;
        };
        // What was not handed out cannot be answered.
        if seat
            .calls
            .get(&served.call)
            .is_none_or(|it| it.asked.is_some())
        {
            return;
        }
        if let Some(under_way) = seat.calls.remove(&served.call) {
            let told = Told {
                text: served.text,
                data: served.data,
            };
            let answer = if served.ok { Ok(told) } else { Err(told.text) };
            let _ = under_way.reply.send(answer);
        }
    }

    /// Asks a server, and waits. Dropping the question ends the call.
    pub(super) async fn ask(
        &self,
        server: &str,
        offerer: ParticipantId,
        tool: &str,
        input: Map<String, Value>,
        by: ParticipantRef,
    ) -> Result<Result<Told, String>, Refusal> {
        let (call, answer) = self.place(server, offerer, tool, input, by)?;
        let _ends = Ends {
            seats: self,
            server,
            call,
        };
        Ok(answer.await.unwrap_or_else(|_| Err(away())))
    }

    fn place(
        &self,
        server: &str,
        offerer: ParticipantId,
        tool: &str,
        input: Map<String, Value>,
        by: ParticipantRef,
    ) -> Result<(u64, oneshot::Receiver<Result<Told, String>>), Refusal> {
        let mut inner = self.lock();
        let all = inner.seats.values().flat_map(|seat| seat.calls.values());
        let own = all.filter(|call| call.caller == by.id).count();
        if own >= TOOL_CALLS_OF_ONE_MAX {
            return Err(busy(format!(
                "you have {TOOL_CALLS_OF_ONE_MAX} calls of offered tools under way"
            )));
        }
        inner.call += 1;
        let call = inner.call;
        let seat = inner.seats.get_mut(server);
        let Some(seat) = seat.filter(|seat| seat.by == offerer) else {
            return Err(super::call::off(
                server,
                "whoever offers it does not run its server now",
            ));
        };
        if seat.calls.len() >= TOOL_CALLS_OF_SERVER_MAX {
            return Err(busy(format!(
                "the server '{server}' has {TOOL_CALLS_OF_SERVER_MAX} calls under way"
            )));
        }
        let (reply, answer) = oneshot::channel();
        let under_way = UnderWay {
            caller: by.id,
            asked: Some(Asked {
                call,
                tool: tool.to_owned(),
                input,
                by,
            }),
            reply,
        };
        seat.calls.insert(call, under_way);
        seat.wake.notify_waiters();
        Ok((call, answer))
    }
}

fn busy(what: String) -> Refusal {
    Refusal::new(
        ErrorCode::Overloaded,
        what,
        Effect::NothingDone,
        "try again when one of them is answered",
    )
}

fn away() -> String {
    "the server of the tool went away before it answered; whether it did anything is unknown"
        .to_owned()
}

/// A call that nobody waits for any more is taken back, or told to the server as gone.
struct Ends<'a> {
    seats: &'a Seats,
    server: &'a str,
    call: u64,
}

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        let mut inner = self.seats.lock();
        let Some(seat) = inner.seats.get_mut(self.server) else {
            return;
        };
        if let Some(under_way) = seat.calls.remove(&self.call)
            && under_way.asked.is_none()
        {
            seat.gone.push(self.call);
            seat.wake.notify_waiters();
        }
    }
}
