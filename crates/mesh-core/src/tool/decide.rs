//! Calls of tools: that one was called is noted, no more.

use mesh_model::NewEvent;
use mesh_model::command::ToolCommand;
use mesh_model::events::ToolCalled;

use crate::{Decision, check};

pub(crate) fn decide(command: &ToolCommand) -> Decision {
    let ToolCommand::Record {
        tool,
        task,
        ok,
        took_ms,
    } = command;
    check::label("tool", tool)?;
    Ok(vec![NewEvent::new(ToolCalled {
        tool: tool.clone(),
        task: *task,
        ok: *ok,
        took_ms: *took_ms,
    })])
}
