//! What the events of tools do to the state.

use mesh_model::events::ToolFacts;

use crate::{State, Stored};

/// That a tool was called is for whoever reads the log.
pub(crate) fn apply(state: &mut State, facts: &ToolFacts, event: &Stored<'_>) {
    match facts {
        ToolFacts::Called(_) => state.work_at(event.seq),
    };
}
