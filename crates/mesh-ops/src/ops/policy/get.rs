//! `room.policy_get`

use crate::ops::present;
use crate::prelude::*;

use mesh_model::events::Event;
use mesh_model::policy::Policy;
use mesh_node::machine::{Whose, take_words};
use serde_json::json;

impl Run for RoomPolicyGet {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<PolicyView, Refusal> {
        let (access, room) = (&call.access, call.ruled_room(&input.room)?);
        let record = room.policy.as_deref();
        let setter = record.and_then(|record| record.set_by);
        let policy = record.map(|record| record.policy.clone());
        let policy = policy.unwrap_or_default();
        let reader = present::reader(door, call);
        let whose = setter
            .zip(record)
            .map(|(setter, record)| Whose::of(access, setter, record.seq).within(room.id));
        let (policy, words) = match whose.filter(|whose| reader.seals(whose)) {
            Some(whose) => {
                let (policy, words) = wordless(policy);
                let words = reader.tell(access, &whose, words);
                (policy, Some(words).filter(|words| !words.is_empty()))
            }
            None => (policy, None),
        };
        Ok(PolicyView {
            room: room.id,
            version: record.map_or(0, |record| record.version),
            policy,
            words,
            set_by: setter.map(|id| present::participant(access, id)),
            set_at: record.map(|record| record.set_at),
            seq: record.map(|record| record.seq),
            slow_mode: room.slow_mode,
            hold: room.hold,
        })
    }
}

/// A policy without what its author wrote freely, and that.
fn wordless(policy: Policy) -> (Policy, String) {
    let mut fields = json!({ "policy": policy });
    let words = take_words(&mut fields, events::RoomPolicySet::FREE);
    let bare = serde_json::from_value(fields["policy"].take());
    (bare.unwrap_or_default(), words.join("\n"))
}
