//! What the events of dispatch do to the state.

use mesh_model::events::DispatchFacts;

use crate::{State, Stored};

pub(crate) fn apply(state: &mut State, facts: &DispatchFacts, event: &Stored<'_>) {
    let work = state.work_at(event.seq);
    match facts {
        DispatchFacts::Stopped(_) => work.stopped = true,
        DispatchFacts::Resumed(_) => work.stopped = false,
    }
}
