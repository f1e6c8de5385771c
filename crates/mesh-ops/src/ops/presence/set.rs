//! `presence.set`: goes by the ephemeral lane, so an idempotency key changes nothing

use crate::ops::present;
use crate::prelude::*;

impl Run for PresenceSet {
    async fn run(
        door: &Door,
        call: &Call,
        input: PresenceSetInput,
    ) -> Result<PresenceTold, Refusal> {
        check_said(Some(input.state), input.summary.as_deref())?;
        let (me, node) = (call.me()?, door.node());
        let set = node.sessions().set(node, me, input.state, input.summary);
        let reader = present::reader(door, call);
        Ok(present::presence(&call.access, reader, me, set))
    }
}

/// Away and offline follow from the connection; nobody says them.
pub(crate) fn check_said(
    state: Option<PresenceState>,
    summary: Option<&str>,
) -> Result<(), Refusal> {
    if matches!(state, Some(PresenceState::Away | PresenceState::Offline)) {
        return Err(refuse::invalid(
            "the field 'state' is neither idle, busy nor dnd",
            "the others follow from the connection",
        ));
    }
    check::text("summary", summary.unwrap_or_default())
}
