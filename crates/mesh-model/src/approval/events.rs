//! Approvals: questions that hold work up until somebody answers or time runs out; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::events::GuardMark;
use crate::ids::{ApprovalId, ParticipantId, RoomId, Seq, TaskId};

events! { Approval ApprovalFacts
    Requested(it: ApprovalRequested) "approval.requested" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(ApprovalBody),
        erased: it.holds.map_or(Erased::Never, |holds| Erased::WithTask(holds.task)),
        // The node itself asks before a task begins and in an exchange without end, without words.
        has_words: it.exchange.is_empty() && it.holds.is_none_or(|holds| holds.fence.is_some()),
        guard: it.guard.as_ref(),
        times: ["/until"],
    }
    Decided(it: ApprovalDecided) "approval.decided" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(Reason),
        erased: Erased::WithApproval(it.approval),
    }
    Expired(it: ApprovalExpired) "approval.expired" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
}

/// The task, and the attempt if it is one that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holds {
    /// The task that is held up.
    pub task: TaskId,
    /// The attempt that asks; absent: nobody may take the task before the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<Seq>,
}

/// Somebody asks for approval. Content: [`crate::api::ApprovalBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequested {
    /// The approval.
    pub approval: ApprovalId,
    /// Where.
    pub room: RoomId,
    /// Who asks.
    pub from: ParticipantId,
    /// Who is to answer; absent: any person who moderates the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<ParticipantId>,
    /// What is held up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Holds>,
    /// When it ends without an answer, unix milliseconds.
    pub until: u64,
    /// What the guard found in its words, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// The programs that answer one another without end and rest until somebody lets them go on, sorted; empty: it
    /// is about something else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchange: Vec<ParticipantId>,
}

/// Somebody answered. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDecided {
    /// The approval.
    pub approval: ApprovalId,
    /// Where.
    pub room: RoomId,
    /// Whether it was given.
    pub approved: bool,
}

/// Nobody answered in time, or nobody waits for the answer any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalExpired {
    /// The approval.
    pub approval: ApprovalId,
    /// Where.
    pub room: RoomId,
}
