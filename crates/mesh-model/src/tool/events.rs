//! The tools of the node: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ToolAudience;
use crate::event::{Erased, events};
use crate::ids::TaskId;

events! { Tool ToolFacts
    Called(it: ToolCalled) "note.tool_called" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
    AudienceSet(it: ToolAudienceSet) "tool.audience_set" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
}

/// For whom a tool or a plugin is from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolAudienceSet {
    /// The tool or the plugin.
    #[schemars(with = "crate::closed::Led")]
    pub tool: String,
    /// For whom; absent: as `plugins.toml` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<ToolAudience>,
}

/// Somebody used a tool. A program that did has read an answer from outside the mesh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolCalled {
    /// The tool.
    #[schemars(with = "crate::closed::Led")]
    pub tool: String,
    /// The task it was used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// Whether it gave a result.
    pub ok: bool,
    /// How long it took, milliseconds.
    pub took_ms: u32,
}
