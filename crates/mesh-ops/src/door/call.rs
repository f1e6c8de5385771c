//! One call under way: who asks, what was known when it came, and how it submits commands.

use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use mesh_core::Access;
use mesh_model::api::Done;
use mesh_model::command::{Content, ScheduleCommand};
use mesh_model::events::CommandKey;
use mesh_model::ops::{Declaration, Needs};
use mesh_model::{
    ActHash, Actor, Command, Effect, Millis, ParticipantId, Permission, Refusal, ScheduleId, Seq,
    SessionId, Within, refuse,
};
use mesh_node::machine::Seen;
use mesh_node::{Outcome, Pin, Wait};
use serde::Serialize;

use crate::door::Door;
use crate::door::request::part_of;
use crate::door::turns::Turn;
use crate::ops::file::Uploaded;

/// What a transport knows about a call besides its input.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The idempotency key, if it came beside the input.
    pub key: Option<String>,
    /// The place that a read waits for, if it came beside the input.
    pub min_seq: Option<Seq>,
    /// The session by which the call came.
    pub session: Option<SessionId>,
    /// The address it came from; absent for what needs no network.
    pub address: Option<IpAddr>,
    /// The secret that the page in this browser keeps, if it has one.
    pub page_key: Option<String>,
    /// What the browser calls itself.
    pub agent: Option<String>,
    /// The command's place among those of its connection, if their order counts.
    pub turn: Option<Turn>,
    /// Bytes that came beside the input.
    pub upload: Option<Uploaded>,
}

/// A change to the browser's cookie `mesh_session`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cookie {
    /// Set it.
    Set {
        /// Its value.
        secret: String,
        /// What the page keeps and shows beside it.
        page_key: String,
        /// How long it lasts, milliseconds.
        lasts_ms: u64,
    },
    /// Remove it.
    Clear,
}

/// What came of a call besides its output.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Whether the writer was asked under the call's own key.
    pub asked: bool,
    pub seq: Option<Seq>,
    pub replayed: bool,
    pub cookie: Option<Cookie>,
    /// What the request calls the tasks it creates: the log does not know it.
    pub keys: Vec<Option<String>>,
    /// What came of the schedule for which it acts.
    pub ran: Option<Outcome>,
}

/// One call under way.
pub struct Call {
    /// Who is who and who may what, as of the call's arrival.
    pub(crate) access: Arc<Access>,
    /// Who asks; [`Actor::Invite`] and [`Actor::Node`] never come by this way.
    pub(crate) actor: Actor,
    /// Whether nobody signed in; then `actor` means nothing.
    pub(crate) anonymous: bool,
    /// The signed-in browser by which the call came.
    pub(crate) browser: Option<u64>,
    pub(crate) declaration: &'static Declaration,
    pub(crate) options: Options,
    /// The idempotency key as it was sent: signatures cover it.
    pub(crate) sent_key: Option<String>,
    /// The idempotency key, hashed.
    pub(crate) key: Option<CommandKey>,
    /// The moment it came.
    pub(crate) now: Millis,
    /// The log's end at that moment.
    pub(crate) head: Seq,
    pub(crate) notes: Mutex<Notes>,
    /// What it gives a program to read.
    pub(crate) seen: Seen,
    /// The hash of operation and input, if a person has answered an act of the caller.
    pub(crate) act: Option<ActHash>,
    /// The schedule for which it acts, and the time; without one its owner wants it now.
    pub(crate) schedule: Option<(ScheduleId, Option<Millis>)>,
}

/// A content's exact JSON.
pub(crate) fn content<T: Serialize>(value: &T) -> Result<Content, Refusal> {
    let json = serde_json::value::to_raw_value(value);
    json.map(Some)
        .map_err(|_| refuse::internal("the content could not be written as JSON"))
}

fn broke_off() -> Refusal {
    refuse::internal("the writer's answer was lost").so(Effect::told("it may be stored or not"))
}

impl Call {
    /// The participant that asks.
    pub(crate) fn me(&self) -> Result<ParticipantId, Refusal> {
        self.actor
            .participant()
            .filter(|_| !self.anonymous)
            .ok_or_else(refuse::unauthenticated)
    }

    /// Whether the caller holds a permission.
    pub(crate) fn has(&self, permission: Permission) -> bool {
        !self.anonymous && self.access.permissions(&self.actor).has(permission)
    }

    /// Submits a command under the call's key.
    pub(crate) async fn submit(&self, door: &Door, command: Command) -> Result<Outcome, Refusal> {
        let command = match self.schedule {
            Some((schedule, due)) => Command::Schedule(ScheduleCommand::Run {
                schedule,
                due,
                act: Box::new(command),
            }),
            None => command,
        };
        let sent = self.send(door, self.actor, self.key, command);
        self.pass_turn();
        let outcome = self.heard(sent.await?);
        if self.schedule.is_some() {
            self.notes().ran = Some(outcome);
        }
        Ok(outcome)
    }

