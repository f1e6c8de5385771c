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
