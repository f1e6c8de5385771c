//! Approvals: questions that hold work up until somebody answers or time runs out; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::ParticipantRef;
use crate::ids::{ApprovalId, RoomId, Seq, TaskId};
use crate::time::Millis;

/// Ask for approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalAskInput {
    /// The room: id or name.
    pub room: String,
    /// The question, for people.
    pub question: String,
    /// What would be done: a tool and its input, a command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Map<String, Value>>,
    /// The task that waits for the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// The attempt that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<Seq>,
    /// Who is to answer: id or handle; absent: any person who moderates the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How long it waits, seconds; an hour unless named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// An approval that waits for an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalView {
    /// Its id.
    pub id: ApprovalId,
    /// Where.
    pub room: RoomId,
    /// Who asks.
    pub from: ParticipantRef,
    /// Who is to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<ParticipantRef>,
    /// The question; absent if it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<crate::Told>,
    /// What would be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<crate::ToldData>,
    /// Whether the words are in an envelope: to programs, words from across a trust boundary are data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
    /// The task that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// When it ends without an answer.
    pub until: Millis,
}

/// Answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDecideInput {
    /// The approval.
    pub approval: ApprovalId,
    /// Whether it is given.
    pub approve: bool,
    /// Why, for people.
    #[serde(default)]
    pub reason: String,
}

/// List approvals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApprovalListInput {
    /// Only in this room: id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Only those that the caller may answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mine: bool,
}

/// An approval by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRefInput {
    /// The approval.
    pub approval: ApprovalId,
    /// How long to wait for an answer if there is none yet, milliseconds, at most 30,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<u32>,
}

/// Where an approval stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalState {
    /// Nobody has answered.
    Waiting,
    /// It was given.
    Approved,
    /// It was refused.
    Rejected,
    /// Nobody answered in time, or nobody waits for the answer any more.
    Expired,
}

/// An approval and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalOutcome {
    /// The approval.
    #[serde(flatten)]
    pub approval: ApprovalView,
    /// Where it stands.
    pub state: ApprovalState,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ParticipantRef>,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub reason: crate::Told,
}

/// It was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalAsked {
    /// Its id.
    pub id: ApprovalId,
    /// When it ends without an answer.
    pub until: Millis,
    /// The place in the log.
    pub seq: Seq,
}

/// What is to be approved; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalBody {
    /// The question, for people.
    pub question: String,
    /// What would be done: a tool and its input, a command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Map<String, Value>>,
}
