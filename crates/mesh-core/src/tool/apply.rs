//! What the events of tools do to the state.

use std::sync::Arc;

use mesh_model::events::{ToolAudienceSet, ToolFacts};
use mesh_model::tool::MEMORY_ENHANCE;

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
