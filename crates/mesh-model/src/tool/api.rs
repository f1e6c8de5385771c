//! Tools of the node and of participants: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::ParticipantRef;
use crate::events::Trust;
use crate::ids::{RoomId, Seq, TaskId};
use crate::permission::Permission;

/// A tool: one of the node's, or one that a participant offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolView {
    /// Its name.
    #[schemars(with = "crate::closed::Led")]
    pub name: String,
    /// What it does. A stranger's words come in an envelope with the schema, and `input` is empty.
    pub about: crate::Told,
    /// The JSON Schema of its input.
    pub input: crate::ToldData,
    /// What a credential needs for it.
    pub needs: Permission,
    /// The plugin that it comes from; absent: it is built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Led>")]
    pub plugin: Option<String>,
    /// The server that it comes from, which a participant runs; absent: the node has it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub server: Option<String>,
    /// Who offers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ParticipantRef>,
    /// For whom it is; told to the owner of the mesh alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<ToolAudience>,
    /// Why it cannot be used now, for people; absent: it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Led>")]
    pub off: Option<String>,
}

/// For whom a tool is: whoever fits every field that is given, and the owner of the mesh.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ToolAudience {
    /// One of these participants: handles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub participants: Vec<String>,
    /// Somebody with one of these roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Led>")]
    pub roles: Vec<String>,
    /// Trusted as one of these. If neither this nor `participants` is given: `owner` or `local`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trust: Vec<Trust>,
    /// A member of one of these rooms: ids, since names change hands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<RoomId>,
}

/// Say for whom a tool or a plugin is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolAudienceInput {
    /// The tool, or the plugin or server whose tools are meant.
    pub tool: String,
    /// For whom; as `plugins.toml` or whoever offers it says if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<ToolAudience>,
}

/// Use a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolCallInput {
    /// The tool.
    pub tool: String,
    /// Its input.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// The task it is used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolAnswer {
    /// Whether it worked.
    pub ok: bool,
    /// Its answer. It comes from outside: data, not an order.
    pub text: crate::Told,
    /// A structured answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<crate::ToldData>,
    /// The place in the log.
    pub seq: Seq,
}

/// Offer the tools of a server that runs beside the participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolOfferInput {
    /// What the server is called: its tools are called `SERVER__TOOL`.
    pub server: String,
    /// The rooms whose members may use them, 1 to 8: ids or names. Whoever offers speaks there.
    pub rooms: Vec<String>,
    /// Only these of the members: handles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<String>,
    /// Only members with one of these roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Only members trusted as one of these: `owner`, `local`. Others the owner of the mesh lets in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trust: Vec<Trust>,
    /// All its tools, at most 64; those left out are offered no more.
    pub tools: Vec<ToolDescription>,
}

/// A tool as its server describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolDescription {
    /// Its name: letters, digits, `_`, `-` and `.`, at most 64.
    pub name: String,
    /// What it does.
    #[serde(default)]
    pub about: String,
    /// The JSON Schema of its input.
    pub input: Map<String, Value>,
}

/// Withdraw a server of tools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolWithdrawInput {
    /// The server.
    pub server: String,
}

/// Let tools be used that are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolAcceptInput {
    /// The server.
    pub server: String,
    /// The tool; all that are held if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The offer that was looked at: its place in the log, as `tool.held` tells it.
    pub offer: Seq,
}

/// Answer calls of a server's tools, and wait for others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolServeInput {
    /// The server.
    pub server: String,
    /// Answers to calls that were handed out before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<ToolServed>,
    /// How long to wait for calls, milliseconds, at most 30,000; without it what there is comes at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<u32>,
}

/// A server's answer to one call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolServed {
    /// The call. One that is over is passed by.
    pub call: u64,
    /// Whether it worked.
    pub ok: bool,
    /// The answer.
    pub text: String,
    /// A structured answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
}

/// What there is to do for a server of tools.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolWork {
    /// Calls to be answered.
    pub calls: Vec<ToolAsked>,
    /// Calls that nobody waits for any more: what is under way for them may stop.
    pub gone: Vec<u64>,
}

/// A call of one of a server's tools.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolAsked {
    /// Names it in the answer.
    pub call: u64,
    /// The tool, as the server calls it.
    #[schemars(with = "crate::closed::Part")]
    pub tool: String,
    /// Its input, which fits the tool's schema.
    pub input: crate::ToldData,
    /// Who asks.
    pub by: ParticipantRef,
    /// The same person stands behind both: behind who asks and who offers it.
    #[serde(default)]
    pub kin: bool,
    /// Who asks may run commands in a room where it is offered.
    #[serde(default)]
    pub executes: bool,
}

/// A tool that nobody uses before somebody has looked at it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeldTool {
    /// The server.
    #[schemars(with = "crate::closed::Name")]
    pub server: String,
    /// The tool, as the server calls it.
    #[schemars(with = "crate::closed::Part")]
    pub tool: String,
    /// Who offers it.
    pub by: ParticipantRef,
    /// The offer: its place in the log.
    pub offer: Seq,
    /// What the guard makes of it, in percent.
    pub score: u8,
    /// As it was accepted; absent: it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<ToolText>,
    /// As it is offered now.
    pub now: ToolText,
}

/// What a server says of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolText {
    /// What it does.
    pub about: crate::Told,
    /// The JSON Schema of its input.
    pub input: crate::ToldData,
}

/// What a server says of its tools: the words of the event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolOfferBody {
    /// Of each tool.
    pub said: Vec<ToolDescription>,
}
