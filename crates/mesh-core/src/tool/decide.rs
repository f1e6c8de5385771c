//! Calls of tools: that one was called is noted, no more.

use mesh_model::events::ToolCalled;
use mesh_model::{Command, NewEvent};

use crate::{Decision, check};

pub(crate) fn tool_called(command: &Command) -> Decision {
    let Command::RecordTool {
        tool,
        task,
        ok,
        took_ms,
    } = command
    else {
        return Ok(Vec::new());
    };
    check::label("tool", tool)?;
    Ok(vec![NewEvent::new(ToolCalled {
        tool: tool.clone(),
        task: *task,
        ok: *ok,
        took_ms: *took_ms,
    })])
}
