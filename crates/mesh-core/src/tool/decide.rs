//! Calls of tools are noted, no more; for whom a tool of the node's is, the owner says.

use mesh_model::api::ToolAudience;
use mesh_model::command::ToolCommand;
use mesh_model::events::{ToolAudienceSet, ToolCalled};
use mesh_model::limits::{TOOL_AUDIENCE_NAMES_MAX, TOOL_AUDIENCES_MAX};
use mesh_model::{Effect, NewEvent, Refusal};

use super::offer;
use crate::actor::Asker;
use crate::{Decision, check, refuse};

pub(crate) fn decide(asker: &Asker<'_>, command: &ToolCommand) -> Decision {
    match command {
        ToolCommand::SetAudience { tool, audience } => set_audience(asker, tool, audience.as_ref()),
        ToolCommand::Record {
            tool,
            task,
            ok,
            took_ms,
            by,
        } => {
            check::label("tool", tool)?;
            Ok(vec![NewEvent::new(ToolCalled {
                tool: tool.clone(),
                task: *task,
                ok: *ok,
                took_ms: *took_ms,
                by: *by,
            })])
        }
        ToolCommand::Offer(offered) => offer::offer(asker, offered),
        ToolCommand::Withdraw { server } => offer::withdraw(asker, server),
        ToolCommand::Accept {
            server,
            tool,
            offer,
        } => offer::accept(asker, server, tool.as_deref(), *offer),
    }
}

fn set_audience(asker: &Asker<'_>, tool: &str, audience: Option<&ToolAudience>) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("say for whom a tool is"));
    }
    check::label("tool", tool)?;
    let known = asker.access.tool_audience(tool);
    if known == audience {
        return Ok(Vec::new());
    }
    if known.is_none() && asker.access.audiences.len() >= TOOL_AUDIENCES_MAX {
        return Err(refuse::conflict(
            format!("it is said of {TOOL_AUDIENCES_MAX} tools already for whom they are"),
            "take back what is not needed any more: tool.audience without an audience",
        )
        .so(Effect::NothingChanged));
    }
    if let Some(audience) = audience {
        check_audience(asker, audience)?;
    }
    Ok(vec![NewEvent::new(ToolAudienceSet {
        tool: tool.to_owned(),
        audience: audience.cloned(),
    })])
}

/// A name that nobody has would close the tool to all, or open it to whoever takes the name.
pub(super) fn check_audience(asker: &Asker<'_>, audience: &ToolAudience) -> Result<(), Refusal> {
    let longest = (audience.participants.len())
        .max(audience.roles.len())
        .max(audience.rooms.len());
    if longest > TOOL_AUDIENCE_NAMES_MAX || audience.trust.len() > TOOL_AUDIENCE_NAMES_MAX {
        return Err(refuse::invalid(
            format!("an audience has at most {TOOL_AUDIENCE_NAMES_MAX} names of a kind"),
            "give those whom you mean a role",
        )
        .so(Effect::NothingChanged));
    }
    for role in &audience.roles {
        check::label("role", role)?;
    }
    for handle in &audience.participants {
        if asker.access.by_handle(handle).is_none() {
            return Err(refuse::no_participant());
        }
    }
    for room in &audience.rooms {
        if asker.access.room(*room).is_none() {
            return Err(refuse::no_room());
        }
    }
    Ok(())
}
