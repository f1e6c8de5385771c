//! `room.policy_get`

use crate::ops::present;
use crate::prelude::*;

impl Run for RoomPolicyGet {
    async fn run(_: &Door, call: &Call, input: RoomRefInput) -> Result<PolicyView, Refusal> {
        let room = call.ruled_room(&input.room)?;
        let record = room.policy.as_deref();
        let setter = record.and_then(|record| record.set_by);
        Ok(PolicyView {
            room: room.id,
            version: record.map_or(0, |record| record.version),
            policy: record
                .map(|record| record.policy.clone())
                .unwrap_or_default(),
            set_by: setter.map(|id| present::participant(&call.access, id)),
            set_at: record.map(|record| record.set_at),
            seq: record.map(|record| record.seq),
            slow_mode: room.slow_mode,
            hold: room.hold,
        })
    }
}
