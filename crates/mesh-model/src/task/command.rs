//! Commands about tasks.

use crate::command::{Content, ContentEvidence, Quoted};
use crate::events::{Cost, Provenance, Resolution, Spend, TaskPlan, VariableKind, Verdict};
use crate::ids::{ApprovalId, ParticipantId, RoomId, Seq, TaskId, TemplateId};

/// A task that somebody wants to exist.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Its id.
    pub task: TaskId,
    /// What is to be done.
    pub plan: TaskPlan,
    /// The template it was made from, and the blanks that were filled in with what.
    pub template: Option<(TemplateId, Vec<(String, VariableKind)>)>,
    /// The messages it quotes, as the door read them.
    pub quotes: Vec<Quoted>,
    /// Nobody may take it before this approval is given, by this moment.
    pub gate: Option<Gate>,
    /// What the door found out about its words.
    pub evidence: ContentEvidence,
    /// Its words.
    pub body: Content,
}

/// An approval that a task waits for before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// The approval's id.
    pub approval: ApprovalId,
    /// Who is to answer; absent: any person who moderates the room.
    pub to: Option<ParticipantId>,
    /// How long it waits, milliseconds.
    pub ttl_ms: Option<u64>,
}

/// What a worker hands in.
#[derive(Debug, Clone, Default)]
pub struct TaskResult {
    /// How sure it is, percent.
    pub confidence: Option<u8>,
    /// What it says of the work it was asked to judge.
    pub verdict: Option<Verdict>,
    /// What it cost.
    pub cost: Cost,
    /// Whether the output passed the check that the task declares; the door looked.
    pub check: Option<bool>,
    /// Its signature and the salt of the output's hash; the door verified both over the output.
    pub provenance: Option<(Provenance, [u8; 16])>,
    /// The rooms whose words are in it.
    pub labels: Vec<RoomId>,
}

/// What a worker wants when it asks for work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakeTasks {
    /// Tasks at most.
    pub count: u8,
    /// How long the lease is to be, milliseconds.
    pub lease_ms: Option<u32>,
    /// Whether work begins at once.
    pub start: bool,
}

/// What somebody wants of tasks.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum TaskCommand {
    /// All of them or none. They may wait for one another.
    Create {
        room: RoomId,
        tasks: Vec<NewTask>,
    },
    Link {
        task: TaskId,
        needs: TaskId,
    },
    /// Gives the asking worker what fits it best, at most `count`; nothing is no refusal.
    Take(TakeTasks),
    /// A heartbeat. `spent` is what the attempt cost so far.
    Extend {
        task: TaskId,
        fence: Seq,
        spent: Spend,
    },
    Start {
        task: TaskId,
        fence: Seq,
    },
    Progress {
        task: TaskId,
        fence: Seq,
        evidence: ContentEvidence,
        body: Content,
    },
    HandOff {
        task: TaskId,
        fence: Seq,
        cost: Cost,
        evidence: ContentEvidence,
        body: Content,
    },
    /// `last`: another attempt would fail too.
    Fail {
        task: TaskId,
        fence: Seq,
        last: bool,
        cost: Cost,
        reason: Content,
    },
    /// `spare` is the id of the second opinion, should one be needed.
    Finish {
        task: TaskId,
        fence: Seq,
        result: Box<TaskResult>,
        spare: TaskId,
        evidence: ContentEvidence,
        body: Content,
    },
    Cancel {
        task: TaskId,
        reason: Content,
    },
    Pause {
        task: TaskId,
    },
    Resume {
        task: TaskId,
    },
    Retry {
        task: TaskId,
    },
    Assign {
        task: TaskId,
        to: Option<ParticipantId>,
    },
    Resolve {
        task: TaskId,
        resolution: Resolution,
        reason: Content,
    },
    Confirm {
        task: TaskId,
        good: bool,
    },
    /// `room` is where the task was created, as the door read it: an old one is not remembered any more.
    Redact {
        task: TaskId,
        room: RoomId,
        creator: Option<ParticipantId>,
        reason: Content,
    },
}
