//! `room.policy_try`: the same judgement on a copy of what holds

use crate::evidence;
use crate::ops::policy;
use crate::prelude::*;

impl Run for RoomPolicyTry {
    async fn run(door: &Door, call: &Call, input: PolicyTryInput) -> Result<Explanations, Refusal> {
        let room = call.ruled_room(&input.room)?.id;
        let who = call.participant(&input.participant)?;
        evidence::check_policy_schema(door, &input.policy).await?;
        let (access, now, policy) = (call.access.clone(), call.now, input.policy);
        let by = call.actor.participant();
        let drafted = door
            .blocking(move || access.with_policy(room, &policy, by))
            .await??;
        Ok(policy::all(
            &drafted,
            &call.access,
            room,
            who.id,
            &Deed::ALL,
            now,
        ))
    }
}