    /// Submits a command under the call's key that names bytes, which stay pinned until it is known what came of it, also if
    /// nobody waits for that any more.
    pub(crate) async fn submit_pinned(
        &self,
        door: &Door,
        command: Command,
        pin: Pin,
    ) -> Result<Outcome, Refusal> {
        let node = Arc::clone(door.node());
        let sent = self.send(door, self.actor, self.key, command);
        self.pass_turn();
        let (tell, told) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let outcome = sent.await;
            // Whoever asked may be gone.
            let _ = tell.send(outcome.clone());
            node.release(pin, &outcome).await;
        });
        let outcome = told.await.unwrap_or_else(|_| Err(broke_off()))?;
        Ok(self.heard(outcome))
    }

    /// Submits one of several commands of the call, each under a key of its own; the first (0) under
    /// the call's.
    pub(crate) async fn submit_part(
        &self,
        door: &Door,
        part: u32,
        command: Command,
    ) -> Result<Outcome, Refusal> {
        let sent = self.send(door, self.actor, self.key_of(part), command);
        self.pass_turn();
        Ok(self.heard(sent.await?))
    }

    /// Submits several commands of the call together, each under the key of its number: they are decided in their
    /// order and stored by one sync. Each is answered for itself.
    pub(crate) async fn submit_parts(
        &self,
        door: &Door,
        commands: Vec<(u32, Command)>,
    ) -> Result<Vec<Result<Outcome, Refusal>>, Refusal> {
        self.notes().asked |= self.key.is_some() && commands.iter().any(|(part, _)| *part == 0);
        let keyed = commands.into_iter();
        let keyed = keyed.map(|(part, command)| (command, self.key_of(part)));
        let (node, requires) = (door.node(), self.requires());
        let answers = node.submit_all(keyed.collect(), self.actor, requires, self.within());
        self.pass_turn();
        let heard = answers.await?.into_iter();
        Ok(heard
            .map(|answer| answer.map(|outcome| self.heard(outcome)))
            .collect())
    }

    fn key_of(&self, part: u32) -> Option<CommandKey> {
        self.key
            .map(|key| if part == 0 { key } else { part_of(key, part) })
    }

    /// Submits a command that is the same however often it is sent. It may come before what was asked for, so the
    /// connection's next command goes on waiting.
    pub(crate) async fn submit_unkeyed(
        &self,
        door: &Door,
        command: Command,
    ) -> Result<Outcome, Refusal> {
        let sent = self.send(door, self.actor, None, command);
        Ok(self.heard(sent.await?))
    }

    /// Submits a command as somebody else than the caller: who holds an invite.
    pub(crate) async fn submit_as(
        &self,
        door: &Door,
        actor: Actor,
        command: Command,
    ) -> Result<Outcome, Refusal> {
        let sent = self.send(door, actor, None, command);
        Ok(self.heard(sent.await?))
    }

    /// The command stands in the writer's queue when this returns.
    fn send(
        &self,
        door: &Door,
        actor: Actor,
        key: Option<CommandKey>,
        command: Command,
    ) -> impl Future<Output = Result<Outcome, Refusal>> + Send + use<> {
        self.notes().asked |= key.is_some() && key == self.key;
        let node = door.node();
        let (requires, within) = (self.requires(), self.within());
        node.submit_within(command, actor, requires, key, within)
    }

    /// By which context the call comes.
    pub(crate) fn within(&self) -> Within {
        Within {
            session: self.options.session,
            act: self.act,
        }
    }

    fn requires(&self) -> Option<Permission> {
        match self.declaration.needs {
            Needs::Permission(permission) => Some(permission),
            Needs::Nothing | Needs::Credential | Needs::Owner => None,
        }
    }

    /// Submits a command under the call's key that waits if there is nothing for it. What comes of it is to be
    /// [`Call::heard`].
    pub(crate) fn submit_waiting(&self, door: &Door, command: Command) -> Result<Wait, Refusal> {
        self.notes().asked |= self.key.is_some();
        let node = door.node();
        let (requires, within) = (self.requires(), self.within());
        let wait = node.submit_waiting(command, self.actor, requires, self.key, within);
        self.pass_turn();
        wait
    }

    /// Lets the connection's next command begin: this one has its place in the writer's queue, or what it does first
    /// takes long and has no order.
    pub(crate) fn pass_turn(&self) {
        if let Some(turn) = &self.options.turn {
            turn.pass();
        }
    }

    /// Notes what came of a command.
    pub(crate) fn heard(&self, outcome: Outcome) -> Outcome {
        let mut notes = self.notes();
        notes.seq = notes.seq.max(Some(outcome.last()));
        notes.replayed |= outcome.replayed;
        outcome
    }

    /// Submits a command that needs no more of an answer than its place.
    pub(crate) async fn done(&self, door: &Door, command: Command) -> Result<Done, Refusal> {
        let outcome = self.submit(door, command).await?;
        Ok(Done {
            seq: outcome.last(),
        })
    }

    /// The same for one of several commands.
    pub(crate) async fn done_part(
        &self,
        door: &Door,
        part: u32,
        command: Command,
    ) -> Result<Done, Refusal> {
        let outcome = self.submit_part(door, part, command).await?;
        Ok(Done {
            seq: outcome.last(),
        })
    }

    pub(crate) fn set_cookie(&self, cookie: Cookie) {
        self.notes().cookie = Some(cookie);
    }

    pub(crate) fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
