//! Reports: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::events::{FailureCause, Spend, TaskState};
use crate::{Millis, RoomId, Seq, TaskId, Told};

/// Which stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReportGetInput {
    /// Only of this room: id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// From this moment on; a day before the end unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Up to this moment and without it; now unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

/// What happened in a stretch of time, in the rooms that the caller reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// From this moment on.
    pub since: Millis,
    /// Up to this moment and without it.
    pub until: Millis,
    /// Messages posted; absent if the caller's credential does not read messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<u64>,
    /// What came of tasks.
    pub tasks: TasksReported,
    /// What came of approvals.
    pub approvals: ApprovalsReported,
    /// What all attempts that ended took and cost.
    pub work: WorkReported,
    /// Who did what, those who worked longest first, at most 50.
    pub participants: Vec<ParticipantReported>,
    /// Room by room, the busiest first, at most 50.
    pub rooms: Vec<RoomReported>,
    /// Model by model, the dearest first, at most 50.
    pub models: Vec<ModelReported>,
    /// What failed and why, by who did it and for what cause, the most frequent first, at most 20.
    pub failures: Vec<FailureReported>,
    /// Tasks that ended and took longest from their creation to their end, at most 5.
    pub slowest: Vec<TaskReported>,
    /// Tasks that ended and cost most, at most 5.
    pub dearest: Vec<TaskReported>,
    /// What stands in the journals that the caller reads; absent if its credential does not read messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalReported>,
}

/// What stands in journals. With a room it is what concerns that room.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JournalReported {
    /// Lines for whoever looks for a fault.
    pub debug: u64,
    /// Lines of what was done.
    pub info: u64,
    /// Lines of what was not as it should be.
    pub warn: u64,
    /// Lines of what did not work.
    pub error: u64,
    /// Errors by author and by how they read but for their numbers, the most frequent first, at most 20.
    pub errors: Vec<ErrorReported>,
}

/// Errors of one author that read alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorReported {
    /// Who wrote them.
    pub from: ParticipantRef,
    /// How many times.
    pub count: u64,
    /// The last of them.
    pub text: Told,
    /// Where it stands in the log.
    pub last: Seq,
    /// When it was written.
    pub at: Millis,
    /// The task that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
}

/// What came of tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TasksReported {
    /// Created in that time.
    pub created: u64,
    /// Ended well in that time.
    pub done: u64,
    /// Failed for good in that time.
    pub failed: u64,
    /// Cancelled in that time.
    pub cancelled: u64,
    /// Open now, whenever they were created.
    pub open: u64,
    /// From their creation until somebody began them, on average over those that ended in that time, milliseconds; absent if none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_wait_ms: Option<u64>,
}

/// What came of approvals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalsReported {
    /// Asked for in that time.
    pub asked: u64,
    /// Given in that time.
    pub approved: u64,
    /// Refused in that time.
    pub rejected: u64,
    /// Not answered in time, or not wanted any more.
    pub expired: u64,
    /// Until somebody answered, on average, milliseconds; absent if nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_wait_ms: Option<u64>,
}

/// What attempts at tasks that ended took and cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkReported {
    /// With a result.
    pub finished: u64,
    /// Failed: the worker said so, or the check did.
    pub failed: u64,
    /// Lost their lease.
    pub lost: u64,
    /// Handed on.
    pub handed_off: u64,
    /// How long all of them took together, milliseconds.
    pub busy_ms: u64,
    /// What they cost together.
    pub spend: Spend,
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParticipantReported {
    /// Who.
    pub participant: ParticipantRef,
    /// Messages; absent if the caller's credential does not read messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<u64>,
    /// Tasks that it created.
    pub created: u64,
    /// Approvals that it answered.
    pub answered: u64,
    /// Its attempts at tasks.
    pub work: WorkReported,
}

/// What was done in a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoomReported {
    /// The room.
    pub room: RoomId,
    /// Its name; absent in a direct conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// Messages; absent if the caller's credential does not read messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<u64>,
    /// Attempts at its tasks.
    pub work: WorkReported,
}

/// What a model did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelReported {
    /// Its name, as workers said it; absent where none was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Told>,
    /// The attempts.
    pub work: WorkReported,
}

/// Attempts of one worker that ended without a result for one cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FailureReported {
    /// Who tried.
    pub worker: ParticipantRef,
    /// Why.
    pub cause: FailureCause,
    /// How many times.
    pub count: u64,
    /// The last task that it happened to.
    pub last: TaskId,
    /// When it happened to that.
    pub at: Millis,
    /// That task's title; absent if it is in an envelope or was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Told>,
    /// The worker's words about it; absent if there are none or they were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Told>,
}

/// A task that stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskReported {
    /// The task.
    pub task: TaskId,
    /// Its room.
    pub room: RoomId,
    /// Its title; absent if it is in an envelope or was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Told>,
    /// How it stands.
    pub state: TaskState,
    /// From its creation to its end, milliseconds.
    pub took_ms: u64,
    /// What its attempts cost together.
    pub spend: Spend,
}

/// Something that could be better, and the task that would make it so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportProposal {
    /// A line for lists.
    pub title: String,
    /// What in the report speaks for it, with its figures.
    pub why: String,
    /// What is to be done, whole: whoever does it sees nothing else.
    pub task: String,
}

/// What a task proposes that took a report along, as its structured result holds it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportProposals {
    /// At most 20, the one that is worth most first.
    pub proposals: Vec<ReportProposal>,
}

/// Make a task of a proposal. Only a person does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportAcceptInput {
    /// The task that proposes.
    pub task: TaskId,
    /// Which of its proposals: 1 is the first.
    pub proposal: u32,
    /// What a worker must be able to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// Who is to do it: id or handle; absent: whoever fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<String>,
}
