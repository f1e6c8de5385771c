//! A task as the state holds it: no words, only what decisions need.

use mesh_model::events::{Spend, TaskPlan, TaskState, Trust, Urgency, Verdict};
use mesh_model::{ApprovalId, Millis, OutputHash, ParticipantId, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Where it belongs.
    pub room: RoomId,
    /// What is to be done.
    pub plan: TaskPlan,
    /// Who wants it.
    pub creator: Option<ParticipantId>,
    /// How far its words are trusted.
    pub trust: Trust,
    /// The other rooms whose words are in it or in its result.
    pub labels: Vec<RoomId>,
    /// Whether it quotes messages.
    pub(crate) quotes: bool,
    /// Whether somebody who gave it back handed something on.
    pub(crate) partial: bool,
    /// Where in the log it began.
    pub created: Seq,
    pub(crate) created_ms: u64,
    /// Where it stands.
    pub state: TaskState,
    /// How pressing it is.
    pub urgency: Urgency,
    /// Its priority; handoffs raise it.
    pub priority: u8,
    /// Who is to do it; escalation changes it.
    pub assigned: Option<ParticipantId>,
    /// Failed attempts since the last escalation.
    pub failed: u8,
    /// 0: anybody; 1: the parent of a worker; 2: a person.
    pub level: u8,
    /// How often it was handed off.
    pub handoffs: u8,
    /// Attempts in all.
    pub tries: u32,
    pub(crate) last_failed: Option<ParticipantId>,
    /// Who has it.
    pub attempt: Option<Attempt>,
    /// What it waits for when blocked.
    pub hold: Option<Hold>,
    /// The approval without which nobody may take it.
    pub gate: Option<ApprovalId>,
    /// The task that looks at its result.
    pub verifier: Option<TaskId>,
    pub(crate) retry_ms: Option<u64>,
    pub(crate) ready_ms: u64,
    /// Its result, as far as it has one.
    pub result: Option<Box<Outcome>>,
    /// Where in the log it ended.
    pub ended: Option<Seq>,
    /// Needs that have not ended.
    #[serde(skip)]
    pub(crate) open_needs: u16,
    /// One of its needs ended badly.
    #[serde(skip)]
    pub(crate) doomed: bool,
    /// The tasks that wait for this one, sorted.
    #[serde(skip)]
    pub(crate) referrers: Vec<TaskId>,
}

/// A worker's hold on a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// The place in the log where it began; every update shows it.
    pub fence: Seq,
    /// Who.
    pub worker: ParticipantId,
    pub(crate) since_ms: u64,
    pub(crate) until_ms: u64,
    pub(crate) lease_ms: u32,
    /// What is reserved for it.
    pub reserved: Spend,
    /// Pieces of output stored.
    pub parts: u32,
    /// The worker's score when it took it.
    pub score: u32,
    /// The best of the others.
    pub rival: Option<mesh_model::events::Rival>,
}

impl Attempt {
    /// When the lease ends unless it is extended.
    pub fn until(&self) -> Millis {
        Millis(self.until_ms)
    }

    /// When it began.
    pub fn since(&self) -> Millis {
        Millis(self.since_ms)
    }
}

/// Why a task is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Hold {
    /// An approval is asked for.
    Approval(ApprovalId),
    /// A person has to decide.
    Person,
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The attempt that brought it.
    pub fence: Seq,
    /// Who.
    pub worker: ParticipantId,
    /// Percent.
    pub confidence: Option<u8>,
    /// What it says of other work.
    pub verdict: Option<Verdict>,
    /// What later results are linked to.
    pub link: Option<OutputHash>,
    /// Whether somebody else found it good.
    pub verified: Option<bool>,
    /// The task whose result it is, if another's.
    pub chosen: Option<TaskId>,
}

/// The order in which tasks are given out: the smallest goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    /// How far below the highest priority.
    below: u8,
    deadline: u64,
    created: Seq,
}

impl Task {
    /// Priority and urgency together: higher goes first.
    pub fn standing(&self) -> u8 {
        self.priority.saturating_add(self.urgency as u8)
    }

    pub(crate) fn rank(&self) -> Rank {
        Rank {
            below: u8::MAX - self.standing(),
            deadline: self.plan.deadline.map_or(u64::MAX, |at| at.0),
            created: self.created,
        }
    }

    /// The lane in which it is queued.
    pub(crate) fn lane(&self) -> &str {
        self.plan.capability.as_deref().unwrap_or_default()
    }

    /// Where it stands when nobody is at it and nothing went wrong.
    pub(crate) fn resting(&self) -> TaskState {
        match (self.gate, self.plan.needs.is_empty()) {
            (Some(_), _) => TaskState::Blocked,
            (None, false) => TaskState::Waiting,
            (None, true) => TaskState::Queued,
        }
    }

    /// Whether the node itself has something to decide about it.
    pub(crate) fn is_ripe(&self) -> bool {
        match self.state {
            TaskState::Waiting => self.doomed || self.open_needs == 0,
            TaskState::Verifying => self.open_needs == 0,
            _ => false,
        }
    }

    /// When its urgency rises next, and to what.
    pub(crate) fn next_urgency(&self) -> Option<(u64, Urgency)> {
        let deadline = self.plan.deadline?.0;
        if self.state.is_ended() {
            return None;
        }
        let span = deadline.saturating_sub(self.created_ms);
        Some(match self.urgency {
            Urgency::Low => (self.created_ms + span / 2, Urgency::Medium),
            Urgency::Medium => (self.created_ms + span / 10 * 9, Urgency::High),
            Urgency::High => (deadline, Urgency::Critical),
            Urgency::Critical => return None,
        })
    }

    /// The pause before the attempt after the next failure, milliseconds.
    pub(crate) fn backoff_ms(&self) -> u64 {
        let doubled = u64::from(self.plan.backoff_ms) << self.failed.min(20);
        doubled.min(mesh_model::limits::TASK_BACKOFF_MS_MAX)
    }

    /// The tasks whose end changes something here.
    pub(crate) fn waits_for(&self) -> impl Iterator<Item = TaskId> {
        self.plan.needs.iter().copied().chain(self.verifier)
    }
}
