//! Commands about the node's tools.

use crate::api::ToolAudience;
use crate::ids::TaskId;

/// What somebody wants of the node's tools.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum ToolCommand {
    /// The owner says for whom a tool or a plugin is.
    SetAudience {
        tool: String,
        audience: Option<ToolAudience>,
    },
    /// Somebody used a tool of the node's.
    Record {
        tool: String,
        task: Option<TaskId>,
        ok: bool,
        took_ms: u32,
    },
}
