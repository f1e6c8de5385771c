//! What the events of tools do to the state.

use std::sync::Arc;

use mesh_model::events::{ToolAudienceSet, ToolFacts};

use crate::{Access, State, Stored};

/// That a tool was called is for whoever reads the log.
pub(crate) fn apply(state: &mut State, facts: &ToolFacts, event: &Stored<'_>) {
    match facts {
        ToolFacts::Called(_) => {
            state.work_at(event.seq);
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
