//! `agent.heartbeat`: goes by the ephemeral lane, so an idempotency key changes nothing

use crate::prelude::*;

use crate::ops::{presence, present};

impl Run for AgentHeartbeat {
    async fn run(door: &Door, call: &Call, input: HeartbeatInput) -> Result<PresenceTold, Refusal> {
        let me = call.me()?;
        if call.participant(&input.agent)?.id != me {
            return Err(Refusal::new(
                ErrorCode::PermissionDenied,
                "a beat is a sign of one's own life",
                Effect::NothingDone,
                "send it with the agent's own token",
            ));
        }
        presence::set::check_said(input.state, input.summary.as_deref())?;
        let node = door.node();
        let set = (node.sessions()).beat(node, me, input.state, input.summary);
        let reader = present::reader(door, call);
        Ok(present::presence(&call.access, reader, me, set))
    }
}
