//! Who asks whom: one request's caller, the agent, room or node that it is made to, and the door between them.

use std::sync::Arc;

use mesh_model::api::{
    ApprovalListInput, ApprovalView, NoInput, Participant, ParticipantRefInput, Room, RoomRefInput,
    TaskDetail, TaskRefInput, TaskView,
};
use mesh_model::events::{Kind as Sort, RoomKind, TaskState};
use mesh_model::ops::{
    ApprovalList, Operation, ParticipantGet, ParticipantStanding, RoomGet, RoomList, TaskGet,
};
use mesh_model::{Actor, Capability, ParticipantId, Refusal, TaskId, refuse};
use mesh_ops::{Caller, Options, Uploaded};
use sha1::{Digest, Sha1};

use super::fault::{Fault, Kind};
use super::hex;
use super::wire::Message;
use crate::caller;
use crate::edge::Edge;

/// What stands in the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Node,
    Agent(String),
    Room(String),
}

impl Target {
    /// Its address below the node's.
    pub fn path(&self) -> String {
        match self {
            Target::Node => "/a2a".to_owned(),
            Target::Agent(handle) => format!("/a2a/agents/{handle}"),
            Target::Room(name) => format!("/a2a/rooms/{name}"),
        }
    }
}

/// The one that is asked, as the caller may know it.
pub(super) enum Whom {
    Node,
    Agent(Box<Participant>),
    Room(Box<Room>),
}

/// One request.
pub(super) struct Asking {
    pub edge: Arc<Edge>,
    pub caller: Caller,
    pub options: Options,
    /// The node's address as the caller knows it.
    pub address: String,
    pub target: Target,
}

impl Asking {
    /// Calls an operation with the caller's own credential.
    pub async fn call<O: Operation>(&self, input: O::Input) -> Result<O::Output, Refusal> {
        self.call_once::<O>(input, None).await
    }

    /// The same under an idempotency key.
    pub async fn call_once<O: Operation>(
        &self,
        input: O::Input,
        key: Option<String>,
    ) -> Result<O::Output, Refusal> {
        self.call_with::<O>(input, key, None).await
    }

    /// The same with bytes beside it.
    pub async fn call_with<O: Operation>(
        &self,
        input: O::Input,
        key: Option<String>,
        upload: Option<Uploaded>,
    ) -> Result<O::Output, Refusal> {
        let broken = |_| refuse::internal("an operation's input or output could not be written");
        let input = serde_json::to_value(&input).map_err(broken)?;
        let options = Options {
            key,
            upload,
            ..self.options.clone()
        };
        let name = O::DECLARATION.name;
        let reply = caller::call(&self.edge, "a2a", &self.caller, name, input, options).await?;
        serde_json::from_slice(&reply.body).map_err(broken)
    }

    /// The idempotency key of a message: the same for the same one, sent to the same address. Who gives another message
    /// the same id has not sent it again.
    pub fn key(&self, message: &Message) -> String {
        let mut hash = Sha1::new();
        hash.update(self.target.path());
        hash.update([0]);
        // A message is texts and values: it always serialises.
        hash.update(serde_json::to_vec(message).unwrap_or_default());
        format!("a2a-{}", hex(&hash.finalize()))
    }

    /// The participant that asks.
    pub fn me(&self) -> Result<ParticipantId, Refusal> {
        let me = self.caller.actor.and_then(Actor::participant);
        me.ok_or_else(refuse::unauthenticated)
    }

    /// Finds out who is asked. One that the caller may not know of is not there.
    pub async fn whom(&self) -> Result<Whom, Refusal> {
        match &self.target {
            Target::Node => Ok(Whom::Node),
            Target::Agent(handle) => {
                let input = ParticipantRefInput {
                    participant: handle.clone(),
                };
                let found = self.call::<ParticipantGet>(input).await?;
                if found.kind == Sort::Human {
                    return Err(refuse::no_participant());
                }
                Ok(Whom::Agent(Box::new(found)))
            }
            Target::Room(name) => {
                let input = RoomRefInput { room: name.clone() };
                let found = self.call::<RoomGet>(input).await?;
                Ok(Whom::Room(Box::new(found)))
            }
        }
    }

