//! `tool.serve`: whoever offers tools answers calls and waits for others. Nothing is stored, so an idempotency key changes
//! nothing; as long as somebody asks, the tools can be used.

use std::sync::Arc;
use std::time::Duration;

use super::seats::Work;
use crate::ops::present;
use crate::prelude::*;

use mesh_core::ToolServer;
use mesh_model::Capability;
use mesh_model::limits::{TOOL_QUIET_MS, WAIT_MS_MAX};
use mesh_node::machine::Reader;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::Instant;

impl Run for ToolServe {
    async fn run(door: &Door, call: &Call, input: ToolServeInput) -> Result<ToolWork, Refusal> {
        let (server, me) = (input.server, call.me()?);
        let wait = u64::from(input.wait_ms.unwrap_or_default().min(WAIT_MS_MAX));
        check_own(door, &server, me)?;
        call.pass_turn();
        let seat = Seated::new(door, &server, me);
        for answer in input.answers {
            door.seats().answer(&server, me, answer);
        }
        let until = Instant::now() + Duration::from_millis(wait);
        let mut stopping = door.node().stopping();
        let work = loop {
            // Registered before looking, so that nothing that comes in between is missed.
            let mut woken = std::pin::pin!(seat.wake.notified());
            woken.as_mut().enable();
            let work = door.seats().take(&server, me);
            if !work.calls.is_empty() || !work.gone.is_empty() {
                break work;
            }
            check_own(door, &server, me)?;
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep_until(until) => break door.seats().take(&server, me),
                _ = stopping.wait_for(|stops| *stops) => break Work::default(),
            }
        };
        seat.answered();
        Ok(told(door, call, &server, work))
    }
}

/// The server is offered, and by the caller.
fn check_own(door: &Door, server: &str, me: ParticipantId) -> Result<(), Refusal> {
    let access = door.node().access();
    let own = access.tool_server(server);
    match own {
        Some(own) if own.by == me && !own.withdrawn => Ok(()),
        _ => Err(refuse::not_found(
            "server of tools of yours",
            "offer it with tool.offer; it may have been withdrawn",
        )),
    }
}

/// A call's input goes to the server as it was written: a program that carries it on, not one that reads it.
fn told(door: &Door, call: &Call, server: &str, work: Work) -> ToolWork {
    let access = door.node().access();
    let record = access.tool_server(server);
    let reader = Reader::Carrier(&call.seen);
    if !work.calls.is_empty() {
        reader.note_outside();
    }
    let calls = work.calls.into_iter().map(|asked| {
        let whose = mesh_node::machine::Whose::of(&access, asked.by.id, call.head);
        let heard = reader.hear(&access, &whose, String::new(), Some(asked.input));
        ToolAsked {
            call: asked.call,
            tool: asked.tool,
            input: heard.data.unwrap_or_default(),
            by: present::participant(&access, asked.by.id),
            kin: record.is_some_and(|it| access.stands_with(it.by, asked.by.id)),
            executes: record.is_some_and(|it| {
                let mut rooms = access.tool_rooms(it, asked.by.id).into_iter();
                rooms.any(|room| {
                    access
                        .capabilities(room, asked.by.id)
                        .has(Capability::Execute)
                })
            }),
        }
    });
    ToolWork {
        calls: calls.collect(),
        gone: work.gone,
    }
}

/// Somebody who waits for calls. Whose connection ends is away at once; who was answered, if nothing more comes.
struct Seated {
    door: Door,
    server: String,
    by: ParticipantId,
    wake: Arc<Notify>,
    answered: bool,
}

impl Seated {
    fn new(door: &Door, server: &str, by: ParticipantId) -> Seated {
        let (wake, came) = door.seats().sit(server, by);
        let seated = Seated {
            door: door.clone(),
            server: server.to_owned(),
            by,
            wake,
            answered: false,
        };
        if came {
            announce(door, server, by, true);
        }
        seated
    }

    fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        let Some(life) = self.door.seats().rise(&self.server, self.by) else {
            return;
        };
        let (door, server, by) = (self.door.clone(), std::mem::take(&mut self.server), self.by);
        let leave = move || {
            if door.seats().leave(&server, by, life) {
                announce(&door, &server, by, false);
            }
        };
        match Handle::try_current().ok().filter(|_| self.answered) {
            None => leave(),
            Some(runtime) => {
                runtime.spawn(async move {
                    tokio::time::sleep(Duration::from_millis(TOOL_QUIET_MS)).await;
                    leave();
                });
            }
        }
    }
}

/// Those who may use its tools hear that a server came, or is away.
fn announce(door: &Door, server: &str, by: ParticipantId, online: bool) {
    let access = door.node().access();
    let Some(record) = access.tool_server(server).filter(|record| record.by == by) else {
        return;
    };
    let record: &ToolServer = record;
    let sees = |who| who == by || access.is_server_for(server, record, who);
    door.node().ephemeral().tools(server, by, online, sees);
}
