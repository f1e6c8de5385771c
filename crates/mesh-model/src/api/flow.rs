//! What clients send and get about approvals, templates and shared context.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ParticipantRef;
use crate::events::Variable;
use crate::ids::{ApprovalId, RoomId, Seq, TaskId, TemplateId};
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
    pub question: Option<String>,
    /// What would be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Map<String, Value>>,
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

/// A template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateView {
    /// Its id.
    pub id: TemplateId,
    /// Its unique name.
    pub name: String,
    /// Its blanks.
    pub variables: Vec<Variable>,
    /// What it is for, and its words; absent if they were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<super::TemplateBody>,
}

/// Set a value of a room's shared context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextSetInput {
    /// The room: id or name.
    pub room: String,
    /// Its name.
    pub key: String,
    /// The value.
    pub value: Value,
    /// The version that was read; 0: there was none; absent: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Seq>,
}

/// A value of a room's shared context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContextValue {
    /// Its name.
    pub key: String,
    /// The value; null if it was erased.
    pub value: Value,
    /// Its version: the place in the log where it was set.
    pub version: Seq,
    /// Who set it.
    pub by: ParticipantRef,
    /// When.
    pub at: Millis,
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
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
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

/// Make a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateCreateInput {
    /// Its unique name: a-z, 0-9 and '-'.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub about: String,
    /// The title of its tasks, with `{variable}` where a blank is.
    #[serde(default)]
    pub title: String,
    /// The prompt, with `{variable}` where a blank is.
    pub prompt: String,
    /// Its blanks; absent: every `{name}` in title and prompt is a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<Vec<Variable>>,
}

/// It exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateMade {
    /// Its id.
    pub id: TemplateId,
    /// The place in the log.
    pub seq: Seq,
}

/// A template by its id or name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRefInput {
    /// The template: id or name.
    pub template: String,
}

/// Create a task from a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateDispatchInput {
    /// The template: id or name.
    pub template: String,
    /// The room: id or name.
    pub room: String,
    /// Values by the names of its variables.
    #[serde(default)]
    pub values: std::collections::BTreeMap<String, Value>,
    /// What a worker must be able to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// Who is to do it: id or handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<String>,
    /// 0 to 9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
}

/// A value of a room's shared context, by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextRefInput {
    /// The room: id or name.
    pub room: String,
    /// Its name.
    pub key: String,
    /// The version that was read; absent: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Seq>,
}
