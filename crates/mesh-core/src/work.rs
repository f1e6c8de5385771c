//! Everything about work that decisions need: tasks, workers, budgets, approvals, templates and the
//! versions of shared context. Cloning it copies a few pointers, so readers may have it too.
//!
//! * `task.rs` has the rules of tasks, `dispatch.rs` those of workers, `workflow.rs` those by which
//!   tasks wait for one another and for people.
//! * What is stored is in the records; what is looked up by order or time is in `work/index.rs` and
//!   is computed again when a snapshot is read.

mod apply;
mod check;
mod index;
mod snapshot;

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use mesh_model::events::{BudgetScope, Spend, TaskState, Variable};
use mesh_model::{
    ApprovalId, Command, MemoryId, Millis, NewEvent, ParticipantId, Permission, Refusal, RoomId,
    Seq, TaskId, TemplateId,
};
use serde::{Deserialize, Serialize};

pub(crate) use apply::may_settle;
pub(crate) use index::{Brief, Due, Index};
use snapshot::Records;

use crate::actor::Asker;
use crate::dispatch::Worker;
use crate::message;
use crate::recent::Recent;
use crate::record::Room;
use crate::task::{self, Task};
use crate::{State, context, dispatch, memory, refuse, workflow};

pub(crate) type Decision = Result<Vec<NewEvent>, Refusal>;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Records", into = "Records")]
pub struct Work {
    pub(crate) changed: Seq,
    pub(crate) tasks: OrdMap<TaskId, Arc<Task>>,
    pub(crate) workers: OrdMap<ParticipantId, Arc<Worker>>,
    pub(crate) approvals: OrdMap<ApprovalId, Approval>,
    pub(crate) budgets: OrdMap<BudgetScope, Budget>,
    pub(crate) spending: OrdMap<BudgetScope, Spending>,
    pub(crate) templates: OrdMap<TemplateId, Arc<Template>>,
    pub(crate) context: OrdMap<RoomId, OrdMap<Arc<str>, Seq>>,
    pub(crate) memories: OrdMap<ParticipantId, OrdSet<MemoryId>>,
    pub(crate) remembered: usize,
    pub(crate) stopped: bool,
    pub(crate) index: Index,
}

/// A question that waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// Where.
    pub room: RoomId,
    /// Who asks.
    pub from: ParticipantId,
    /// Who is to answer.
    pub to: Option<ParticipantId>,
    /// What is held up.
    pub holds: Option<mesh_model::events::Holds>,
    pub(crate) until_ms: u64,
}

impl Approval {
    /// When it ends without an answer.
    pub fn until(&self) -> Millis {
        Millis(self.until_ms)
    }
}

/// What may be used in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Tokens.
    pub tokens: Option<u64>,
    /// Millionths of the mesh's currency.
    pub micros: Option<u64>,
}

/// What was used on the last day that anything was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spending {
    pub day: u32,
    pub spent: Spend,
    /// The percentage of which a warning was given.
    pub warned: u8,
}

/// A recurring task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// Its name.
    pub name: String,
    /// Its blanks.
    pub variables: Vec<Variable>,
    /// Who made it.
    pub creator: Option<ParticipantId>,
}

/// What the rules about work look at.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub asker: &'a Asker<'a>,
    pub work: &'a Work,
    pub recent: &'a Recent,
}

pub(crate) fn decide(state: &State, asker: &Asker<'_>, command: &Command) -> Decision {
    let desk = Desk {
        asker,
        work: &state.work,
        recent: &state.recent,
    };
    let events = match command {
        Command::Task(command) => task::decide(&desk, command)?,
        Command::Worker(command) => dispatch::decide(&desk, command)?,
        Command::Flow(command) => workflow::decide(&desk, command)?,
        Command::Context(command) => context::decide(&desk, command)?,
        Command::Memory(command) => memory::decide(&desk, command)?,
        Command::RecordTool { .. } => memory::tool_called(command)?,
        Command::Tick => {
            asker.node_only()?;
            return Ok(workflow::tick(&desk));
        }
        _ => Vec::new(),
    };
    Ok(workflow::follow(&desk, events))
}

