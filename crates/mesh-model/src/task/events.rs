//! Tasks: who tries them, and what came of it; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, Erases, events};
use crate::events::{GuardMark, Relayed, TaskPlan, Trust, Urgency};
use crate::ids::{ApprovalId, MessageId, ParticipantId, RoomId, TaskId, TemplateId};

mod attempt;
mod result;

pub use attempt::*;
pub use result::*;

events! { Task TaskFacts
    Created(it: TaskCreated) "task.created" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(TaskBody),
        erased: Erased::WithTask(it.task),
        // The node itself asks for second opinions, without words.
        has_words: it.plan.about.is_none(),
        trust: Some(it.trust),
        relayed: it.relayed.as_deref(),
        guard: it.guard.as_ref(),
        times: ["/plan/deadline"],
        free: ["/relayed/origin", "/relayed/path/*", "/relayed/sender"],
    }
    Linked(it: TaskLinked) "task.linked" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Queued(it: TaskQueued) "task.queued" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Taken(it: TaskTaken) "task.taken" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
        times: ["/until"],
    }
    LeaseExtended(it: TaskLeaseExtended) "task.lease_extended" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
        times: ["/until"],
    }
    Started(it: TaskStarted) "task.started" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Progressed(it: TaskProgressed) "task.progressed" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(TaskOutput),
        erased: Erased::WithTask(it.task),
        has_words: true,
        guard: it.guard.as_ref(),
    }
    HandedOff(it: TaskHandedOff) "task.handed_off" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(TaskOutput),
        erased: Erased::WithTask(it.task),
        guard: it.guard.as_ref(),
        free: ["/cost/model"],
    }
    AttemptFailed(it: TaskAttemptFailed) "task.attempt_failed" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(Reason),
        erased: Erased::WithTask(it.task),
        times: ["/next/retry/at"],
        free: ["/cost/model"],
    }
    Finished(it: TaskFinished) "task.finished" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(TaskOutput),
        erased: Erased::WithTask(it.task),
        has_words: true,
        relayed: it.relayed.as_deref(),
        guard: it.guard.as_ref(),
        times: ["/provenance/at"],
        free: ["/cost/model", "/relayed/origin", "/relayed/path/*", "/relayed/sender"],
    }
    Decided(it: TaskDecided) "task.decided" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Confirmed(it: TaskConfirmed) "task.confirmed" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Skipped(it: TaskSkipped) "task.skipped" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Cancelled(it: TaskCancelled) "task.cancelled" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(Reason),
        erased: Erased::WithTask(it.task),
    }
    Paused(it: TaskPaused) "task.paused" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Resumed(it: TaskResumed) "task.resumed" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Retried(it: TaskRetried) "task.retried" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Assigned(it: TaskAssigned) "task.assigned" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Resolved(it: TaskResolved) "task.resolved" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(Reason),
        erased: Erased::WithTask(it.task),
    }
    UrgencyRaised(it: TaskUrgencyRaised) "task.urgency_raised" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Redacted(it: TaskRedacted) "task.redacted" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(Reason),
        erased: Erased::Never,
        erases: Erases::Task(it.task),
    }
}

/// A task exists from here on. Content: [`crate::api::TaskBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskCreated {
    /// The task.
    pub task: TaskId,
    /// Where it belongs: who may read there sees it, who may execute there may take it.
    pub room: RoomId,
    /// What is to be done.
    pub plan: TaskPlan,
    /// How far its words are trusted, for good.
    pub trust: Trust,
    /// The template it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// The messages it quotes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<MessageId>,
    /// The other rooms whose words are in it, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// What the guard found in its words, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// The approval it waits for before anybody may take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<ApprovalId>,
    /// From where it came, if a peer mesh would have it done here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed: Option<Box<Relayed>>,
}

/// A task waits for another one more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskLinked {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// What it waits for.
    pub needs: TaskId,
}

/// Whoever fits may take it from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskQueued {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// Who is to do it, if that became clear only now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<ParticipantId>,
}

/// It turned out not to be needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskSkipped {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
}

/// Why a task ended without a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CancelCause {
    /// Somebody wanted it.
    Asked,
    /// What it waited for ended badly.
    Need {
        /// The task it waited for.
        task: TaskId,
    },
    /// It was not approved.
    Rejected,
    /// Nobody approved it in time.
    Expired,
}

/// A task ended without a result. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskCancelled {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// Why.
    pub cause: CancelCause,
}

/// Nobody takes it until it is resumed; an attempt that was under way lost its lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskPaused {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
}

/// It goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskResumed {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
}

/// A task that had ended badly begins again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRetried {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
}

/// Somebody else is to do it, or whoever fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskAssigned {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// Who; absent: whoever fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<ParticipantId>,
}

/// What a person decides about a task that waits for one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// The result stands.
    Accept,
    /// Somebody tries again.
    Retry,
    /// It has failed.
    Fail,
}

/// A person decided about a task that waited for one. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskResolved {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// How.
    pub resolution: Resolution,
}

/// Time is getting short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskUrgencyRaised {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// How pressing it is from here on.
    pub urgency: Urgency,
}

/// A task's words are erased: prompt, pieces, handoffs, results and reasons.
/// Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRedacted {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
}
