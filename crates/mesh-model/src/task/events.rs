//! Tasks: who tries them, and what came of it; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, Erases, events};
use crate::events::{Cost, GuardMark, Spend, TaskPlan, Trust, Urgency, Verdict};
use crate::ids::{
    ApprovalId, MessageId, OutputHash, ParticipantId, PublicKey, RoomId, Seq, SignatureBytes,
    TaskId, TemplateId,
};

events! { Task TaskFacts
    Created(it: TaskCreated) "task.created" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(TaskBody),
        erased: Erased::WithTask(it.task),
        // The node itself asks for second opinions, without words.
        has_words: it.plan.about.is_none(),
        trust: Some(it.trust),
        guard: it.guard.as_ref(),
        times: ["/plan/deadline"],
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
    }
    AttemptFailed(it: TaskAttemptFailed) "task.attempt_failed" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(Reason),
        erased: Erased::WithTask(it.task),
        times: ["/next/retry/at"],
    }
    Finished(it: TaskFinished) "task.finished" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Work(TaskOutput),
        erased: Erased::WithTask(it.task),
        has_words: true,
        guard: it.guard.as_ref(),
        times: ["/provenance/at"],
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// A task waits for another one more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Another worker and its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rival {
    /// The worker.
    pub worker: ParticipantId,
    /// In millionths.
    pub score: u32,
}

/// A worker took it. The place of this event in the log is the attempt's fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskTaken {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// Who.
    pub worker: ParticipantId,
    /// How long the lease is, milliseconds.
    pub lease_ms: u32,
    /// When the lease ends unless it is extended, unix milliseconds.
    pub until: u64,
    /// What is reserved for the attempt.
    #[serde(default, skip_serializing_if = "Spend::is_zero")]
    pub reserved: Spend,
    /// The worker's score, in millionths.
    pub score: u32,
    /// The best of the other free workers that could have taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rival: Option<Rival>,
}

/// A heartbeat came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskLeaseExtended {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
    /// When the lease ends unless it is extended again, unix milliseconds.
    pub until: u64,
    /// What is reserved for the attempt from here on, if it takes more than was reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<Spend>,
}

/// The worker began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskStarted {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
}

/// A piece of output. Content: [`crate::api::TaskOutput`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskProgressed {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
    /// Counts from 1 up.
    pub part: u32,
    /// What the guard found, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
}

/// The worker gave it back with what it has; whoever takes it next goes on from there.
/// Content: [`crate::api::TaskOutput`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskHandedOff {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
    /// Who.
    pub worker: ParticipantId,
    /// What it cost so far.
    #[serde(default, skip_serializing_if = "Cost::is_nothing")]
    pub cost: Cost,
    /// Its priority from here on.
    pub priority: u8,
    /// What the guard found, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
}

/// Why an attempt failed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FailureCause {
    /// The worker says so.
    Reported,
    /// Its lease ended without a heartbeat.
    LeaseExpired,
    /// The output did not pass the check that the task declares.
    CheckFailed,
}

/// What follows a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AfterFailure {
    /// Another attempt, not before this moment (unix milliseconds).
    Retry {
        /// The moment.
        at: u64,
    },
    /// The parent of the worker is to do it.
    Escalate {
        /// The parent.
        to: ParticipantId,
    },
    /// A person has to look at it.
    Person,
    /// It has failed.
    Fail,
}

/// An attempt failed. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskAttemptFailed {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
    /// Who.
    pub worker: ParticipantId,
    /// Why.
    pub cause: FailureCause,
    /// What it cost; of a lost worker, what was reserved.
    #[serde(default, skip_serializing_if = "Cost::is_nothing")]
    pub cost: Cost,
    /// What follows.
    pub next: AfterFailure,
}

/// A worker's signature over its result, linked to the results it was built on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The links of the results it was built on, in the order of the task's needs; 64 zeros where
    /// there is none.
    pub previous: Vec<OutputHash>,
    /// The time that was signed, unix milliseconds.
    pub at: u64,
    /// The hash of the salt and the output: the same that the log's line holds.
    pub output: OutputHash,
    /// The key.
    pub key: PublicKey,
    /// The signature.
    pub sig: SignatureBytes,
    /// The hash of statement and signature: what later results are linked to.
    pub link: OutputHash,
}

/// What follows a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AfterResult {
    /// The task is done.
    Done,
    /// A second agent looks at it first.
    Verify {
        /// As this task.
        by: TaskId,
    },
    /// A moderator looks at it first: the guard takes it for an attack.
    Person,
}

/// A worker's result. Content: [`crate::api::TaskOutput`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskFinished {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
    /// Who.
    pub worker: ParticipantId,
    /// How sure the worker is, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// What it says of the work it was asked to judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Cost::is_nothing")]
    pub cost: Cost,
    /// Whether the node's own check passed; absent if none was declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<bool>,
    /// The worker's signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Box<Provenance>>,
    /// The other rooms whose words are in it, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// What the guard found, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// What follows.
    pub next: AfterResult,
}

/// How a task without a worker, or one that was verified, ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// With a result.
    Accepted,
    /// With none: what was judged does not hold.
    Rejected,
    /// A person has to say.
    Person,
}

/// What others' words mean for the reputation of whoever did a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The task that was done.
    pub task: TaskId,
    /// Whether it was done well.
    pub good: bool,
}

/// The results of other tasks decided a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskDecided {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// How.
    pub decision: Decision,
    /// The task whose result it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<TaskId>,
    /// Verdicts for it.
    #[serde(default, skip_serializing_if = "zero")]
    pub accepts: u8,
    /// Verdicts against it.
    #[serde(default, skip_serializing_if = "zero")]
    pub rejects: u8,
    /// Whose reputation that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
}

fn zero(number: &u8) -> bool {
    *number == 0
}

/// A person said whether a result is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskConfirmed {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// Whether it is.
    pub good: bool,
}

/// It turned out not to be needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskPaused {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
}

/// It goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskResumed {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
}

/// A task that had ended badly begins again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskRetried {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
}

/// Somebody else is to do it, or whoever fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskRedacted {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
}
