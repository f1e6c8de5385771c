//! What the events of the guard do to the state.

use mesh_model::events::GuardFacts;

/// The state keeps no message, so what the guard thinks of an old one is the view's.
pub(crate) fn apply(facts: &GuardFacts) {
    match facts {
        GuardFacts::Rescanned(_) => {}
    }
}
