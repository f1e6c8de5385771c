//! The state of work: tasks, workers, budgets, approvals, templates, leases on paths, and the versions of shared context,
//! files and skills, simulation clocks. Cloning it copies a few pointers, so readers may have it too.
//!
//! What is stored is in the nouns' records; what is looked up by order or time is in `index.rs` and is
//! computed again when a snapshot is read.

mod check;
mod index;
mod snapshot;

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use mesh_model::events::{BudgetScope, TaskPlan, TaskState};
use mesh_model::{
    ApprovalId, MemoryId, Millis, OutputHash, ParticipantId, RoomId, Seq, TaskId, TemplateId,
};
use serde::{Deserialize, Serialize};

pub(crate) use index::{Brief, Due, Index};
use snapshot::Records;

use crate::budget::Spending;
use crate::entity::Claims;
use crate::file::Files;
use crate::schedule::Schedules;
use crate::skill::Skills;
use crate::{Alerts, Approval, Budget, Clock, PathLease, Task, Template, Worker};

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
    pub(crate) leases: OrdMap<RoomId, OrdMap<Seq, Arc<PathLease>>>,
    pub(crate) files: Files,
    pub(crate) skills: Skills,
    pub(crate) schedules: Schedules,
    pub(crate) clocks: OrdMap<RoomId, Clock>,
    pub(crate) alerts: Alerts,
    pub(crate) memories: OrdMap<ParticipantId, OrdSet<MemoryId>>,
    pub(crate) remembered: usize,
    pub(crate) claims: Claims,
    pub(crate) stopped: bool,
    pub(crate) index: Index,
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

    /// What a result of a task with this plan has to be linked to: the links of what it was built on, in the order of its
    /// needs, and of what it looks at; 64 zeros where nothing was signed, or nothing came before.
    pub fn links_before(&self, plan: &TaskPlan) -> Vec<OutputHash> {
        let link = |id: TaskId| self.task(id)?.result.as_ref()?.link;
        let mut links: Vec<OutputHash> = (plan.needs.iter().copied())
            .chain(plan.about)
            .map(|id| link(id).unwrap_or(OutputHash::ZERO))
            .collect();
        if links.is_empty() {
            links.push(OutputHash::ZERO);
        }
        links
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