    /// The room in which a message becomes a task: the one that its context names, else by a rule.
    pub async fn room(&self, whom: &Whom, context: &str) -> Result<String, Fault> {
        match whom {
            Whom::Room(room) => {
                let fits = context.is_empty()
                    || room.id.to_string() == context
                    || room.name.as_deref() == Some(context);
                if fits {
                    return Ok(room.id.to_string());
                }
                Err(Fault::field(
                    "message.contextId",
                    "it names another room than the address",
                    "leave it out: the address says the room",
                ))
            }
            _ if !context.is_empty() => Ok(context.to_owned()),
            Whom::Node => Err(Fault::field(
                "message.contextId",
                "the node itself needs to be told a room",
                "send a room's id, or ask an agent or a room by its own address",
            )),
            Whom::Agent(agent) => self.common_room(agent).await,
        }
    }

    /// Of the rooms in which the caller speaks and the agent executes, the one in which the fewest read along; of
    /// several the oldest.
    async fn common_room(&self, agent: &Participant) -> Result<String, Fault> {
        let input = ParticipantRefInput {
            participant: agent.id.to_string(),
        };
        let standing = self.call::<ParticipantStanding>(input).await?;
        let executes: Vec<_> = standing
            .rooms
            .iter()
            .filter(|room| room.member && room.capabilities.has(Capability::Execute))
            .map(|room| room.room)
            .collect();
        let mine = self.call::<RoomList>(NoInput {}).await?.items;
        let fits = |room: &&Room| {
            room.member
                && !room.archived
                && room.kind != RoomKind::Direct
                && room.capabilities.has(Capability::Speak)
                && executes.contains(&room.id)
        };
        let found = mine
            .iter()
            .filter(fits)
            .min_by_key(|room| (room.members, room.id));
        found.map(|room| room.id.to_string()).ok_or_else(|| {
            Fault::new(
                Kind::Unsupported,
                "there is no room in which you may speak and this agent may execute",
                "join a room that it works in, or name one as contextId; `mesh work --join ROOM --yes` makes it work there",
            )
        })
    }

    /// A task by the id that a client sent, if it is one of those that are asked of here.
    pub async fn task(&self, whom: &Whom, id: &str) -> Result<TaskDetail, Fault> {
        let id: TaskId = id.parse().map_err(|_| Fault::no_task())?;
        let found = self.read(id).await?;
        let attempts = &found.attempts;
        let tried = |agent: &Participant| {
            let mut workers = attempts
                .iter()
                .filter_map(|attempt| attempt.worker.as_ref());
            workers.any(|worker| worker.id == agent.id)
        };
        let here = is_of(whom, &found.task) || matches!(whom, Whom::Agent(agent) if tried(agent));
        here.then_some(found).ok_or_else(Fault::no_task)
    }

    /// A task by its id.
    pub async fn read(&self, task: TaskId) -> Result<TaskDetail, Fault> {
        let found = self.call::<TaskGet>(TaskRefInput { task }).await;
        found.map_err(Fault::of_task)
    }

    /// The question that a task waits for an answer to, if the caller may give it.
    pub async fn question(&self, task: &TaskView) -> Result<Option<ApprovalView>, Refusal> {
        if task.state != TaskState::Blocked {
            return Ok(None);
        }
        let mut all = self.questions().await?.into_iter();
        Ok(all.find(|question| question.task == Some(task.id)))
    }

    /// The questions that the caller may answer.
    pub async fn questions(&self) -> Result<Vec<ApprovalView>, Refusal> {
        let input = ApprovalListInput {
            mine: true,
            ..ApprovalListInput::default()
        };
        Ok(self.call::<ApprovalList>(input).await?.items)
    }
}

/// Whether a task is one of those that are asked of at this address, as far as lists show.
pub(super) fn is_of(whom: &Whom, task: &TaskView) -> bool {
    match whom {
        Whom::Node => true,
        Whom::Room(room) => task.room == room.id,
        Whom::Agent(agent) => {
            let assigned = task.assigned.as_ref().map(|it| it.id);
            let attempt = task.attempt.as_ref().map(|it| it.worker);
            let result = task.result.as_ref().map(|it| it.worker.id);
            [assigned, attempt, result].contains(&Some(agent.id))
        }
    }
}
