//! Messages handed into running sessions of programs.

mod finish;
mod report;
mod take;
mod wake;

use mesh_core::delivery::Standing;

use crate::prelude::*;

/// Where a message stands, without what only its recipient has to know.
pub(crate) fn standing(seq: Seq, standing: Standing) -> DeliveryStanding {
    DeliveryStanding {
        message: MessageId(seq),
        state: standing.state,
        why: standing.why,
        attempt: standing.attempt,
        at: standing.at,
    }
}

fn check_session(session: &str) -> Result<(), Refusal> {
    if session.is_empty() {
        return Err(refuse::invalid(
            "the field 'session' is empty",
            "give the program's own name for its session",
        ));
    }
    check::label("session", session)
}
