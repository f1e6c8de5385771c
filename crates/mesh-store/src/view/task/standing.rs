//! Where a task stands, and how that changes: the same transitions as the core's, see its `work/apply.rs`.

use mesh_model::events::{TaskCreated, TaskState, Urgency};
use mesh_model::{ApprovalId, Millis, ParticipantId, RoomId};
use serde::{Deserialize, Serialize};

use super::read::HeldRow;

/// Why a task is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::view) enum Hold {
    Approval(ApprovalId),
    Person,
}

/// What changes about a task as work goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::view) struct Standing {
    pub state: TaskState,
    pub urgency: Urgency,
    pub priority: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<ParticipantId>,
    pub tries: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<ParticipantId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<HeldRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<ApprovalId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// Whether it needs other tasks.
    pub waits: bool,
    /// Whether it has no worker.
    pub joins: bool,
    /// Whom the plan names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<ParticipantId>,
}

impl Standing {
    pub fn new(facts: &TaskCreated) -> Standing {
        Standing {
            state: TaskState::Waiting,
            urgency: Urgency::Low,
            priority: facts.plan.priority,
            assigned: facts.plan.assigned,
            tries: 0,
            worker: None,
            attempt: None,
            hold: None,
            gate: facts.gate,
            ended_at: None,
            labels: facts.labels.clone(),
            waits: !facts.plan.needs.is_empty(),
            joins: facts.plan.join.is_some(),
            wanted: facts.plan.assigned,
        }
    }

    pub fn resting(&self) -> TaskState {
        match (self.gate, self.waits) {
            (Some(_), _) => TaskState::Blocked,
            (None, true) => TaskState::Waiting,
            (None, false) => TaskState::Queued,
        }
    }

    pub fn queue(&mut self) {
        self.state = TaskState::Queued;
        self.attempt = None;
        self.hold = None;
    }

    pub fn rest(&mut self) {
        match self.resting() {
            TaskState::Queued => self.queue(),
            state => {
                self.state = state;
                self.hold = self.gate.map(Hold::Approval);
            }
        }
    }

    pub fn begin_again(&mut self) {
        self.ended_at = None;
        self.assigned = self.wanted;
        self.rest();
    }

    pub fn end(&mut self, state: TaskState, at: Millis) {
        self.state = state;
        self.ended_at = Some(at);
        self.attempt = None;
        self.hold = None;
        self.gate = None;
    }

    pub fn block(&mut self) {
        self.hold = Some(Hold::Person);
        self.state = TaskState::Blocked;
    }

    pub fn run(&mut self) {
        if self.state == TaskState::Leased {
            self.state = TaskState::Running;
        }
    }

    /// The question `approval` is off the table.
    pub fn answered(&mut self, approval: ApprovalId, approved: bool) {
        if self.hold == Some(Hold::Approval(approval)) {
            self.hold = None;
        }
        let gated = self.gate == Some(approval);
        if gated && approved {
            self.gate = None;
        }
        if self.state != TaskState::Blocked || self.hold.is_some() {
            return;
        }
        match (&self.attempt, gated && !approved) {
            (Some(_), _) => self.state = TaskState::Running,
            // Its end is the next event.
            (None, true) => {}
            (None, false) => self.rest(),
        }
    }
}
