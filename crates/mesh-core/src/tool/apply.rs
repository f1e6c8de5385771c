//! What the events of tools do to the state.

use std::sync::Arc;

use mesh_model::events::{ToolAudienceSet, ToolFacts, ToolsAccepted, ToolsOffered, ToolsWithdrawn};
use mesh_model::limits::TOOL_SERVER_TOOLS_MAX;
use mesh_model::tool::{BETWEEN, MEMORY_ENHANCE};
use mesh_model::{ParticipantId, Seq};

use super::{OfferedTool, ToolPin, ToolServer};
use crate::{Access, State, Stored, influence};

/// That a tool was called is for whoever reads the log; what it answered influences its caller.
pub(crate) fn apply(state: &mut State, facts: &ToolFacts, event: &Stored<'_>) {
    match facts {
        ToolFacts::Called(facts) => {
            state.work_at(event.seq);
            if facts.tool != MEMORY_ENHANCE {
                influence::told(state, event);
            }
        }
        ToolFacts::AudienceSet(facts) => audience_set(state.access_at(event.seq), facts),
        ToolFacts::Offered(facts) => offered(state.access_at(event.seq), facts, event.seq),
        ToolFacts::Accepted(facts) => accepted(state.access_at(event.seq), facts),
        ToolFacts::Withdrawn(facts) => withdrawn(state.access_at(event.seq), facts),
        // It tells a room what the others say.
        ToolFacts::Shown(_) => {}
    }
}

fn audience_set(access: &mut Access, facts: &ToolAudienceSet) {
    match &facts.audience {
        Some(audience) => {
            let audience = Arc::new(audience.clone());
            access
                .audiences
                .insert(facts.tool.as_str().into(), audience);
        }
        None => {
            access.audiences.remove(facts.tool.as_str());
        }
    }
}

fn offered(access: &mut Access, facts: &ToolsOffered, seq: Seq) {
    let name = facts.server.as_str();
    let known = access.tool_servers.get(name).cloned();
    let own = known.filter(|known| known.by == facts.by);
    if own.is_none() {
        // What was said of the name was said of somebody else's server.
        forget(access, name, facts.by);
    }
    let mut tools = own.map(|own| own.tools.clone()).unwrap_or_default();
    let names: Vec<Arc<str>> = tools.keys().cloned().collect();
    for name in names {
        if let Some(tool) = tools.get_mut(&name) {
            (tool.here, tool.held) = (false, None);
        }
    }
    for tool in &facts.tools {
        let pin = ToolPin {
            hash: tool.hash,
            offer: seq,
            score: tool.score,
        };
        let known = tools
            .get(tool.name.as_str())
            .and_then(|known| known.accepted);
        let tool_now = OfferedTool {
            // What was accepted keeps its place, where its words stand.
            accepted: if tool.held {
                known
            } else {
                known.or(Some(pin))
            },
            held: tool.held.then_some(pin),
            here: true,
        };
        tools.insert(tool.name.as_str().into(), tool_now);
    }
    // Of those that are offered no more, as many are remembered as a server may have.
    let mut room = TOOL_SERVER_TOOLS_MAX;
    let kept = tools.into_iter().filter(|(_, tool)| {
        let stays = tool.here || (tool.accepted.is_some() && room > 0);
        room -= usize::from(stays && !tool.here);
        stays
    });
    let server = ToolServer {
        by: facts.by,
        audience: facts.audience.clone(),
        offer: seq,
        withdrawn: false,
        tools: kept.collect(),
    };
    access.tool_servers.insert(name.into(), Arc::new(server));
}

fn accepted(access: &mut Access, facts: &ToolsAccepted) {
    let Some(server) = access.tool_servers.get_mut(facts.server.as_str()) else {
        return;
    };
    let server = Arc::make_mut(server);
    for name in &facts.tools {
        if let Some(tool) = server.tools.get_mut(name.as_str()) {
            (tool.accepted, tool.held) = (tool.held.or(tool.accepted), None);
        }
    }
}

fn withdrawn(access: &mut Access, facts: &ToolsWithdrawn) {
    if facts.forgotten {
        forget(access, &facts.server, facts.by);
        return;
    }
    if let Some(server) = access.tool_servers.get_mut(facts.server.as_str()) {
        Arc::make_mut(server).withdrawn = true;
    }
}

/// The name is free, and what the owner said of it is over with it, unless the owner is who offers it.
fn forget(access: &mut Access, name: &str, by: ParticipantId) {
    access.tool_servers.remove(name);
    if access.is_owner(by) {
        return;
    }
    let start = format!("{name}{BETWEEN}");
    let said = |key: &str| key == name || key.starts_with(&start);
    let keys: Vec<Arc<str>> = access
        .audiences
        .keys()
        .filter(|key| said(key))
        .cloned()
        .collect();
    for key in keys {
        access.audiences.remove(&key);
    }
}
