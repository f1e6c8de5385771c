//! The tools of the node: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::events::Trust;
use crate::ids::{RoomId, Seq, TaskId};
use crate::permission::Permission;

/// A tool that the node offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolView {
    /// Its name.
    #[schemars(with = "crate::closed::Led")]
    pub name: String,
    /// What it does.
    #[schemars(with = "crate::closed::Led")]
    pub about: String,
    /// The JSON Schema of its input.
    #[schemars(extend("format" = "led"))]
    pub input: Map<String, Value>,
    /// What a credential needs for it.
    pub needs: Permission,
    /// The plugin that it comes from; absent: it is built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Led>")]
    pub plugin: Option<String>,
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
    /// The tool, or the plugin whose tools are meant.
    pub tool: String,
    /// For whom; as `plugins.toml` says if absent.
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
