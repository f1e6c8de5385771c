//! `agent.heartbeat`: goes by the ephemeral lane, so an idempotency key changes nothing

use crate::prelude::*;

use crate::ops::presence;

impl Run for AgentHeartbeat {
    async fn run(door: &Door, call: &Call, input: HeartbeatInput) -> Result<Presence, Refusal> {
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
        Ok(door
            .node()
            .sessions()
            .beat(door.node(), me, input.state, input.summary))
    }
}