impl<'a> Desk<'a> {
    /// A task that the asker may know of, and its room.
    pub fn task(&self, id: TaskId) -> Result<(&'a Task, &'a Room), Refusal> {
        let task = self.work.tasks.get(&id).ok_or_else(refuse::no_task)?;
        let room = self
            .asker
            .access
            .room(task.room)
            .ok_or_else(refuse::no_task)?;
        match self.asker.actor.participant() {
            Some(me) if self.asker.access.member_of(room, me).is_none() => Err(refuse::no_task()),
            _ => Ok((task, room)),
        }
    }

    pub fn now(&self) -> Millis {
        self.asker.now
    }

    /// Whether the asker leads work: an operator.
    pub fn check_operator(&self, what: &str) -> Result<(), Refusal> {
        match self.asker.has(Permission::AgentsAdmin) {
            true => Ok(()),
            false => Err(refuse::not_yours(what)),
        }
    }

    /// The mark and whether a person has to look, for words that a worker hands in.
    pub fn guarded(
        &self,
        room: &Room,
        evidence: &mesh_model::command::ContentEvidence,
    ) -> Result<(Option<mesh_model::events::GuardMark>, bool), Refusal> {
        let me = self.asker.me()?;
        let access = self.asker.access;
        let trust = access.trust_of(me, false);
        crate::policy::check_guard(access, room, trust, evidence.guard.as_ref())
    }

    /// Whether a participant may run tasks in a room now.
    pub fn executes(&self, room: &Room, who: ParticipantId) -> bool {
        let moment = crate::policy::Moment {
            now: self.now(),
            kind: None,
        };
        let wanted = mesh_model::Capability::Execute;
        self.asker
            .access
            .decided(room, who, wanted, moment)
            .allows()
    }

    /// The asker may speak in the room, as one who asks others to run something.
    pub fn asking(
        &self,
        room: RoomId,
    ) -> Result<(&'a Room, &'a crate::record::Participant), Refusal> {
        let kind = mesh_model::policy::MessageKind::Command;
        message::speaking(self.asker, room, Some(kind))
    }
}

impl Work {
    /// The last event that changed anything here.
    pub fn changed(&self) -> Seq {
        self.changed
    }

    /// A task: any open one, and the ended ones that are still remembered.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id).map(|task| &**task)
    }

    /// All tasks that are remembered, in the order of their ids.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values().map(|task| &**task)
    }

    /// How many of them stand where.
    pub fn count(&self, state: TaskState) -> u32 {
        self.index.counts[state as usize]
    }

    /// How many of them have not ended.
    pub fn open(&self) -> usize {
        self.tasks.len() - self.index.ended.len()
    }

    /// A worker.
    pub fn worker(&self, id: ParticipantId) -> Option<&Worker> {
        self.workers.get(&id).map(|worker| &**worker)
    }

    /// How many results of this kind were verified, of all workers.
    pub fn verified_of(&self, capability: &str) -> u32 {
        let known = self.index.verified.get(capability).copied();
        known.unwrap_or_default()
    }

    /// All workers, gone ones included, in the order of their ids.
    pub fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.workers.values().map(|worker| &**worker)
    }

    /// An approval that waits for an answer.
    pub fn approval(&self, id: ApprovalId) -> Option<&Approval> {
        self.approvals.get(&id)
    }

    /// All approvals that wait for an answer.
    pub fn approvals(&self) -> impl Iterator<Item = &Approval> {
        self.approvals.values()
    }

    /// A template.
    pub fn template(&self, id: TemplateId) -> Option<&Template> {
        self.templates.get(&id).map(|template| &**template)
    }

    /// The template with this name.
    pub fn template_named(&self, name: &str) -> Option<&Template> {
        self.templates().find(|template| template.name == name)
    }

    /// All templates.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.templates.values().map(|template| &**template)
    }

    /// The version of a value in a room's shared context: where it was set.
    pub fn context(&self, room: RoomId, key: &str) -> Option<Seq> {
        self.context.get(&room)?.get(key).copied()
    }

    /// What a participant remembers.
    pub fn memories(&self, owner: ParticipantId) -> Option<&OrdSet<MemoryId>> {
        self.memories.get(&owner)
    }

    /// How many memories there are in all.
    pub fn memories_all(&self) -> usize {
        self.remembered
    }

    /// Whether all dispatch is stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// When the node has to tick next: at this moment or later there is something to decide.
    pub fn next_due(&self) -> Option<Millis> {
        if !self.index.settle.is_empty() {
            return Some(Millis(0));
        }
        self.index.due.get_min().map(|(at, _)| Millis(*at))
    }
}
